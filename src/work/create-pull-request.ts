import { join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import type { ClaimedCommand, CommandOutcome } from "../domain/command.ts";
import type { KnownEffect, PerformEffect } from "../domain/effect.ts";
import { PullwrightError } from "../domain/error.ts";
import type { RepositoryRef } from "../domain/repository-ref.ts";
import { reviewKey } from "../domain/review-key.ts";
import type { ForgePullRequest, ForgeRepository } from "../forges/forge.ts";
import type { Checkout, Git } from "../git/git.ts";
import { createSecretScan } from "../redact/secret-scan.ts";
import type { Redact } from "../redact/redact.ts";
import { openArtifacts } from "./artifacts.ts";
import { type CreatePullRequestPayload, readCreatePullRequestPayload } from "./create-pull-request-payload.ts";
import { findCommitLog, insideOf } from "./find-commit-log.ts";
import type { FindForgePlace } from "./forge-place.ts";
import { outcomeOfForgeError } from "./outcome-of-forge-error.ts";
import { openPullRequest } from "./open-pull-request.ts";
import { commitMessageOf, descriptionOf, type DescribedWork, titleOf } from "./pull-request-text.ts";
import { pushWork } from "./push-work.ts";
import { repositoryOfWork } from "./repository-of-work.ts";

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

/** More than this is no work of one pull request: somebody forgot a .gitignore. */
const limits = { filesMax: 10_000, fileBytesMax: 100 * 1024 * 1024, totalBytesMax: 500 * 1024 * 1024 };

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
    if (outcome === null) throw error;
    return outcome;
  }
}

async function create(command: ClaimedCommand, deps: CreatePullRequestDeps): Promise<CommandOutcome> {
  const payload = await readCreatePullRequestPayload(command.payload, deps.workingDirectory);
  const checkout = await deps.git.readCheckout(payload.checkout, { signal: deps.signal });
  const ref = repositoryOfWork(payload.repository, checkout.remotes, deps);
  const place = deps.placeOf(ref);
  const repository = await place.forge.getRepository(ref, { signal: deps.signal });
  const baseBranch = payload.base_branch ?? place.settings.baseBranch;
  const baseSha = await checkout.baseSha(place.settings.remote, baseBranch);
  await using taken = await takeWork(command, payload, checkout, baseSha, deps);
  deps.reach("work.taken");

  const branch = `${place.settings.branchPrefix}${command.workflowId}`;
  const at = { ref, repository, branch, baseBranch };
  const push = await pushWork({ ...at, ...taken, baseSha, checkout }, place, deps);
  if (push.kind === "open") return push.outcome;
  const { commitSha, pushedAt } = push;

  const issueDir = payload.issue_dir ?? join(deps.exportsDir, command.workflowId);
  const folder = await openArtifacts(issueDir, "github_pr");
  const changedFiles = taken.described.changes.map(({ path }) => path);
  const state = {
    workflow_id: command.workflowId,
    branch,
    base_branch: baseBranch,
    remote: place.settings.remote,
    commit_sha: commitSha,
    changed_files: changedFiles,
    pushed_at: pushedAt,
  };
  const statePath = await folder.write("push_state.json", asJson(state));
  deps.reach("push-state.written");
  const descriptionPath = await folder.write("pr_description.md", `${descriptionOf(taken.described)}\n`);
  deps.reach("description.written");

  const opened = await openPullRequest(
    {
      ...at,
      commitSha,
      title: titleOf(taken.described),
      description: descriptionOf(taken.described),
      draft: payload.draft ?? place.settings.draft,
    },
    place,
    deps,
  );
  if (opened.kind === "open") return opened.outcome;
  const { pullRequest } = opened;
  await deps.recordPullRequest(ref, repository, pullRequest);
  deps.reach("pull-request.known");

  const resultPath = join(folder.folder, "github_pr_result.json");
  const result = {
    status: "success",
    workflow_id: command.workflowId,
    repository: `${ref.host}/${repository.slug}`,
    branch,
    base_branch: baseBranch,
    commit_sha: commitSha,
    changed_files: changedFiles,
    pr_number: pullRequest.number,
    html_url: pullRequest.url,
    diff_url: ref.forge === "github" ? `${pullRequest.url}.diff` : `${pullRequest.url}/diffs`,
    draft: pullRequest.draft,
    issue_dir: issueDir,
    commit_log_path: taken.logPath,
    description_path: descriptionPath,
    push_state_path: statePath,
    result_path: resultPath,
    created_at: pullRequest.openedAt,
  };
  await folder.write("github_pr_result.json", asJson(result));
  deps.reach("result.written");
  return {
    kind: "succeeded",
    because: `${repository.slug}${ref.forge === "gitlab" ? "!" : "#"}${pullRequest.number} ${opened.by === "sent" ? "was opened" : "is open"} from ${branch}.`,
    links: [
      { label: `${repository.slug}${ref.forge === "gitlab" ? "!" : "#"}${pullRequest.number}`, url: pullRequest.url },
    ],
    artifacts: { push_state: statePath, pr_description: descriptionPath, github_pr_result: resultPath },
    result: {
      ...result,
      review_key: reviewKey(ref.forge, ref.host, repository.id, pullRequest.number, commitSha),
    },
  };
}

/** The work as it lies there: files as bytes, and what is said of them. Nothing that holds one of our secrets leaves this function. */
async function takeWork(
  command: ClaimedCommand,
  payload: CreatePullRequestPayload,
  checkout: Checkout,
  baseSha: string,
  deps: CreatePullRequestDeps,
) {
  const {
    log,
    path: logPath,
    writtenAt,
  } = await findCommitLog({
    ...(payload.commit_log_path === undefined ? {} : { named: payload.commit_log_path }),
    folders: [...(payload.issue_dir === undefined ? [] : [payload.issue_dir]), payload.checkout, checkout.root],
    root: checkout.root,
  });
  const inside = [payload.issue_dir, logPath, join(checkout.root, "codex_implementation")].flatMap((path) => {
    const found = path === undefined ? null : insideOf(checkout.root, path);
    return found === null ? [] : [found];
  });
  const scans = new Map<string, ReturnType<typeof createSecretScan>>();
  // What was read is kept in a file; it must not stay there when it may not be sent.
  await using reading = new AsyncDisposableStack();
  const found = await deps.git.changesOfCheckout(
    checkout,
    {
      baseSha,
      ...(payload.changed_files === undefined ? {} : { only: payload.changed_files }),
      leaveOut: inside,
      ...limits,
      onBytes: (path, bytes) => {
        const scan = scans.get(path) ?? createSecretScan(deps.holdsSecret);
        scans.set(path, scan);
        scan.push(bytes);
      },
    },
    { signal: deps.signal },
  );
  reading.use(found);
  const { changes, summary, skipped } = found;
  const described: DescribedWork = {
    workflowId: command.workflowId,
    title: payload.title === undefined ? null : deps.redact(payload.title),
    log: { text: deps.redact(log.text), headline: log.headline === null ? null : deps.redact(log.headline) },
    changes: summary,
    notes: skipped.map(({ path, because }) => `${path}: ${because}`),
    sessionId: payload.session_id ?? null,
    url: deps.baseUrl === null ? null : `${deps.baseUrl}/workflows/${encodeURIComponent(command.workflowId)}`,
  };
  const message = commitMessageOf(described);
  const leaking = [...scans].filter(([, scan]) => scan.found()).map(([path]) => path);
  const texts = [log.text, payload.title ?? "", payload.session_id ?? "", ...summary.map(({ path }) => path)];
  if (texts.some(deps.holdsSecret)) leaking.push("the texts (commit log, title or a file's name)");
  if (leaking.length > 0)
    throw new PullwrightError(
      "SECRET_IN_WORK",
      `A secret that Pullwright holds is in ${leaking.slice(0, 5).join(", ")}.`,
    );
  const kept = reading.move();
  return {
    changes,
    described,
    message,
    logPath,
    writtenAt,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
