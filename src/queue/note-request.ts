import { randomUUID } from "node:crypto";
import type { StoreQueries } from "../store/store.ts";
import type { QueueClock } from "./queue-clock.ts";

/** Who asked for something, as the audit log and the history say it: `operator`, `api`, `mention by ann`. */
export type Requester = { actor: string };

/** What an operator asked for, of what, in a sentence. */
export type OperatorRequest = {
  kind:
    | "start_requested"
    | "queue_requested"
    | "cancel_requested"
    | "pause_requested"
    | "resume_requested"
    | "retry_requested"
    | "review_requested"
    | "dismiss_requested"
    | "reopen_requested";
  subject: { kind: "workflow" | "command" | "review"; ref: string };
  summary: string;
};

/** Remembers a request as an event, for all who look at what happened, and in the audit log, in the transaction of what it brought about. */
export async function noteRequest(
  { kind, subject, summary }: OperatorRequest,
  { actor }: Requester,
  queries: Pick<StoreQueries, "events" | "auditLog">,
  clock: QueueClock,
): Promise<void> {
  const at = clock.now();
  await queries.events.add({
    event_key: `${kind}:${randomUUID()}`,
    delivery_id: null,
    kind,
    repository_id: null,
    subject_kind: subject.kind,
    subject_ref: subject.ref,
    commit_sha: null,
    actor,
    occurred_at: at,
    recorded_at: at,
    summary,
  });
  await queries.auditLog.append({
    at,
    actor,
    action: kind,
    subject: `${subject.kind} ${subject.ref}`,
    detail: { summary },
  });
}
