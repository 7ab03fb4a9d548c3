import type { Run } from "./payloads/ci-run.ts";
import type { FormerPullRequest } from "./scenario.ts";
import type { Act, PullRequestName, RepositoryName } from "./step.ts";
import {
  type Commit,
  headShaOf,
  type Login,
  madeUpSha,
  people,
  type Person,
  type PullRequest,
  type Repository,
} from "./world.ts";

/** Commits that came to a branch at once. */
export type Push = { branch: string; before: string; commits: Commit[] };

/** What an act has changed, and all that a forge knows when it tells of it. */
export type Happening = {
  at: Date;
  by: Person;
  /** The demo's own number of it: ids of comments and the like are made of it. */
  serial: number;
  repository: Repository;
  pullRequest?: PullRequest;
  push?: Push;
  run?: Run;
  formerName?: string;
};

/** What is true in the story's world, as the acts change it. The same acts at the same times lead to the same world. */
export type History = {
  apply: (act: Exclude<Act, { kind: "mishap" }>, at: Date) => Happening;
  pullRequest: (name: PullRequestName) => PullRequest;
  repository: (name: RepositoryName) => Repository;
};

const dayMs = 86_400_000;
/** CI systems that tell of ends only ran for so long. */
const untoldRunMs = 42_000;

export function createHistory(beginning: Date, before: FormerPullRequest[]): History {
  const repositories: Record<RepositoryName, Repository> = {
    web: newRepository("github", 70001, "acme/web", beginning),
    api: newRepository("github", 70002, "acme/api", beginning),
    tools: newRepository("gitlab", 5150001, "acme/platform/deploy-tools", beginning),
  };
  const pullRequests = new Map<PullRequestName, PullRequest>();
  const runsStartedAt = new Map<string, Date>();
  let serial = 0;

  for (const { pull, by, title, branch, openedHoursBefore } of before)
    open(
      pull,
      by,
      { title, branch, body: "", draft: false },
      new Date(beginning.getTime() - openedHoursBefore * 3_600_000),
    );

  return {
    apply(act, at) {
      serial += 1;
      const happening = { at, by: people["acme-agent[bot]"], serial };
      switch (act.kind) {
        case "opened": {
          const pullRequest = open(
            act.pull,
            act.by,
            { title: act.title, branch: act.branch, body: act.body ?? "", draft: act.draft ?? false },
            at,
          );
          return { ...happening, ...of(pullRequest, act.by) };
        }
        case "pushed": {
          const pullRequest = change(act.pull, at);
          const push = {
            branch: pullRequest.branch,
            before: headShaOf(pullRequest),
            commits: [newCommit(pullRequest.repository, act.commit, act.by, at)],
          };
          pullRequest.commits.push(...push.commits);
          return { ...happening, ...of(pullRequest, act.by), push };
        }
        case "made-ready": {
          const pullRequest = change(act.pull, at);
          pullRequest.draft = false;
          return { ...happening, ...of(pullRequest, act.by) };
        }
        case "reviewed":
        case "line-commented":
        case "commented":
          return { ...happening, ...of(change(act.pull, at), act.by) };
        case "closed": {
          const pullRequest = change(act.pull, at);
          Object.assign(pullRequest, { state: "closed", closedAt: at });
          return { ...happening, ...of(pullRequest, act.by) };
        }
        case "merged": {
          const pullRequest = change(act.pull, at);
          const push = merge(pullRequest, act, at);
          return { ...happening, ...of(pullRequest, act.by), push };
        }
        case "revert-opened": {
          const reverted = pullRequestCalled(act.of);
          const pullRequest = open(act.pull, act.by, revertOf(reverted), at);
          return { ...happening, ...of(pullRequest, act.by) };
        }
        case "main-pushed": {
          const repository = repositories[act.repository];
          const target = act.reverts === undefined ? null : pullRequestCalled(act.reverts).mergeCommitSha;
          const message = target === null ? act.commit : `${act.commit}\n\nThis reverts commit ${target}.`;
          return {
            ...happening,
            by: people[act.by],
            repository,
            push: land(repository, [newCommit(repository, message, act.by, at)]),
          };
        }
        case "ci-run":
          return ciRun(act, happening);
        case "renamed": {
          const repository = repositories[act.repository];
          const [owner = "", formerName = ""] = repository.slug.split("/");
          repository.slug = `${owner}/${act.to}`;
          return { ...happening, by: people[act.by], repository, formerName };
        }
        case "hook-added":
          return { ...happening, by: people[act.by], repository: repositories[act.repository] };
      }
    },
    pullRequest: pullRequestCalled,
    repository: (name) => repositories[name],
  };

  function open(
    name: PullRequestName,
    by: Login,
    text: { title: string; branch: string; body: string; draft: boolean; commit?: string },
    at: Date,
  ): PullRequest {
    const { repository, number } = placeOf(name, repositories);
    const { commit = text.title, ...shown } = text;
    const pullRequest: PullRequest = {
      repository,
      number,
      id: repository.id * 1000 + number,
      ...shown,
      author: people[by],
      state: "open",
      baseSha: repository.tip.sha,
      commits: [newCommit(repository, commit, by, at)],
      mergeCommitSha: null,
      openedAt: at,
      updatedAt: at,
      closedAt: null,
      mergedAt: null,
    };
    pullRequests.set(name, pullRequest);
    return pullRequest;
  }

  function pullRequestCalled(name: PullRequestName): PullRequest {
    const found = pullRequests.get(name);
    if (found === undefined) throw new Error(`The story speaks of ${name} before it was opened`);
    return found;
  }

  function change(name: PullRequestName, at: Date): PullRequest {
    const pullRequest = pullRequestCalled(name);
    pullRequest.updatedAt = at;
    return pullRequest;
  }

  function merge(pullRequest: PullRequest, { by, how }: { by: Login; how: "squash" | "merge-commit" }, at: Date): Push {
    const { repository, number, title, branch, commits } = pullRequest;
    const squashed = `${title} (#${number})\n\n${commits.map((commit) => `* ${commit.message}`).join("\n\n")}`;
    const joined =
      repository.forge === "github"
        ? `Merge pull request #${number} from ${repository.slug.split("/", 1)[0]}/${branch}\n\n${title}`
        : `Merge branch '${branch}' into '${repository.defaultBranch}'\n\n${title}\n\nSee merge request ${repository.slug}!${number}`;
    const last = newCommit(repository, how === "squash" ? squashed : joined, by, at);
    Object.assign(pullRequest, { state: "merged", mergedAt: at, closedAt: at, mergeCommitSha: last.sha });
    return land(repository, how === "squash" ? [last] : [...commits, last]);
  }

  function land(repository: Repository, commits: Commit[]): Push {
    const push = { branch: repository.defaultBranch, before: repository.tip.sha, commits };
    repository.tip = commits.at(-1) ?? repository.tip;
    return push;
  }

  function ciRun(
    act: Extract<Act, { kind: "ci-run" }>,
    happening: { at: Date; by: Person; serial: number },
  ): Happening {
    const isOnPullRequest = act.on.includes("#");
    const pullRequest = isOnPullRequest ? pullRequestCalled(act.on as PullRequestName) : undefined;
    const repository = pullRequest?.repository ?? repositories[act.on as RepositoryName];
    const attempt = act.attempt ?? 1;
    const key = `${act.by} ${act.run} ${attempt}`;
    const startedAt =
      runsStartedAt.get(key) ??
      (act.status === "in_progress" ? happening.at : new Date(happening.at.getTime() - untoldRunMs));
    runsStartedAt.set(key, startedAt);
    const run: Run = {
      id: act.run,
      name: act.name,
      attempt,
      status: act.status,
      branch: pullRequest?.branch ?? repository.defaultBranch,
      commit: pullRequest?.commits.at(-1) ?? repository.tip,
      repository,
      startedBy: pullRequest?.author ?? repository.tip.author,
      startedAt,
      endedAt: act.status === "in_progress" ? null : happening.at,
    };
    return { ...happening, by: run.startedBy, repository, run };
  }
}

function newRepository(forge: "github" | "gitlab", id: number, slug: string, startedAt: Date): Repository {
  const createdAt = new Date(startedAt.getTime() - 400 * dayMs);
  const tip = {
    sha: madeUpSha(slug, "tip"),
    message: "Release of last week",
    author: people["mira-holt"],
    madeAt: new Date(startedAt.getTime() - 5 * dayMs),
  };
  return { forge, id, slug, defaultBranch: "main", tip, createdAt };
}

function newCommit(repository: Repository, message: string, by: Login, madeAt: Date): Commit {
  return { sha: madeUpSha(repository.id, repository.tip.sha, message, by), message, author: people[by], madeAt };
}

/** What the revert buttons write: GitHub names the pull request in the branch, GitLab the commit. */
function revertOf(reverted: PullRequest): {
  title: string;
  branch: string;
  body: string;
  draft: false;
  commit: string;
} {
  const { repository, number, branch, mergeCommitSha } = reverted;
  const title = `Revert "${reverted.title}"`;
  const sentence = `This reverts merge request !${number}`;
  return repository.forge === "github"
    ? {
        title,
        branch: `revert-${number}-${branch}`,
        body: `Reverts ${repository.slug}#${number}`,
        draft: false,
        commit: `${title}\n\nThis reverts commit ${mergeCommitSha}.`,
      }
    : {
        title,
        branch: `revert-${mergeCommitSha?.slice(0, 8)}`,
        body: sentence,
        draft: false,
        commit: `${title}\n\n${sentence}`,
      };
}

function of(pullRequest: PullRequest, by: Login): { repository: Repository; pullRequest: PullRequest; by: Person } {
  return { repository: pullRequest.repository, pullRequest, by: people[by] };
}

function placeOf(
  name: PullRequestName,
  repositories: Record<RepositoryName, Repository>,
): { repository: Repository; number: number } {
  const [repository, number] = name.split("#") as [RepositoryName, string];
  return { repository: repositories[repository], number: Number(number) };
}
