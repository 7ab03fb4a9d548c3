import { acmeWeb, githubPullRequest, githubPush, type WrittenCommit } from "./github-words.ts";
import { acmeProject, gitlabMergeRequest, gitlabPush } from "./gitlab-words.ts";
import { type GitRepository, makeGitRepository } from "./git-repository.ts";
import type { Told } from "./told.ts";

/** How a pull request becomes a part of its base. */
export type MergeMethod = "merge" | "squash" | "rebase" | "fast-forward" | "squash-and-merge";

export type OpenedPullRequest = {
  branch?: string;
  body?: string;
  base?: string;
  /** Makes the branch's commits; their names in the story are what it returns. */
  work?: (git: GitRepository) => Promise<void>;
  /** The forge tells of the push to the branch, too. */
  branchPushIsHeard?: boolean;
};

export type MergedPullRequest = {
  by?: MergeMethod;
  /** The message of a squash commit, where it is not made of the branch's own. */
  message?: string;
  changedFiles?: number;
  /** Nobody tells of the push that the merge made. */
  pushIsLost?: boolean;
};

/** What is left of a history: what webhooks said, what its commits are called, and when each change took effect. */
export type Heard = { told: Told[]; shas: Map<string, string>; moments: Map<string, string> };

/** A history as it happens: people work in a real git repository, a forge merges, and tells of it as the real one does. Each step takes a minute. */
export type Story = {
  git: GitRepository;
  sha: (name: string) => string;
  /** Commits made on main by hand and pushed together. The last one names the moment. */
  push: (names: string[], work?: (git: GitRepository) => Promise<void>, branch?: string) => Promise<void>;
  open: (number: number, names: string[], say?: OpenedPullRequest) => Promise<void>;
  edit: (number: number, body: string) => Promise<void>;
  close: (number: number) => Promise<void>;
  merge: (number: number, say?: MergedPullRequest) => Promise<void>;
  /** As a merge queue does it: several pull requests, each with its own merge or squash commit, come by one push. */
  mergeTogether: (numbers: number[], by: "merge" | "squash") => Promise<void>;
};

type PullRequest = {
  branch: string;
  base: string;
  body: string;
  headSha: string;
  names: string[];
  count: number;
  state: "open" | "closed" | "merged";
  mergedAt?: string;
  mergeSha?: string | null;
  squashSha?: string | null;
  changedFiles: number;
};

export async function heardOf(forge: "github" | "gitlab", happens: (story: Story) => Promise<void>): Promise<Heard> {
  await using git = await makeGitRepository();
  const heard: Heard = { told: [], shas: new Map(), moments: new Map() };
  await git.commit("Begin");
  await happens(makeStory(forge, git, heard));
  return heard;
}

function makeStory(forge: "github" | "gitlab", git: GitRepository, { told, shas, moments }: Heard): Story {
  const pullRequests = new Map<number, PullRequest>();
  let minute = 0;

  const now = (): string =>
    new Date(Date.parse("2026-01-02T00:00:00Z") + minute * 60_000).toISOString().replace(".000Z", "Z");
  const next = (): string => {
    minute += 1;
    git.setTime(now());
    return now();
  };
  const name = (names: string[], commits: WrittenCommit[]): void => {
    for (const [index, commit] of commits.slice(-names.length).entries()) shas.set(names[index] ?? "", commit.sha);
  };
  const pullRequest = (number: number): PullRequest => {
    const known = pullRequests.get(number);
    if (known === undefined) throw new Error(`#${number} was not opened in this story`);
    return known;
  };
  const tellPush = (branch: string, before: string, after: string, commits: WrittenCommit[]): void => {
    const push = { branch, before, after, commits, pushedAt: now() };
    told.push(forge === "github" ? githubPush(acmeWeb, push) : gitlabPush(acmeProject, push));
  };
  const tellPullRequest = (number: number, action: string): void => {
    const row = pullRequest(number);
    told.push(forge === "github" ? tellGithub(number, action, row, now()) : tellGitlab(number, action, row, now()));
  };

  const mergeOne = async (number: number, by: MergeMethod, message?: string): Promise<void> => {
    const row = pullRequest(number);
    const before = await git.head();
    const subject =
      forge === "github"
        ? `Merge pull request #${number} from acme/${row.branch}`
        : `Merge branch '${row.branch}' into '${row.base}'`;
    const squash = async (): Promise<void> => {
      await git.git("merge", "--quiet", "--squash", row.branch);
      await git.git(
        "commit",
        "--quiet",
        "--allow-empty",
        "-m",
        message ?? (await squashMessage(git, forge, number, before, row)),
      );
    };
    switch (by) {
      case "merge":
        await git.git("merge", "--quiet", "--no-ff", "-m", subject, row.branch);
        break;
      case "squash":
        await squash();
        break;
      case "fast-forward":
        await git.git("merge", "--quiet", "--ff-only", row.branch);
        break;
      case "rebase":
        await git.git("cherry-pick", "--allow-empty", "--keep-redundant-commits", `${before}..${row.branch}`);
        break;
      case "squash-and-merge":
        await git.git("checkout", "--quiet", "-b", `squashed-${number}`, row.base);
        await squash();
        shas.set(`S${number}`, await git.head());
        row.squashSha = await git.head();
        await git.git("checkout", "--quiet", row.base);
        await git.git("merge", "--quiet", "--no-ff", "-m", subject, `squashed-${number}`);
        break;
    }
    const after = await git.head();
    if (by === "rebase")
      name(
        row.names.map((each) => `${each}'`),
        await git.pushed(before, after),
      );
    else if (by !== "fast-forward") shas.set(`M${number}`, after);
    if (forge === "gitlab" && by === "squash") row.squashSha = after;
    row.state = "merged";
    row.mergedAt = now();
    row.mergeSha = mergeShaOf(forge, by, after);
    moments.set(`#${number}`, now());
    tellPullRequest(number, forge === "github" ? "closed" : "merge");
  };

  return {
    git,
    sha: (wanted) => {
      const sha = shas.get(wanted);
      if (sha === undefined) throw new Error(`no commit is called ${wanted}`);
      return sha;
    },

    push: async (names, work, branch = "main") => {
      await git.git("checkout", "--quiet", branch);
      const before = await git.head();
      next();
      if (work === undefined) for (const subject of names) await git.commit(`Add ${subject}`);
      else await work(git);
      const commits = await git.pushed(before, await git.head());
      name(names, commits);
      for (const each of names) moments.set(each, now());
      tellPush(branch, before, await git.head(), commits);
    },

    open: async (
      number,
      names,
      { branch = `change-${number}`, body = "", base = "main", work, branchPushIsHeard = false } = {},
    ) => {
      next();
      await git.git("checkout", "--quiet", "-b", branch, base);
      if (work === undefined) for (const subject of names) await git.commit(`Add ${subject}`);
      else await work(git);
      const headSha = await git.head();
      const commits = await git.pushed(await git.git("rev-parse", base), headSha);
      name(names, commits);
      if (branchPushIsHeard) tellPush(branch, "0".repeat(40), headSha, commits);
      pullRequests.set(number, {
        branch,
        base,
        body,
        headSha,
        names,
        count: commits.length,
        state: "open",
        changedFiles: commits.length,
      });
      tellPullRequest(number, forge === "github" ? "opened" : "open");
    },

    edit: async (number, body) => {
      next();
      pullRequest(number).body = body;
      tellPullRequest(number, forge === "github" ? "edited" : "update");
    },

    close: async (number) => {
      next();
      pullRequest(number).state = "closed";
      tellPullRequest(number, forge === "github" ? "closed" : "close");
    },

    merge: async (number, { by = "merge", message, changedFiles, pushIsLost = false } = {}) => {
      const row = pullRequest(number);
      await git.git("checkout", "--quiet", row.base);
      const before = await git.head();
      next();
      row.changedFiles = changedFiles ?? row.changedFiles;
      await mergeOne(number, by, message);
      if (!pushIsLost) tellPush(row.base, before, await git.head(), await git.pushed(before, await git.head()));
    },

    mergeTogether: async (numbers, by) => {
      await git.git("checkout", "--quiet", "main");
      const before = await git.head();
      next();
      for (const number of numbers) await mergeOne(number, by);
      tellPush("main", before, await git.head(), await git.pushed(before, await git.head()));
    },
  };
}

/** GitHub names the last commit of a rebase, too; GitLab names a merge commit only where it made one. */
function mergeShaOf(forge: "github" | "gitlab", by: MergeMethod, after: string): string | null {
  if (forge === "github") return after;
  return by === "merge" || by === "squash-and-merge" ? after : null;
}

/** As the forges put it together: one commit's own message, or all of them below the title. */
async function squashMessage(
  git: GitRepository,
  forge: "github" | "gitlab",
  number: number,
  before: string,
  row: PullRequest,
): Promise<string> {
  const commits = await git.pushed(before, await git.git("rev-parse", row.branch));
  const [only] = commits;
  if (forge === "gitlab") return `Change ${number}`;
  if (commits.length === 1 && only !== undefined) {
    const [subject = "", ...rest] = only.message.split("\n");
    return [`${subject} (#${number})`, ...rest].join("\n");
  }
  return `Change ${number} (#${number})\n\n${commits.map((commit) => `* ${commit.message.trim()}`).join("\n\n")}`;
}

function tellGithub(number: number, action: string, row: PullRequest, at: string): Told {
  const isClosed = row.state !== "open";
  return githubPullRequest(acmeWeb, {
    action,
    number,
    updatedAt: at,
    state: isClosed ? "closed" : "open",
    closedAt: isClosed ? (row.mergedAt ?? at) : null,
    mergedAt: row.mergedAt ?? null,
    // Until it is merged, the commit of a trial that means nothing.
    mergeCommitSha: row.mergeSha ?? "e".repeat(40),
    body: row.body,
    base: row.base,
    head: row.branch,
    headSha: row.headSha,
    commits: row.count,
    changedFiles: row.changedFiles,
  });
}

function tellGitlab(iid: number, action: string, row: PullRequest, at: string): Told {
  return gitlabMergeRequest(acmeProject, {
    action,
    iid,
    updatedAt: at,
    state: row.state === "open" ? "opened" : row.state,
    ...(row.mergedAt === undefined ? {} : { mergedAt: row.mergedAt }),
    mergeCommitSha: row.mergeSha ?? null,
    squashCommitSha: row.squashSha ?? null,
    description: row.body,
    source: row.branch,
    target: row.base,
    headSha: row.headSha,
  });
}
