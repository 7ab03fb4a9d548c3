import { join } from "node:path";
import { pullRequestName } from "../domain/pull-request-name.ts";
import type { Clock } from "../domain/clock.ts";
import type { ClaimedCommand, CommandOutcome } from "../domain/command.ts";
import type { KnownEffect, PerformEffect } from "../domain/effect.ts";
import { PullwrightError } from "../domain/error.ts";
import type { RepositoryRef } from "../domain/repository-ref.ts";
import { reviewKey } from "../domain/review-key.ts";
import type { ForgePullRequest, ForgeRepository } from "../forges/forge.ts";
import type { Git } from "../git/git.ts";
import { isNoRoom } from "../git/no-room.ts";
import type { Redact } from "../redact/redact.ts";
import { readCreatePullRequestPayload } from "./create-pull-request-payload.ts";
import type { FindForgePlace } from "./forge-place.ts";
import { outcomeOfForgeError } from "./outcome-of-forge-error.ts";
import { openPullRequest } from "./open-pull-request.ts";
import { checkPullRequestArtifacts, openPullRequestArtifacts } from "./pull-request-artifacts.ts";
import { descriptionOf, titleOf } from "./pull-request-text.ts";
import { pushWork } from "./push-work.ts";
import { repositoryOfWork } from "./repository-of-work.ts";
import { workSourceOf } from "./work-source.ts";

export type CreatePullRequestDeps = {
  git: Pick<Git, "openMirror" | "readCheckout" | "changesOfCheckout">;
  placeOf: FindForgePlace;
  /** Reads what people write when they mean a repository. */
  readRepository: (text: string) => RepositoryRef;
  /** Where work goes that names no repository, and whose checkout has no such remote. */
  defaultRepository: string | null;
  performEffect: PerformEffect;
  /** What is remembered of an effect; undefined where there was none. */
  findEffect: (key: string) => Promise<KnownEffect | undefined>;
  /** Tells the outcomes of a pull request that we opened or looked at. */
  recordPullRequest: (ref: RepositoryRef, repository: ForgeRepository, pullRequest: ForgePullRequest) => Promise<void>;
  redact: Redact;
  holdsSecret: (text: string) => boolean;
  clock: Clock;
  signal: AbortSignal;
  reach: (step: string) => void;
  /** For paths that the payload gives without a checkout. */
  workingDirectory: string;
  /** `<data-dir>/exports`: where artifacts go that have no folder of their own. */
  exportsDir: string;
  /** Where people see the work, null when they cannot reach the dashboard. */
  baseUrl: string | null;
};

/**
 * Makes one branch, one commit and one pull request of the work in a checkout. However often it is called, killed or cut off, there is one of each: the
 * commit is the same for the same work, the branch is made or moved only where it is ours, and what may have been opened is looked for before it is
 * opened again. New content for the same workflow becomes one more commit on the branch, and the same pull request.
 */
export async function createPullRequest(command: ClaimedCommand, deps: CreatePullRequestDeps): Promise<CommandOutcome> {
  try {
    return await create(command, deps);
  } catch (error) {
    const outcome = outcomeOfForgeError(error, command, deps.clock);
    if (outcome !== null) return outcome;
    if (isNoRoom(error)) throw new PullwrightError("STORE_FULL", "There is no room left to work in.", { cause: error });
    throw error;
  }
}

async function create(command: ClaimedCommand, deps: CreatePullRequestDeps): Promise<CommandOutcome> {
  const { workflowId } = command;
  const payload = await readCreatePullRequestPayload(command.payload, deps.workingDirectory);
  const source = await workSourceOf(command, payload, deps);
  const ref = repositoryOfWork(payload.repository ?? source.repository ?? undefined, source.remotes, deps);
  const place = deps.placeOf(ref);
  const repository = await place.forge.getRepository(ref, { signal: deps.signal });
  const baseBranch = payload.base_branch ?? source.baseBranch ?? place.settings.baseBranch;
  const baseSha = await source.baseSha(place.settings.remote, baseBranch);
  const issueDir = payload.issue_dir ?? join(deps.exportsDir, workflowId);
  await checkPullRequestArtifacts(issueDir);
  await using taken = await source.take(baseSha);
  deps.reach("work.taken");

  const at = { ref, repository, branch: `${place.settings.branchPrefix}${workflowId}`, baseBranch };
  const push = await pushWork({ ...at, ...taken, baseSha, format: source.format }, place, deps);
  if (push.kind === "open") return push.outcome;
  const { commitSha, pushedAt } = push;

  const { described, logPath: commitLogPath } = taken;
  const description = descriptionOf(described);
  const changedFiles = described.changes.map(({ path }) => path);
  const { remote } = place.settings;
  const artifacts = await openPullRequestArtifacts(
    { ...at, workflowId, remote, commitSha, pushedAt, changedFiles, issueDir, commitLogPath },
    deps,
  );
  await artifacts.writePushed(description);

  const draft = payload.draft ?? place.settings.draft;
  const opened = await openPullRequest(
    { ...at, commitSha, title: titleOf(described), description, draft },
    place,
    deps,
  );
  if (opened.kind === "open") return opened.outcome;
  const { pullRequest } = opened;
  await deps.recordPullRequest(ref, repository, pullRequest);
  deps.reach("pull-request.known");

  const result = await artifacts.writeResult(pullRequest);
  const name = pullRequestName(ref.forge, repository.slug, pullRequest.number);
  return {
    kind: "succeeded",
    because: `${name} ${opened.by === "sent" ? "was opened" : "is open"} from ${at.branch}.`,
    links: [{ label: name, url: pullRequest.url }],
    artifacts: artifacts.paths(),
    result: {
      ...result,
      review_key: reviewKey(ref.forge, ref.host, repository.id, pullRequest.number, commitSha),
    },
  };
}
