import {
  acmeWeb,
  circleciWorkflow,
  genericCiRun,
  githubDeleted,
  githubPullRequest,
  githubPush,
  githubRenamed,
} from "./github-words.ts";
import { acmeProject, gitlabMergeRequest, gitlabPush } from "./gitlab-words.ts";
import { ending, type Life, sha } from "./life.ts";

export const repositoryLives: Record<string, Life> = {
  "pushes that bring a commit by two ways and take it back": {
    tell: (at) => {
      const commit = { sha: sha("a"), message: "Add a thing", committedAt: at(0) };
      const merge = { sha: sha("c"), message: "Merge pull request #7 from acme/change-7", committedAt: at(2) };
      const revert = {
        sha: sha("d"),
        message: `Revert "Add a thing"\n\nThis reverts commit ${sha("a")}.`,
        committedAt: at(4),
      };
      return [
        githubPush(acmeWeb, {
          branch: "change-7",
          before: sha("0"),
          after: sha("a"),
          commits: [commit],
          pushedAt: at(0),
        }),
        githubPullRequest(acmeWeb, { number: 7, action: "opened", updatedAt: at(1), headSha: sha("a") }),
        githubPush(acmeWeb, {
          branch: "main",
          before: sha("1"),
          after: sha("c"),
          commits: [commit, merge],
          pushedAt: at(2),
        }),
        githubPullRequest(acmeWeb, {
          number: 7,
          action: "closed",
          updatedAt: at(2),
          headSha: sha("a"),
          state: "closed",
          closedAt: at(2),
          mergedAt: at(2),
          mergeCommitSha: sha("c"),
        }),
        githubPush(acmeWeb, {
          branch: "main",
          before: sha("1"),
          after: sha("f"),
          commits: [commit, merge, { ...merge, sha: sha("f") }],
          pushedAt: at(3),
        }),
        githubPush(acmeWeb, { branch: "main", before: sha("c"), after: sha("d"), commits: [revert], pushedAt: at(4) }),
      ];
    },
    ends: {
      pullRequests: [{ pr_number: 7, state: "merged", merged_at: ending(2), reverted_at: ending(4) }],
      commits: [
        { sha: sha("a"), landed_at: ending(2), landed_by_sha: sha("c"), reverted_at: ending(4) },
        { sha: sha("c"), landed_at: ending(2), reverted_at: ending(4) },
        { sha: sha("d"), landed_at: ending(4), reverted_at: null },
        { sha: sha("f"), landed_at: ending(3), reverted_at: null },
      ],
    },
  },
  "a repository that is renamed, while CI goes on under the old name": {
    tell: (at) => {
      const renamed = { ...acmeWeb, slug: "acme/site" };
      return [
        genericCiRun("acme/web", { runId: "1", status: "in_progress", at: at(0) }),
        githubPullRequest(acmeWeb, { number: 7, action: "opened", updatedAt: at(1), headSha: sha("a") }),
        githubRenamed(renamed, "web", at(2)),
        genericCiRun("ACME/web", { runId: "2", status: "failure", at: at(3) }),
        githubPullRequest(renamed, {
          number: 7,
          action: "synchronize",
          updatedAt: at(4),
          headSha: sha("b"),
          beside: { before: sha("a"), after: sha("b") },
        }),
        genericCiRun("acme/site", { runId: "1", status: "success", at: at(5) }),
      ];
    },
    ends: {
      repositories: [{ forge: "github", forge_id: "1296269", slug: "acme/site", url: "https://github.com/acme/site" }],
      pullRequests: [
        { repo_slug: "acme/site", pr_number: 7, url: "https://github.com/acme/site/pull/7", head_sha: sha("b") },
      ],
      ciRuns: [
        { repo_slug: "acme/site", provider: "jenkins", run_id: "1", status: "success", completed_ts: ending(5) },
        { repo_slug: "acme/site", provider: "jenkins", run_id: "2", status: "failure", completed_ts: ending(3) },
      ],
    },
  },
  "pushes of GitLab before and after a rename": {
    tell: (at) => {
      const renamed = { ...acmeProject, slug: "acme/platform/site", defaultBranch: "trunk" };
      const commits = (digits: string) =>
        digits.split("").map((digit) => ({ sha: sha(digit), message: `Commit ${digit}`, committedAt: at(0) }));
      return [
        gitlabPush(acmeProject, {
          branch: "main",
          before: sha("0"),
          after: sha("a"),
          commits: commits("a"),
          pushedAt: at(0),
        }),
        gitlabPush(acmeProject, {
          branch: "change",
          before: sha("0"),
          after: sha("c"),
          commits: commits("bc"),
          pushedAt: at(1),
        }),
        gitlabPush(renamed, {
          branch: "trunk",
          before: sha("a"),
          after: sha("c"),
          commits: commits("bc"),
          pushedAt: at(2),
        }),
        gitlabPush(renamed, {
          branch: "trunk",
          before: sha("a"),
          after: sha("d"),
          commits: commits("bcd"),
          pushedAt: at(3),
        }),
        gitlabMergeRequest(renamed, { iid: 7, action: "merge", updatedAt: at(4), state: "merged", headSha: sha("c") }),
        genericCiRun("acme/platform/web", { runId: "1", status: "success", at: at(5), sha: sha("c") }),
      ];
    },
    ends: {
      repositories: [{ forge: "gitlab", forge_id: "4711", slug: "acme/platform/site", default_branch: "trunk" }],
      pullRequests: [
        {
          repo_slug: "acme/platform/site",
          pr_number: 7,
          state: "merged",
          merge_commit_sha: null,
          head_sha: sha("c"),
          reverted_at: null,
        },
      ],
      ciRuns: [{ repo_slug: "acme/platform/site", provider: "jenkins", status: "success" }],
      commits: ["a", "b", "c", "d"].map((digit) => ({ sha: sha(digit), reverted_at: null })),
    },
  },
  "a repository that CI systems knew first, each in its way, and that is deleted and restored": {
    tell: (at) => [
      genericCiRun("Acme/Web", { runId: "1", status: "in_progress", at: at(0) }),
      circleciWorkflow("acme/web", { id: "w1", status: "success", at: at(1) }),
      genericCiRun("acme/web", { runId: "1", status: "success", at: at(2) }),
      githubPullRequest(acmeWeb, { number: 7, action: "opened", updatedAt: at(3), headSha: sha("a") }),
      githubDeleted(acmeWeb, at(4)),
      githubPullRequest(
        { ...acmeWeb, defaultBranch: "trunk" },
        {
          number: 7,
          action: "closed",
          updatedAt: at(5),
          headSha: sha("a"),
          base: "main",
          state: "closed",
          closedAt: at(5),
        },
      ),
    ],
    ends: {
      repositories: [
        {
          forge: "github",
          host: "github.com",
          forge_id: "1296269",
          slug: "acme/web",
          default_branch: "trunk",
          state: "active",
        },
      ],
      pullRequests: [{ pr_number: 7, state: "closed" }],
      ciRuns: [
        { provider: "jenkins", run_id: "1", status: "success", repo_slug: "acme/web" },
        { provider: "circleci", run_id: "w1", status: "success", repo_slug: "acme/web" },
      ],
    },
  },
  "a commit that was pushed by hand before its pull request was merged, and reverts of both commits": {
    tell: (at) => {
      const a = { sha: sha("a"), message: "Add a", committedAt: at(0) };
      const b = { sha: sha("b"), message: "Add b", committedAt: at(0) };
      const merge = { sha: sha("c"), message: "Merge pull request #7 from acme/change-7", committedAt: at(1) };
      const revert = (digit: string, of: string) => ({
        sha: sha(digit),
        message: `Revert it\n\nThis reverts commit ${sha(of)}.`,
        committedAt: at(3),
      });
      return [
        githubPush(acmeWeb, { branch: "main", before: sha("1"), after: sha("a"), commits: [a], pushedAt: at(0) }),
        githubPush(acmeWeb, {
          branch: "main",
          before: sha("a"),
          after: sha("c"),
          commits: [a, b, merge],
          pushedAt: at(1),
        }),
        githubPullRequest(acmeWeb, {
          number: 7,
          action: "closed",
          updatedAt: at(1),
          headSha: sha("b"),
          commits: 2,
          state: "closed",
          closedAt: at(1),
          mergedAt: at(1),
          mergeCommitSha: sha("c"),
        }),
        githubPush(acmeWeb, {
          branch: "main",
          before: sha("c"),
          after: sha("d"),
          commits: [revert("d", "a")],
          pushedAt: at(3),
        }),
        githubPush(acmeWeb, {
          branch: "main",
          before: sha("d"),
          after: sha("e"),
          commits: [revert("e", "b")],
          pushedAt: at(4),
        }),
        githubPullRequest(acmeWeb, {
          number: 7,
          action: "labeled",
          updatedAt: at(5),
          headSha: sha("b"),
          commits: 2,
          state: "closed",
          closedAt: at(1),
          mergedAt: at(1),
          mergeCommitSha: sha("c"),
          beside: { label: { name: "bug" } },
        }),
      ];
    },
    ends: {
      pullRequests: [{ pr_number: 7, state: "merged", reverted_at: null }],
      commits: [
        { sha: sha("a"), landed_by_sha: sha("a"), reverted_at: ending(3) },
        { sha: sha("b"), landed_by_sha: sha("c"), reverted_at: ending(4) },
        { sha: sha("c"), reverted_at: null },
        { sha: sha("d"), reverted_at: null },
        { sha: sha("e"), reverted_at: null },
      ],
    },
  },
};
