import type { CommandOutcome } from "../domain/command.ts";
import type { Effect, KnownEffect, PerformEffect } from "../domain/effect.ts";
import { PullwrightError } from "../domain/error.ts";
import type { RepositoryRef } from "../domain/repository-ref.ts";
import type { ForgePullRequest, ForgeRepository } from "../forges/forge.ts";
import { fateOfCall } from "./fate-of-call.ts";
import type { ForgePlace } from "./forge-place.ts";

/** A branch that is to have a pull request, and the words for it. */
export type PullRequestToOpen = {
  ref: RepositoryRef;
  repository: ForgeRepository;
  branch: string;
  baseBranch: string;
  commitSha: string;
  title: string;
  /** Without our mark, which is put below it. */
  description: string;
  draft: boolean;
};

export type OpenPullRequestDeps = {
  performEffect: PerformEffect;
  findEffect: (key: string) => Promise<KnownEffect | undefined>;
  signal: AbortSignal;
};

export type OpenPullRequestEnding =
  | { kind: "there"; pullRequest: ForgePullRequest; by: "sent" | "found" | "remembered" }
  | { kind: "open"; outcome: CommandOutcome };

type Opened = { number: number; url: string };

/**
 * Sees to it that the branch has one open pull request with these words: opens it, finds it, or brings the one that is there up to date. One that was merged
 * is history, and its branch gets another; one that a person closed stays closed, and the work is refused.
 *
 * @throws PullwrightError FORGE_CONFLICT when a person closed it, HEAD_MISMATCH through the outcome, and what the forge throws
 */
export async function openPullRequest(
  wanted: PullRequestToOpen,
  place: ForgePlace,
  deps: OpenPullRequestDeps,
): Promise<OpenPullRequestEnding> {
  const { ref, repository, branch } = wanted;
  const { forge } = place;
  const { signal } = deps;
  const series = `create-pull-request:${ref.forge}:${ref.host}:${repository.id}:${branch}`;
  for (let turn = 1; ; turn += 1) {
    const ending = await deps.performEffect(createEffect(`${series}:${turn}`, wanted, place, deps));
    if (ending.kind === "open") return ending;
    const { number } = ending.result;
    const pullRequest = await forge.getPullRequest(ref, number, { signal });
    if (pullRequest.state === "merged") continue;
    if (pullRequest.state === "closed")
      throw new PullwrightError(
        "FORGE_CONFLICT",
        `${pullRequest.url} was closed by somebody. Reopen it, or delete the branch ${branch} and start a new workflow.`,
      );
    if (pullRequest.headSha !== wanted.commitSha) return { kind: "open", outcome: headMismatch(pullRequest, wanted) };
    if (ending.by === "sent" || ending.isSameRequest) return { kind: "there", pullRequest, by: ending.by };
    return bringUpToDate(pullRequest, wanted, place, deps);
  }
}

function createEffect(
  key: string,
  wanted: PullRequestToOpen,
  { forge }: ForgePlace,
  { signal }: OpenPullRequestDeps,
): Effect<Opened> {
  const { ref, branch, baseBranch, commitSha, title, description, draft } = wanted;
  return {
    key,
    kind: "create-pull-request",
    request: {
      repository: wanted.repository.slug,
      branch,
      base_branch: baseBranch,
      commit_sha: commitSha,
      title,
      description,
      draft,
    },
    act: async ({ marker }) => {
      const made = await forge.createPullRequest(
        ref,
        { title, body: withMark(description, marker), headBranch: branch, baseBranch, draft },
        { signal },
      );
      return opened(made);
    },
    readBack: async ({ isOurs }) => {
      const [me, list] = [
        await forge.whoAmI({ signal }),
        await forge.listPullRequests(ref, { state: "all", headBranch: branch }, { signal }),
      ];
      return list
        .filter(
          ({ author, body, headSha, state }) =>
            author?.id === me.id && (isOurs(body) || (state === "open" && headSha === commitSha)),
        )
        .toSorted((a, b) => a.number - b.number)
        .map(opened);
    },
    removeExtra: async ({ number }) => {
      await forge.updatePullRequest(ref, number, { state: "closed" }, { signal });
    },
    fateOf: fateOfCall,
  };
}

/** More work came onto the branch: the words follow it. The forge has moved the pull request's head by itself. */
async function bringUpToDate(
  pullRequest: ForgePullRequest,
  wanted: PullRequestToOpen,
  { forge }: ForgePlace,
  { performEffect, signal }: OpenPullRequestDeps,
): Promise<OpenPullRequestEnding> {
  const { ref, repository, commitSha, title, description } = wanted;
  const { number } = pullRequest;
  const ending = await performEffect<Opened>({
    key: `update-pull-request:${ref.forge}:${ref.host}:${repository.id}:${number}:${commitSha}`,
    kind: "update-pull-request",
    request: { repository: repository.slug, number, commit_sha: commitSha, title, description },
    act: async ({ marker }) => {
      // The mark by which it was found the first time stays.
      const first = /<!-- pullwright:v1 [^>]{1,100}-->/.exec(pullRequest.body)?.[0];
      const marks = first === undefined ? marker : `${first}\n${marker}`;
      return opened(
        await forge.updatePullRequest(ref, number, { title, body: withMark(description, marks) }, { signal }),
      );
    },
    readBack: async ({ isOurs }) => {
      const now = await forge.getPullRequest(ref, number, { signal });
      return isOurs(now.body) ? [opened(now)] : [];
    },
    fateOf: fateOfCall,
  });
  if (ending.kind === "open") return ending;
  return { kind: "there", pullRequest: await forge.getPullRequest(ref, number, { signal }), by: "remembered" };
}

function headMismatch(pullRequest: ForgePullRequest, { commitSha, branch }: PullRequestToOpen): CommandOutcome {
  return {
    kind: "retry",
    code: "HEAD_MISMATCH",
    because: `${pullRequest.url} shows ${pullRequest.headSha.slice(0, 12)} as the head of ${branch}, and ${commitSha.slice(0, 12)} was pushed. Nothing more was posted.`,
    links: [{ label: "Pull request", url: pullRequest.url }],
  };
}

function withMark(description: string, marker: string): string {
  return `${description}\n\n${marker}`;
}

function opened({ number, url }: ForgePullRequest): Opened {
  return { number, url };
}
