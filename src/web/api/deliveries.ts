import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { deliveryRow, getDelivery } from "../../operations/deliveries.ts";
import { readJson, sendJson } from "./request.ts";

/** A row of `GET /api/v1/deliveries`. */
export type DeliveryRow = z.output<typeof deliveryRow>;

export type DeliveryState = DeliveryRow["state"];

/** One delivery with its body as it came (base64 when it is not UTF-8, cut when it is large), its events and its decisions. */
export type Delivery = z.output<(typeof getDelivery)["output"]>;

export type Verdict = Delivery["decisions"][number]["verdict"];

/** One delivery. While it waits to be digested it is asked for again, so that its end is seen even without the live stream. */
export function useDelivery(id: string) {
  return useQuery({
    queryKey: ["deliveries", "one", id],
    queryFn: ({ signal }) => readJson<Delivery>(`/api/v1/deliveries/${encodeURIComponent(id)}`, signal),
    refetchInterval: (query) => (query.state.data?.state === "received" ? 2_000 : false),
  });
}

/** Puts a delivery back in the queue as it came. Doing it twice digests it twice, and the same facts end in the same rows. */
export function useReplay(id: number) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => sendJson("POST", `/api/v1/deliveries/${id}/replay`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["deliveries"] }),
  });
}
