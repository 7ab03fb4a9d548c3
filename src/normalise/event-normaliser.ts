import type { Instant } from "../domain/clock.ts";
import type { ArrivedDelivery } from "../domain/delivery.ts";
import type { NormalisedDelivery, NormalisedEvent } from "../domain/event.ts";
import type { Fields } from "./read-field.ts";

/** What came with the payload. */
export type Envelope = { event: string; headers: ArrivedDelivery["headers"]; receivedAt: Instant };

export type Ignored = Extract<NormalisedDelivery, { kind: "ignored" }>;

/** Reads one kind of payload. Pure; throws a Refusal for what its event cannot have. */
export type EventNormaliser = (payload: Fields, envelope: Envelope) => NormalisedEvent | Ignored;

export function ignored(because: string): Ignored {
  return { kind: "ignored", because };
}
