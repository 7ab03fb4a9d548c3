import { acmeWeb, circleciWorkflow, genericCiRun, githubDeleted, githubPullRequest, githubPush, githubRenamed, githubWorkflowRun } from "./github-words.ts";
import { acmeProject, gitlabMergeRequest, gitlabPipeline, gitlabPush } from "./gitlab-words.ts";
import type { Told } from "./told.ts";

/** A clock for a life: minute by minute, or standing still, so that every word claims the same moment. */
export type Minute = (minute: number) => string;

export const minuteByMinute: Minute = (minute) => new Date(Date.parse("2026-01-02T01:00:00Z") + minute * 60_000).toISOString().replace(".000Z", "Z");
export const standingStill: Minute = () => minuteByMinute(0);

/** A minute as it is stored. */
const ending = (minute: number): string => minuteByMinute(minute).replace("Z", ".000Z");

const sha = (digit: string): string => digit.repeat(40);

/** What a life ends in, as its forge would say when asked: columns of the rows by their tables, in the order of pull request, run and commit. */
type Ending = Partial<Record<"repositories" | "pullRequests" | "ciRuns" | "commits", object[]>>;

/** Lives of six words each, told by a clock. In whatever order the words come, the same must be remembered. */
export const lives: Record<string, { tell: (at: Minute) => Told[]; ends: Ending }> = {
  "a pull request that is closed, reopened and merged": {
    tell: (at) => {
    const say = { number: 7 };
    return [
      githubPullRequest(acmeWeb, { ...say, action: "opened", updatedAt: at(0), headSha: sha("a"), body: "Closes #3" }),
      githubPullRequest(acmeWeb, { ...say, action: "synchronize", updatedAt: at(1), headSha: sha("b"), commits: 2, beside: { before: sha("a"), after: sha("b") } }),
      githubPullRequest(acmeWeb, { ...say, action: "closed", updatedAt: at(2), headSha: sha("b"), state: "closed", closedAt: at(2), mergeCommitSha: sha("e") }),
      githubPullRequest(acmeWeb, { ...say, action: "reopened", updatedAt: at(3), headSha: sha("b") }),
      githubPullRequest(acmeWeb, { ...say, action: "synchronize", updatedAt: at(4), headSha: sha("c"), commits: 3, beside: { before: sha("b"), after: sha("c") } }),
      githubPullRequest(acmeWeb, { ...say, action: "closed", updatedAt: at(5), headSha: sha("c"), state: "closed", closedAt: at(5), mergedAt: at(5), mergeCommitSha: sha("d"), commits: 3 }),
    ];
  },
    ends: {
      repositories: [{ forge: "github", host: "github.com", forge_id: "1296269", slug: "acme/web", default_branch: "main", state: "active" }],
      pullRequests: [
        {
          repo_slug: "acme/web", pr_number: 7, title: "Change 7", author: "ann", state: "merged", draft: 0, base_branch: "main", head_branch: "change-7",
          head_sha: sha("c"), merge_commit_sha: sha("d"), commits_count: 3, opened_at: "2026-01-02T00:00:00.000Z", closed_at: ending(5),
          merged_at: ending(5), reverted_at: null, updated_at: ending(5), truth_wanted: 0,
        },
      ],
    },
  },
  "a draft that is renamed, labelled and made ready, and stays open": {
    tell: (at) => {
    const say = { number: 7, headSha: sha("a") };
    return [
      githubPullRequest(acmeWeb, { ...say, action: "opened", updatedAt: at(0), draft: true }),
      githubPullRequest(acmeWeb, { ...say, action: "labeled", updatedAt: at(1), draft: true, beside: { label: { name: "bug" } } }),
      githubPullRequest(acmeWeb, { ...say, action: "edited", updatedAt: at(2), draft: true, title: "A better title", beside: { changes: { title: { from: "Change 7" } } } }),
      githubPullRequest(acmeWeb, { ...say, action: "ready_for_review", updatedAt: at(3), title: "A better title" }),
      githubPullRequest(acmeWeb, { ...say, action: "converted_to_draft", updatedAt: at(4), title: "A better title", draft: true }),
      githubPullRequest(acmeWeb, { ...say, action: "ready_for_review", updatedAt: at(5), title: "A better title", body: "Reverts #5" }),
    ];
  },
    ends: {
      pullRequests: [
        { title: "A better title", state: "open", draft: 0, merge_commit_sha: null, closed_at: null, merged_at: null, updated_at: ending(5), truth_wanted: 0 },
      ],
    },
  },
  "a merge request of GitLab": {
    tell: (at) => {
    const say = { iid: 7 };
    return [
      gitlabMergeRequest(acmeProject, { ...say, action: "open", updatedAt: at(0), headSha: sha("a") }),
      gitlabMergeRequest(acmeProject, { ...say, action: "update", updatedAt: at(1), headSha: sha("b"), oldrev: sha("a") }),
      gitlabMergeRequest(acmeProject, { ...say, action: "close", updatedAt: at(2), headSha: sha("b"), state: "closed" }),
      gitlabMergeRequest(acmeProject, { ...say, action: "reopen", updatedAt: at(3), headSha: sha("b") }),
      gitlabMergeRequest(acmeProject, { ...say, action: "approved", updatedAt: at(4), headSha: sha("b") }),
      gitlabMergeRequest(acmeProject, { ...say, action: "merge", updatedAt: at(5), headSha: sha("b"), state: "merged", mergeCommitSha: sha("c") }),
    ];
  },
    ends: {
      pullRequests: [
        {
          provider: "gitlab", repo_slug: "acme/platform/web", pr_number: 7, author: "ann", state: "merged", head_sha: sha("b"), merge_commit_sha: sha("c"),
          merged_at: ending(5), truth_wanted: 0,
        },
      ],
    },
  },
  "a CI run and its re-run": {
    tell: (at) => [
    githubWorkflowRun(acmeWeb, { action: "requested", status: "queued", updatedAt: at(0) }),
    githubWorkflowRun(acmeWeb, { action: "in_progress", status: "in_progress", updatedAt: at(1) }),
    githubWorkflowRun(acmeWeb, { action: "completed", status: "completed", conclusion: "failure", updatedAt: at(2) }),
    githubWorkflowRun(acmeWeb, { action: "requested", status: "queued", updatedAt: at(3), attempt: 2 }),
    githubWorkflowRun(acmeWeb, { action: "in_progress", status: "in_progress", updatedAt: at(4), attempt: 2 }),
    githubWorkflowRun(acmeWeb, { action: "completed", status: "completed", conclusion: "success", updatedAt: at(5), attempt: 2 }),
  ],
    ends: {
      ciRuns: [
        { provider: "github-actions", kind: "workflow", run_id: "501", run_attempt: 1, status: "failure", completed_ts: ending(2), truth_wanted: 0 },
        { run_id: "501", run_attempt: 2, status: "success", started_ts: "2026-01-02T02:00:00.000Z", completed_ts: ending(5), truth_wanted: 0 },
      ],
    },
  },
  "a pipeline of GitLab that is retried in place": {
    tell: (at) => [
    gitlabPipeline(acmeProject, { status: "pending", at: at(0), jobs: [{ created: at(0) }] }),
    gitlabPipeline(acmeProject, { status: "running", at: at(1), jobs: [{ created: at(0), started: at(1) }] }),
    gitlabPipeline(acmeProject, { status: "failed", at: at(2), jobs: [{ created: at(0), started: at(1), finished: at(2) }], finishedAt: at(2) }),
    gitlabPipeline(acmeProject, { status: "pending", at: at(3), jobs: [{ created: at(3) }], finishedAt: at(2) }),
    gitlabPipeline(acmeProject, { status: "running", at: at(4), jobs: [{ created: at(3), started: at(4) }], finishedAt: at(2) }),
    gitlabPipeline(acmeProject, { status: "success", at: at(5), jobs: [{ created: at(3), started: at(4), finished: at(5) }], finishedAt: at(5) }),
  ],
    ends: {
      ciRuns: [{ provider: "gitlab-ci", kind: "pipeline", run_id: "31", run_attempt: 1, status: "success", completed_ts: ending(5), truth_wanted: 0 }],
    },
  },
  "pushes that bring a commit by two ways and take it back": {
    tell: (at) => {
    const commit = { sha: sha("a"), message: "Add a thing", committedAt: at(0) };
    const merge = { sha: sha("c"), message: "Merge pull request #7 from acme/change-7", committedAt: at(2) };
    const revert = { sha: sha("d"), message: `Revert "Add a thing"\n\nThis reverts commit ${sha("a")}.`, committedAt: at(4) };
    return [
      githubPush(acmeWeb, { branch: "change-7", before: sha("0"), after: sha("a"), commits: [commit], pushedAt: at(0) }),
      githubPullRequest(acmeWeb, { number: 7, action: "opened", updatedAt: at(1), headSha: sha("a") }),
      githubPush(acmeWeb, { branch: "main", before: sha("1"), after: sha("c"), commits: [commit, merge], pushedAt: at(2) }),
      githubPullRequest(acmeWeb, { number: 7, action: "closed", updatedAt: at(2), headSha: sha("a"), state: "closed", closedAt: at(2), mergedAt: at(2), mergeCommitSha: sha("c") }),
      githubPush(acmeWeb, { branch: "main", before: sha("1"), after: sha("f"), commits: [commit, merge, { ...merge, sha: sha("f") }], pushedAt: at(3) }),
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
      githubPullRequest(renamed, { number: 7, action: "synchronize", updatedAt: at(4), headSha: sha("b"), beside: { before: sha("a"), after: sha("b") } }),
      genericCiRun("acme/site", { runId: "1", status: "success", at: at(5) }),
    ];
  },
    ends: {
      repositories: [{ forge: "github", forge_id: "1296269", slug: "acme/site", url: "https://github.com/acme/site" }],
      pullRequests: [{ repo_slug: "acme/site", pr_number: 7, url: "https://github.com/acme/site/pull/7", head_sha: sha("b") }],
      ciRuns: [
        { repo_slug: "acme/site", provider: "jenkins", run_id: "1", status: "success", completed_ts: ending(5) },
        { repo_slug: "acme/site", provider: "jenkins", run_id: "2", status: "failure", completed_ts: ending(3) },
      ],
    },
  },
  "pushes of GitLab before and after a rename": {
    tell: (at) => {
    const renamed = { ...acmeProject, slug: "acme/platform/site", defaultBranch: "trunk" };
    const commits = (digits: string) => [...digits].map((digit) => ({ sha: sha(digit), message: `Commit ${digit}`, committedAt: at(0) }));
    return [
      gitlabPush(acmeProject, { branch: "main", before: sha("0"), after: sha("a"), commits: commits("a"), pushedAt: at(0) }),
      gitlabPush(acmeProject, { branch: "change", before: sha("0"), after: sha("c"), commits: commits("bc"), pushedAt: at(1) }),
      gitlabPush(renamed, { branch: "trunk", before: sha("a"), after: sha("c"), commits: commits("bc"), pushedAt: at(2) }),
      gitlabPush(renamed, { branch: "trunk", before: sha("a"), after: sha("d"), commits: commits("bcd"), pushedAt: at(3) }),
      gitlabMergeRequest(renamed, { iid: 7, action: "merge", updatedAt: at(4), state: "merged", headSha: sha("c") }),
      genericCiRun("acme/platform/web", { runId: "1", status: "success", at: at(5), sha: sha("c") }),
    ];
  },
    ends: {
      repositories: [{ forge: "gitlab", forge_id: "4711", slug: "acme/platform/site", default_branch: "trunk" }],
      pullRequests: [{ repo_slug: "acme/platform/site", pr_number: 7, state: "merged", merge_commit_sha: null, head_sha: sha("c"), reverted_at: null }],
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
      githubPullRequest({ ...acmeWeb, defaultBranch: "trunk" }, { number: 7, action: "closed", updatedAt: at(5), headSha: sha("a"), base: "main", state: "closed", closedAt: at(5) }),
    ],
    ends: {
      repositories: [{ forge: "github", host: "github.com", forge_id: "1296269", slug: "acme/web", default_branch: "trunk", state: "active" }],
      pullRequests: [{ pr_number: 7, state: "closed" }],
      ciRuns: [
        { provider: "jenkins", run_id: "1", status: "success", repo_slug: "acme/web" },
        { provider: "circleci", run_id: "w1", status: "success", repo_slug: "acme/web" },
      ],
    },
  },
};
