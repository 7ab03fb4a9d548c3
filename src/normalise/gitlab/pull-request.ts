import type { NormalisedEvent } from "../../domain/event.ts";
import type { PullRequestFact, PullRequestState } from "../../domain/fact.ts";
import type { RepositoryMention } from "../../domain/repository.ts";
import type { Envelope } from "../event-normaliser.ts";
import { changesFingerprint } from "../fingerprint.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  hasField,
  objectsIn,
  optionalBoolean,
  optionalId,
  optionalInstant,
  optionalLine,
  optionalObject,
  optionalSha,
  optionalText,
  optionalUrl,
  optionalWord,
  pathOf,
  requiredInstant,
  requiredLine,
  requiredNumber,
  requiredObject,
  requiredWord,
  valueOf,
} from "../read-field.ts";
import { Refusal } from "../refusal.ts";
import { revertsInPullRequest } from "../reverts.ts";
import { by, summary } from "../summary.ts";
import { actorOf, usernameOf } from "./actor.ts";
import { repositoryOf } from "./repository-mention.ts";

/** `Merge Request Hook`, in the words that a pull request has. */
export function normalisePullRequest(payload: Fields, _envelope: Envelope): NormalisedEvent {
  const attributes = requiredObject(payload, "object_attributes");
  const repository = repositoryOf(payload);
  const fact = pullRequestFact(payload, attributes, repository);
  const action = actionOf(payload, attributes);
  const { actor, actorId, actorIsBot } = actorOf(payload);
  const isWritten = action === "opened" || action === "edited";
  return {
    kind: `gitlab.pull_request.${action}`,
    repository,
    subject: { kind: "pull-request", ref: String(fact.number) },
    commitSha: fact.headSha ?? null,
    actor,
    actorId,
    actorIsBot,
    occurredAt: fact.observedAt,
    summary: summary(`${repository.slug}!${fact.number} ${whatHappened(action, fact)}${by(actor)}`),
    discriminator: discriminatorOf(action, fact, payload, attributes),
    ...(isWritten ? knownFields({ text: optionalText(attributes, "description") }) : {}),
    facts: [fact],
  };
}

/**
 * A merge request as its own event carries it (`object_attributes`) or as a note's does (`merge_request`). Who opened
 * it is there as an id only; the name is known when the payload has that person in another part. The actor is whoever
 * pressed the button and must not be taken for the author.
 */
export function pullRequestFact(payload: Fields, attributes: Fields, repository: RepositoryMention): PullRequestFact {
  const observedAt = requiredInstant(attributes, "updated_at");
  const state = stateOf(attributes);
  const isMerged = state === "merged";
  const mergedAt = optionalInstant(attributes, "merged_at");
  // Labels may be set after the merge, so that only the event of the merge itself carries the time of it.
  const isFallback = isMerged && mergedAt === undefined && valueOf(attributes, "action") === "merge";
  const headBranch = requiredLine(attributes, "source_branch");
  const lastCommit = optionalObject(attributes, "last_commit");
  const body = hasField(attributes, "description") ? (optionalText(attributes, "description") ?? "") : undefined;
  return knownFields({
    kind: "pull-request" as const,
    number: requiredNumber(attributes, "iid"),
    observedAt,
    state,
    title: optionalLine(attributes, "title"),
    author: authorOf(payload, attributes),
    url: optionalUrl(attributes, "url"),
    draft: optionalBoolean(attributes, "draft") ?? optionalBoolean(attributes, "work_in_progress"),
    baseBranch: requiredLine(attributes, "target_branch"),
    headBranch,
    headSha: lastCommit === undefined ? undefined : optionalSha(lastCommit, "id"),
    mergeCommitSha: mergeCommitShaOf(attributes, isMerged),
    openedAt: optionalInstant(attributes, "created_at"),
    closedAt: valueOf(attributes, "closed_at") === null ? null : optionalInstant(attributes, "closed_at"),
    mergedAt: isFallback ? observedAt : isMerged ? mergedAt : undefined,
    mergedAtIsFallback: isFallback ? true : undefined,
    reverts:
      body === undefined
        ? undefined
        : revertsInPullRequest({ body, headBranch, forge: "gitlab", slug: repository.slug }),
  });
}

const states = new Map<unknown, PullRequestState>([
  ["opened", "open"],
  // While the merge itself runs.
  ["locked", "open"],
  ["closed", "closed"],
  ["merged", "merged"],
]);
/** Servers that leave the word out send its number. */
const stateIds = new Map<unknown, PullRequestState>([
  [1, "open"],
  [2, "closed"],
  [3, "merged"],
  [4, "open"],
]);

function stateOf(attributes: Fields): PullRequestState {
  const state = hasField(attributes, "state")
    ? states.get(valueOf(attributes, "state"))
    : stateIds.get(valueOf(attributes, "state_id"));
  if (state === undefined) throw new Refusal("BAD_SHAPE", `${pathOf(attributes, "state")} is missing or not a state.`);
  return state;
}

/**
 * What stands on the target branch for this merge request. With a squash that is the squash commit, which carries the
 * change and whose message a later revert names, also where a merge commit was put on top of it; else the merge
 * commit. A fast-forward has neither: its commits are there as they were. Before the merge the fields belong to a
 * trial.
 */
function mergeCommitShaOf(attributes: Fields, isMerged: boolean): string | undefined {
  const squash = optionalSha(attributes, "squash_commit_sha");
  const merge = optionalSha(attributes, "merge_commit_sha");
  return isMerged ? (squash ?? merge) : undefined;
}

function authorOf(payload: Fields, attributes: Fields): string | undefined {
  const authorId = optionalId(attributes, "author_id");
  if (authorId === undefined) return undefined;
  const people = [
    optionalObject(payload, "user"),
    optionalObject(payload, "assignee"),
    optionalObject(attributes, "assignee"),
    ...objectsIn(payload, "assignees"),
    ...objectsIn(payload, "reviewers"),
  ];
  return usernameOf(people.find((person) => person !== undefined && optionalId(person, "id") === authorId));
}

const actions = new Map([
  ["open", "opened"],
  ["reopen", "reopened"],
  ["close", "closed"],
  // As on GitHub: a merge closes, and the state says how.
  ["merge", "closed"],
  ["approval", "approval_added"],
  ["unapproval", "approval_removed"],
]);

/**
 * An update with `oldrev` brought new commits; one that changed `draft` has a word of its own; any other edited
 * something.
 */
function actionOf(payload: Fields, attributes: Fields): string {
  const action = optionalWord(attributes, "action") ?? "update";
  if (action !== "update") return actions.get(action) ?? requiredWord(attributes, "action");
  if (optionalSha(attributes, "oldrev") !== undefined) return "synchronize";
  const changes = optionalObject(payload, "changes");
  const draft = changes && (optionalObject(changes, "draft") ?? optionalObject(changes, "work_in_progress"));
  const isDraft = draft === undefined ? undefined : optionalBoolean(draft, "current");
  if (isDraft === undefined) return "edited";
  return isDraft ? "converted_to_draft" : "ready_for_review";
}

function whatHappened(action: string, fact: PullRequestFact): string {
  switch (action) {
    case "closed":
      return fact.state === "merged" ? "was merged" : "was closed";
    case "synchronize":
      return "was updated with new commits";
    case "converted_to_draft":
      return "was turned into a draft";
    case "ready_for_review":
      return "was marked ready for review";
    case "approval_added":
      return "got an approval";
    case "approval_removed":
      return "lost an approval";
    default:
      return `was ${action.replaceAll("_", " ")}`;
  }
}

/** GitLab's times are exact to the second, and `updated_at` does not move for all that is told. */
function discriminatorOf(action: string, fact: PullRequestFact, payload: Fields, attributes: Fields): string {
  if (action === "synchronize") return `${optionalSha(attributes, "oldrev") ?? ""}..${fact.headSha ?? ""}`;
  const who = action.startsWith("appro") || action.startsWith("unappro") ? (actorOf(payload).actor ?? "") : "";
  return `${who} ${changesFingerprint(payload)}`.trim();
}
