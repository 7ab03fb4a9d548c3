import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { readStatus } from "../../operations/status.ts";
import { readJson } from "./request.ts";

/** `GET /api/v1/status`: what the head lines and the sources panel say. */
export type Status = z.output<(typeof readStatus)["output"]>;

/** One path on which webhooks come in. `refused` counts this process and the last hour. */
export type SourceStatus = Status["sources"][number];

/** Something to configure next. */
export type SetupStep = Status["setup"][number];

export function useStatus() {
  return useQuery({
    queryKey: ["status"],
    queryFn: ({ signal }) => readJson<Status>("/api/v1/status", signal),
    // Windows of 24 hours and 7 days move on without any event.
    refetchInterval: 60_000,
  });
}
