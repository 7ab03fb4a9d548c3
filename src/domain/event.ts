import type { Instant } from "./clock.ts";
import type { ErrorCode } from "./error.ts";
import type { Fact } from "./fact.ts";
import type { RepositoryMention } from "./repository.ts";

/** What an event is about. `ref` is a pull request's or issue's number, a branch, a SHA, a run id. */
export type Subject = {
  kind: "pull-request" | "issue" | "branch" | "commit" | "ci-run" | "repository" | "installation" | "hook";
  ref: string;
};

/**
 * Something that happened, in our words: `github.pull_request.opened`, `gitlab.pull_request.closed`, `github.push.main`, `ci.run.completed`.
 * It says which repository, subject and commit, and carries no payload.
 */
export type NormalisedEvent = {
  /** Past tense, in the seeds' spelling where a seed has one. */
  kind: string;
  /** Null for what concerns no repository (an installation, an organisation's ping). */
  repository: RepositoryMention | null;
  subject: Subject;
  commitSha: string | null;
  /** Login of who did it, as the payload says. Logins change hands. */
  actor: string | null;
  /** The forge's numeric id of who did it: that one stays. Null where the payload does not say it. */
  actorId: string | null;
  actorIsBot: boolean;
  /** By the sender's clock; the time of receipt where the payload has none. */
  occurredAt: Instant;
  /** One sentence for people: `acme/web#7 was merged`. No line breaks, at most 300 characters. */
  summary: string;
  /** A word more that makes two events of the same kind, subject and time different: a comment's id, a label, a status. */
  discriminator: string;
  /** What a person wrote, for the rules that look for a mention; never stored. Absent where the event has no text. */
  text?: string;
  /** What the outcome tables learn from it. */
  facts: Fact[];
};

/** Who did it. */
export type Actor = Pick<NormalisedEvent, "actor" | "actorId" | "actorIsBot">;

/** What the normaliser made of a delivery. `refused` ends the delivery `dead`; `ignored` ends it digested with its reason. */
export type NormalisedDelivery =
  | { kind: "understood"; event: NormalisedEvent; payloadText: string }
  | { kind: "ignored"; because: string }
  | { kind: "refused"; code: ErrorCode; because: string };
