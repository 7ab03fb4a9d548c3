import type { ArrivedDelivery } from "../../src/domain/delivery.ts";

/** A delivery as the receiver hands it over; `say` what matters to the test. */
export function arrived(
  say: Partial<Omit<ArrivedDelivery, "body">> & { body?: string | Uint8Array } = {},
): ArrivedDelivery {
  const { body = "{}", ...rest } = say;
  return {
    source: "github",
    provider: "github",
    hookId: "1",
    deliveryId: "delivery-1",
    event: "push",
    contentType: "application/json",
    headers: {},
    secretUsed: "current",
    receivedAt: "2026-01-02T03:04:05.678Z",
    ...rest,
    body: typeof body === "string" ? Buffer.from(body) : body,
  };
}

/** So many deliveries with different ids, `d0` first. */
export function arrivedMany(
  count: number,
  say: (index: number) => Parameters<typeof arrived>[0] = () => ({}),
): ArrivedDelivery[] {
  return Array.from({ length: count }, (_, index) => arrived({ deliveryId: `d${index}`, ...say(index) }));
}
