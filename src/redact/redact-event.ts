import type { NormalisedEvent } from "../domain/event.ts";
import type { Redact } from "./redact.ts";
import { redactDeep } from "./redact-deep.ts";

/** People paste secrets into titles and commit messages: what is stored of an event has them masked. Names, numbers and times stay as they are. */
export function redactEvent(event: NormalisedEvent, redact: Redact): NormalisedEvent {
  return { ...event, summary: redact(event.summary), facts: redactDeep(event.facts, redact) };
}
