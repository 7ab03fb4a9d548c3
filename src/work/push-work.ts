import { type Clock, instantOf } from "../domain/clock.ts";
import type { CommandOutcome } from "../domain/command.ts";
import type { KnownEffect, PerformEffect } from "../domain/effect.ts";
import { PullwrightError } from "../domain/error.ts";
import { type RepositoryRef, repositoryKeyOf } from "../domain/repository-ref.ts";
import type { ForgeRepository } from "../forges/forge.ts";
import type { FileChange, Git, Mirror } from "../git/git.ts";
import type { ObjectFormat } from "../git/object-id.ts";
import { fateOfPush } from "./fate-of-call.ts";
import type { ForgePlace, RemoteAccess } from "./forge-place.ts";

/** Work that is to become the tip of a branch of ours. */
export type WorkToPush = {
  ref: RepositoryRef;
  repository: ForgeRepository;
  branch: string;
  baseBranch: string;
  /** By which hash the repository names its commits. */
  format: ObjectFormat;
  baseSha: string;
  changes: FileChange[];
  message: string;
  /** When the work was done: the commit's date, so that the same work has the same commit. */
  writtenAt: Date;
};

export type PushWorkDeps = {
  git: Pick<Git, "openMirror">;
  performEffect: PerformEffect;
  findEffect: (key: string) => Promise<KnownEffect | undefined>;
  clock: Clock;
  signal: AbortSignal;
};

/** What is written down before a push, and compared with when it is asked for again. */
type Built = { base_sha: string; parent_shas: string[]; tree_sha: string; at_seconds: number; commit_sha: string };

/** What is worth remembering of a push: enough to see whether new content came, and what it must be built on. */
type Pushed = { commit_sha: string; tree_sha: string; base_sha: string; pushed_at: string };

export type PushEnding =
  | { kind: "pushed"; commitSha: string; pushedAt: string }
  | { kind: "open"; outcome: Extract<CommandOutcome, { kind: "wait" | "failed" }> };

/**
 * Makes the work the tip of its branch, as one commit: the first on the base that it stands on, each further one on the tip that we recorded. The same work is
 * the same commit, and a second call finds it there. Never moves a branch whose tip is not ours.
 *
 * @throws PullwrightError BRANCH_EXISTS, BRANCH_CONFLICT, PUSH_REJECTED, EMPTY_DIFF, and what fetching and building throw
 */
export async function pushWork(work: WorkToPush, place: ForgePlace, deps: PushWorkDeps): Promise<PushEnding> {
  return place.withRemote(work.ref, (access) => pushOver(access, work, deps));
}

/** May be called again, with another credential: what was fetched, built or pushed the first time is found. */
async function pushOver({ remote, looking }: RemoteAccess, work: WorkToPush, deps: PushWorkDeps): Promise<PushEnding> {
  const { ref, repository, branch, baseSha } = work;
  const series = `push:${ref.forge}:${ref.host}:${repository.id}:${branch}`;
  await using mirror = await deps.git.openMirror({
    repositoryKey: repositoryKeyOf(ref),
    remote,
    format: work.format,
    signal: deps.signal,
  });
  await looking(async () => {
    await mirror.fetchCommit({ sha: baseSha });
    await checkBaseBranch(work, mirror);
  });
  // An earlier attempt may have pushed other content and died: that is found first, and this comes on top of it.
  for (;;) {
    const known = await pushesOf(series, deps);
    const { tip } = known;
    if (tip !== null) await looking(() => fetchMissing(tip.commit_sha, mirror));
    const built = await build(work, tip, mirror);
    if (tip?.tree_sha === built.tree_sha && tip.base_sha === built.base_sha) return pushed(tip);
    const ending = await pushOnce(
      `${series}:${known.next}`,
      { ...built, repository: repository.slug, branch, base_branch: work.baseBranch },
      known,
      mirror,
      deps,
    );
    if (ending.kind === "open") return ending;
    if (ending.result.commit_sha === built.commit_sha) return pushed(ending.result);
  }
}

/** A branch that is pushed and then cannot become a pull request would be left over. The default branch is there; any other may have been misspelt. */
async function checkBaseBranch({ repository, baseBranch }: WorkToPush, mirror: Mirror): Promise<void> {
  if (baseBranch === repository.defaultBranch || (await mirror.readRemoteBranch(baseBranch)) !== null) return;
  throw new PullwrightError(
    "BASE_NOT_ON_REMOTE",
    `There is no branch ${JSON.stringify(baseBranch)} at ${repository.slug}. Name another as \`base_branch\`.`,
  );
}

function pushed({ commit_sha: commitSha, pushed_at: pushedAt }: Pushed): PushEnding {
  return { kind: "pushed", commitSha, pushedAt };
}

type KnownPushes = {
  /** The newest that is certain: where our branch was left. */
  tip: Pushed | null;
  /** One after it that was sent, and of which nobody knows what became. */
  open: Built | null;
  next: number;
};

async function pushesOf(series: string, { findEffect }: PushWorkDeps): Promise<KnownPushes> {
  let tip: Pushed | null = null;
  for (let next = 1; ; next += 1) {
    const known = await findEffect(`${series}:${next}`);
    if (known?.state !== "done")
      return { tip, open: known !== undefined && known.sends > 0 ? (known.intent as Built) : null, next };
    tip = known.result as Pushed;
  }
}

async function fetchMissing(sha: string, mirror: Mirror): Promise<void> {
  if (!(await mirror.hasCommit(sha))) await mirror.fetchCommit({ sha });
}

async function build(work: WorkToPush, tip: Pushed | null, mirror: Mirror): Promise<Built> {
  const { baseSha, changes, message } = work;
  // Work that was carried over to a newer base has that as its second parent: else the pull request would show all that came between.
  const parentShas = tip === null ? [baseSha] : tip.base_sha === baseSha ? [tip.commit_sha] : [tip.commit_sha, baseSha];
  const atSeconds = Math.max(0, Math.floor(work.writtenAt.getTime() / 1000));
  const { commitSha, treeSha } = await mirror.buildCommit({
    baseSha,
    parentShas,
    changes,
    message,
    atSeconds,
    paths: "theirs",
    replaceSymlinks: true,
  });
  return {
    base_sha: baseSha,
    parent_shas: parentShas,
    tree_sha: treeSha,
    at_seconds: atSeconds,
    commit_sha: commitSha,
  };
}

function pushOnce(
  key: string,
  request: Built & { repository: string; branch: string; base_branch: string },
  { tip, open }: KnownPushes,
  mirror: Mirror,
  { performEffect, clock }: PushWorkDeps,
) {
  const { branch } = request;
  const result = ({ commit_sha, tree_sha, base_sha }: Built): Pushed => ({
    commit_sha,
    tree_sha,
    base_sha,
    pushed_at: instantOf(clock()),
  });
  return performEffect<Pushed>({
    key,
    kind: "push",
    request,
    act: async () => {
      const outcome = await mirror.pushBranch({
        branch,
        commitSha: request.commit_sha,
        expected: tip?.commit_sha ?? null,
        base: request.base_branch,
      });
      if (outcome.kind === "rejected") throw new PullwrightError(outcome.code, outcome.because);
      return result(request);
    },
    readBack: async () => {
      const at = await mirror.readRemoteBranch(branch);
      const ours = [request, ...(open === null ? [] : [open])].find(({ commit_sha: sha }) => sha === at);
      return ours === undefined ? [] : [result(ours)];
    },
    fateOf: fateOfPush,
    looksFirst: false,
    // The remote itself refuses a second one that is not the same.
    readBackAfterMs: [0],
  });
}
