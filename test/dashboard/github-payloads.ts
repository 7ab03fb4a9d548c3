/** GitHub payloads with the fields that matter here; what they leave out GitHub may leave out too. */

const repository = {
  id: 42,
  full_name: "acme/web",
  html_url: "https://github.com/acme/web",
  default_branch: "main",
};

type PullRequestChange = { title?: string; body?: string | null; url?: string; minute?: number };

/** `pull_request` with the action `opened`. `minute` orders what is told of one pull request. */
export function openedPullRequest(number: number, change: PullRequestChange = {}) {
  return { action: "opened", ...pullRequestPayload(number, change, {}) };
}

/** `pull_request` with the action `closed`, merged. */
export function mergedPullRequest(number: number, change: PullRequestChange = {}) {
  const mergedAt = at((change.minute ?? 0) + 5);
  const merge = {
    state: "closed",
    merged: true,
    merged_at: mergedAt,
    closed_at: mergedAt,
    updated_at: mergedAt,
    merge_commit_sha: sha(number + 5_000),
  };
  return { action: "closed", ...pullRequestPayload(number, change, merge) };
}

/** `workflow_run` with the action `completed`, on the head commit of a pull request. */
export function completedWorkflowRun(id: number, pullRequestNumber: number, conclusion: "success" | "failure") {
  return {
    action: "completed",
    workflow_run: {
      id,
      name: "build",
      head_sha: sha(pullRequestNumber),
      head_branch: `change-${pullRequestNumber}`,
      status: "completed",
      conclusion,
      event: "push",
      run_attempt: 1,
      html_url: `https://github.com/acme/web/actions/runs/${id}`,
      created_at: at(1),
      run_started_at: at(1),
      updated_at: at(3),
    },
    repository,
    sender: { login: "ada", id: 1, type: "User" },
  };
}

/** Signed and well formed, but without the pull request that its event must have: it ends dead. */
export function pullRequestWithoutItsPullRequest() {
  return { action: "opened", number: 1, repository, sender: { login: "ada", id: 1, type: "User" } };
}

function pullRequestPayload(number: number, change: PullRequestChange, state: Record<string, unknown>) {
  const openedAt = at(change.minute ?? 0);
  return {
    number,
    pull_request: {
      number,
      title: change.title ?? `Change number ${number}`,
      body: change.body ?? null,
      html_url: change.url ?? `https://github.com/acme/web/pull/${number}`,
      user: { login: "ada", id: 1 },
      state: "open",
      draft: false,
      merged: false,
      merged_at: null,
      closed_at: null,
      created_at: openedAt,
      updated_at: openedAt,
      merge_commit_sha: null,
      commits: 1,
      changed_files: 1,
      head: { ref: `change-${number}`, sha: sha(number) },
      base: { ref: "main", sha: sha(9_999) },
      ...state,
    },
    repository,
    sender: { login: "ada", id: 1, type: "User" },
  };
}

/** A few minutes of today, so that windows of a day and a week contain them. */
function at(minute: number): string {
  return new Date(Date.now() - (60 - minute) * 60_000).toISOString();
}

function sha(number: number): string {
  return number.toString(16).padStart(40, "a");
}
