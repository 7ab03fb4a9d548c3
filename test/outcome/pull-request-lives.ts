import { acmeWeb, githubPullRequest } from "./github-words.ts";
import { acmeProject, gitlabMergeRequest } from "./gitlab-words.ts";
import { ending, type Life, sha } from "./life.ts";

export const pullRequestLives: Record<string, Life> = {
  "a pull request that is closed, reopened and merged": {
    tell: (at) => {
      const say = { number: 7 };
      return [
        githubPullRequest(acmeWeb, {
          ...say,
          action: "opened",
          updatedAt: at(0),
          headSha: sha("a"),
          body: "Closes #3",
        }),
        githubPullRequest(acmeWeb, {
          ...say,
          action: "synchronize",
          updatedAt: at(1),
          headSha: sha("b"),
          commits: 2,
          beside: { before: sha("a"), after: sha("b") },
        }),
        githubPullRequest(acmeWeb, {
          ...say,
          action: "closed",
          updatedAt: at(2),
          headSha: sha("b"),
          state: "closed",
          closedAt: at(2),
          mergeCommitSha: sha("e"),
        }),
        githubPullRequest(acmeWeb, { ...say, action: "reopened", updatedAt: at(3), headSha: sha("b") }),
        githubPullRequest(acmeWeb, {
          ...say,
          action: "synchronize",
          updatedAt: at(4),
          headSha: sha("c"),
          commits: 3,
          beside: { before: sha("b"), after: sha("c") },
        }),
        githubPullRequest(acmeWeb, {
          ...say,
          action: "closed",
          updatedAt: at(5),
          headSha: sha("c"),
          state: "closed",
          closedAt: at(5),
          mergedAt: at(5),
          mergeCommitSha: sha("d"),
          commits: 3,
        }),
      ];
    },
    ends: {
      repositories: [
        {
          forge: "github",
          host: "github.com",
          forge_id: "1296269",
          slug: "acme/web",
          default_branch: "main",
          state: "active",
        },
      ],
      pullRequests: [
        {
          repo_slug: "acme/web",
          pr_number: 7,
          title: "Change 7",
          author: "ann",
          state: "merged",
          draft: 0,
          base_branch: "main",
          head_branch: "change-7",
          head_sha: sha("c"),
          merge_commit_sha: sha("d"),
          commits_count: 3,
          opened_at: "2026-01-02T00:00:00.000Z",
          closed_at: ending(5),
          merged_at: ending(5),
          reverted_at: null,
          updated_at: ending(5),
          truth_wanted: 0,
        },
      ],
    },
  },
  "a draft that is renamed, labelled and made ready, and stays open": {
    tell: (at) => {
      const say = { number: 7, headSha: sha("a") };
      return [
        githubPullRequest(acmeWeb, { ...say, action: "opened", updatedAt: at(0), draft: true }),
        githubPullRequest(acmeWeb, {
          ...say,
          action: "labeled",
          updatedAt: at(1),
          draft: true,
          beside: { label: { name: "bug" } },
        }),
        githubPullRequest(acmeWeb, {
          ...say,
          action: "edited",
          updatedAt: at(2),
          draft: true,
          title: "A better title",
          beside: { changes: { title: { from: "Change 7" } } },
        }),
        githubPullRequest(acmeWeb, { ...say, action: "ready_for_review", updatedAt: at(3), title: "A better title" }),
        githubPullRequest(acmeWeb, {
          ...say,
          action: "converted_to_draft",
          updatedAt: at(4),
          title: "A better title",
          draft: true,
        }),
        githubPullRequest(acmeWeb, {
          ...say,
          action: "ready_for_review",
          updatedAt: at(5),
          title: "A better title",
          body: "Reverts #5",
        }),
      ];
    },
    ends: {
      pullRequests: [
        {
          title: "A better title",
          state: "open",
          draft: 0,
          merge_commit_sha: null,
          closed_at: null,
          merged_at: null,
          updated_at: ending(5),
          truth_wanted: 0,
        },
      ],
    },
  },
  "a merge request of GitLab": {
    tell: (at) => {
      const say = { iid: 7 };
      return [
        gitlabMergeRequest(acmeProject, { ...say, action: "open", updatedAt: at(0), headSha: sha("a") }),
        gitlabMergeRequest(acmeProject, {
          ...say,
          action: "update",
          updatedAt: at(1),
          headSha: sha("b"),
          oldrev: sha("a"),
        }),
        gitlabMergeRequest(acmeProject, {
          ...say,
          action: "close",
          updatedAt: at(2),
          headSha: sha("b"),
          state: "closed",
        }),
        gitlabMergeRequest(acmeProject, { ...say, action: "reopen", updatedAt: at(3), headSha: sha("b") }),
        gitlabMergeRequest(acmeProject, { ...say, action: "approved", updatedAt: at(4), headSha: sha("b") }),
        gitlabMergeRequest(acmeProject, {
          ...say,
          action: "merge",
          updatedAt: at(5),
          headSha: sha("b"),
          state: "merged",
          mergeCommitSha: sha("c"),
        }),
      ];
    },
    ends: {
      pullRequests: [
        {
          provider: "gitlab",
          repo_slug: "acme/platform/web",
          pr_number: 7,
          author: "ann",
          state: "merged",
          head_sha: sha("b"),
          merge_commit_sha: sha("c"),
          merged_at: ending(5),
          truth_wanted: 0,
        },
      ],
    },
  },
};
