import type { NormalisedEvent } from "../../domain/event.ts";
import type { PullRequestFact, PullRequestState } from "../../domain/fact.ts";
import type { RepositoryMention } from "../../domain/repository.ts";
import type { Envelope } from "../event-normaliser.ts";
import { changesFingerprint } from "../fingerprint.ts";
import { knownFields } from "../known-fields.ts";
import {
  type Fields,
  hasField,
  nameCharactersMax,
  optionalBoolean,
  optionalCount,
  optionalInstant,
  optionalLine,
  optionalObject,
  optionalSha,
  optionalText,
  optionalUrl,
  pathOf,
  requiredInstant,
  requiredLine,
  requiredNumber,
  requiredObject,
  requiredSha,
  requiredWord,
  valueOf,
} from "../read-field.ts";
import { Refusal } from "../refusal.ts";
import { revertsInPullRequest } from "../reverts.ts";
import { by, summary } from "../summary.ts";
import { actorOf, loginOf } from "./actor.ts";
import { repositoryMention } from "./repository-mention.ts";

/** `pull_request` with any action, also one that GitHub has not thought of yet. */
export function normalisePullRequest(payload: Fields, _envelope: Envelope): NormalisedEvent {
  const action = requiredWord(payload, "action");
  const pullRequest = requiredObject(payload, "pull_request");
  const repository = pullRequestRepository(payload, pullRequest);
  const fact = pullRequestFact(pullRequest, repository, { isClosing: action === "closed" });
  const { actor, actorId, actorIsBot } = actorOf(payload);
  return {
    kind: `github.pull_request.${action}`,
    repository,
    subject: { kind: "pull-request", ref: String(fact.number) },
    commitSha: fact.headSha ?? null,
    actor,
    actorId,
    actorIsBot,
    occurredAt: fact.observedAt,
    summary: summary(`${repository.slug}#${fact.number} ${whatHappened(action, fact, payload)}${by(actor)}`),
    discriminator: discriminatorOf(action, payload),
    ...(action === "opened" || action === "edited" ? knownFields({ text: optionalText(pullRequest, "body") }) : {}),
    facts: [fact],
  };
}

/** The repository that the pull request asks to be merged into, not the fork that it comes from. */
export function pullRequestRepository(payload: Fields, pullRequest: Fields): RepositoryMention {
  const repository = optionalObject(payload, "repository");
  return repositoryMention(repository ?? requiredObject(requiredObject(pullRequest, "base"), "repo"));
}

/**
 * GitHub's pull request object, whole as in `pull_request` or shorter as in the events of reviews, which has no
 * `merged`, no counts, and says what it does say just as truly. `head.repo` is null when the fork was deleted; the
 * branch and its commit are still named.
 */
export function pullRequestFact(
  pullRequest: Fields,
  repository: RepositoryMention,
  { isClosing }: { isClosing: boolean },
): PullRequestFact {
  const observedAt = requiredInstant(pullRequest, "updated_at");
  const state = stateOf(pullRequest);
  const isMerged = state === "merged";
  const mergedAt = optionalInstant(pullRequest, "merged_at");
  // A merge may be told with `merged_at` null. Only the event of the merge itself happened when it says; a label set
  // later did not.
  const isFallback = isMerged && mergedAt === undefined && isClosing;
  const head = requiredObject(pullRequest, "head");
  const headBranch = requiredLine(head, "ref");
  const body = hasField(pullRequest, "body") ? (optionalText(pullRequest, "body") ?? "") : undefined;
  return knownFields({
    kind: "pull-request" as const,
    number: requiredNumber(pullRequest, "number"),
    observedAt,
    state,
    title: optionalLine(pullRequest, "title"),
    author: loginOf(optionalObject(pullRequest, "user")),
    url: optionalUrl(pullRequest, "html_url"),
    draft: optionalBoolean(pullRequest, "draft"),
    baseBranch: requiredLine(requiredObject(pullRequest, "base"), "ref"),
    headBranch,
    headSha: requiredSha(head, "sha"),
    mergeCommitSha: mergeCommitShaOf(pullRequest, isMerged),
    commitsCount: optionalCount(pullRequest, "commits"),
    changedFilesCount: optionalCount(pullRequest, "changed_files"),
    openedAt: optionalInstant(pullRequest, "created_at"),
    closedAt: valueOf(pullRequest, "closed_at") === null ? null : optionalInstant(pullRequest, "closed_at"),
    mergedAt: isFallback ? observedAt : mergedAt,
    mergedAtIsFallback: isFallback ? true : undefined,
    reverts:
      body === undefined
        ? undefined
        : revertsInPullRequest({ body, headBranch, forge: "github", slug: repository.slug }),
  });
}

function stateOf(pullRequest: Fields): PullRequestState {
  if (optionalBoolean(pullRequest, "merged") === true || optionalInstant(pullRequest, "merged_at") !== undefined)
    return "merged";
  const state = requiredWord(pullRequest, "state");
  if (state === "open") return "open";
  if (state !== "closed") throw new Refusal("BAD_SHAPE", `${pathOf(pullRequest, "state")} is neither open nor closed.`);
  if (!hasField(pullRequest, "merged") && !hasField(pullRequest, "merged_at")) {
    throw new Refusal("BAD_SHAPE", `${pathOf(pullRequest, "merged_at")} is missing.`);
  }
  return "closed";
}

/**
 * Until it is merged, a pull request carries here the commit of a trial merge that nobody will ever see again. Read
 * all the same, so that what is no commit id is refused wherever it stands.
 */
function mergeCommitShaOf(pullRequest: Fields, isMerged: boolean): string | undefined {
  const sha = optionalSha(pullRequest, "merge_commit_sha");
  return isMerged ? sha : undefined;
}

function whatHappened(action: string, fact: PullRequestFact, payload: Fields): string {
  switch (action) {
    case "opened":
    case "edited":
    case "reopened":
    case "locked":
    case "unlocked":
      return `was ${action}`;
    case "closed":
      return fact.state === "merged" ? "was merged" : "was closed";
    case "synchronize":
      return "was updated with new commits";
    case "converted_to_draft":
      return "was turned into a draft";
    case "ready_for_review":
      return "was marked ready for review";
    case "labeled":
      return `was labelled ${labelOf(payload)}`;
    case "unlabeled":
      return `lost the label ${labelOf(payload)}`;
    case "assigned":
      return `was assigned to ${assigneeOf(payload)}`;
    case "unassigned":
      return `was taken from ${assigneeOf(payload)}`;
    case "review_requested":
      return `was sent to ${reviewerOf(payload)} for review`;
    case "review_request_removed":
      return `was taken back from ${reviewerOf(payload)}'s reviews`;
    case "auto_merge_enabled":
      return "was put on auto-merge";
    case "auto_merge_disabled":
      return "was taken off auto-merge";
    case "enqueued":
      return "was put into the merge queue";
    case "dequeued":
      return "was taken out of the merge queue";
    default:
      return `saw "${action.replaceAll("_", " ")}"`;
  }
}

/** Two labels set with one click come with the same time: the label tells the two events apart. So do the others. */
function discriminatorOf(action: string, payload: Fields): string {
  switch (action) {
    case "labeled":
    case "unlabeled":
      return labelOf(payload);
    case "assigned":
    case "unassigned":
      return assigneeOf(payload);
    case "review_requested":
    case "review_request_removed":
      return reviewerOf(payload);
    case "synchronize":
      return `${optionalSha(payload, "before") ?? ""}..${optionalSha(payload, "after") ?? ""}`;
    default:
      return changesFingerprint(payload);
  }
}

function labelOf(payload: Fields): string {
  const label = optionalObject(payload, "label");
  return (label === undefined ? undefined : optionalLine(label, "name", nameCharactersMax)) ?? "";
}

function assigneeOf(payload: Fields): string {
  return loginOf(optionalObject(payload, "assignee")) ?? "";
}

/** A person, or a team. */
function reviewerOf(payload: Fields): string {
  const team = optionalObject(payload, "requested_team");
  const slug = team === undefined ? undefined : optionalLine(team, "slug", nameCharactersMax);
  return loginOf(optionalObject(payload, "requested_reviewer")) ?? slug ?? "";
}
