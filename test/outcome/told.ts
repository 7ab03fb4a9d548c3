import type { WebhookProvider } from "../../src/domain/delivery.ts";
import type { NormalisedEvent } from "../../src/domain/event.ts";
import { normalise } from "../../src/normalise/normalise.ts";

/** What a webhook told, after the normaliser. */
export type Told = { event: NormalisedEvent; payloadText: string };

/** Has the normaliser read a payload; a test's payload must be one that it understands. */
export function tell(provider: WebhookProvider, event: string, payload: object, receivedAt: string): Told {
  const result = normalise({
    provider,
    event,
    contentType: "application/json",
    headers: {},
    body: Buffer.from(JSON.stringify(payload)),
    receivedAt,
  });
  if (result.kind !== "understood")
    throw new Error(`${provider} ${event} was not understood: ${JSON.stringify(result)}`);
  return { event: result.event, payloadText: result.payloadText };
}
