import type { NormalisedEvent } from "../domain/event.ts";
import type { Redact } from "./redact.ts";
import { redactDeep } from "./redact-deep.ts";

/**
 * People paste secrets into titles, branch names and commit messages: what is stored of an event has them masked. Numbers and times have none, and the
 * repository's own name is what its row is found by.
 */
export function redactEvent(event: NormalisedEvent, redact: Redact): NormalisedEvent {
  const { subject, facts } = event;
  return {
    ...event,
    subject: { ...subject, ref: redact(subject.ref) },
    summary: redact(event.summary),
    facts: redactDeep(facts, redact),
  };
}
