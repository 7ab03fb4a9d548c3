import type { Person, PullRequest } from "../world.ts";
import { githubPullRequest, githubRepository, githubTime, githubUser } from "./github-objects.ts";

/** The `pull_request` event. `before` and `after` come with new commits. */
export function pullRequestPayload(
  action: string,
  pullRequest: PullRequest,
  sender: Person,
  at: Date,
  pushed?: { before: string; after: string },
) {
  return {
    action,
    number: pullRequest.number,
    ...pushed,
    pull_request: githubPullRequest(pullRequest, at),
    repository: githubRepository(pullRequest.repository, at),
    sender: githubUser(sender),
  };
}

/** The `pull_request_review` event, whose pull request is the shorter one. */
export function reviewPayload(
  review: { id: number; verdict: "approved" | "changes_requested" | "commented"; text: string },
  pullRequest: PullRequest,
  sender: Person,
  at: Date,
) {
  const shown = githubPullRequest(pullRequest, at);
  const {
    merged: _merged,
    mergeable: _mergeable,
    commits: _commits,
    additions: _additions,
    deletions: _deletions,
    changed_files: _files,
    ...shorter
  } = shown;
  return {
    action: "submitted",
    review: {
      id: review.id,
      user: githubUser(sender),
      body: review.text === "" ? null : review.text,
      commit_id: shown.head.sha,
      submitted_at: githubTime(at),
      state: review.verdict,
      html_url: `${shown.html_url}#pullrequestreview-${review.id}`,
      author_association: "MEMBER",
    },
    pull_request: shorter,
    repository: githubRepository(pullRequest.repository, at),
    sender: githubUser(sender),
  };
}

/** The `pull_request_review_comment` event: a comment on a line. */
export function lineCommentPayload(
  comment: { id: number; text: string },
  pullRequest: PullRequest,
  sender: Person,
  at: Date,
) {
  const shown = githubPullRequest(pullRequest, at);
  return {
    action: "created",
    comment: {
      id: comment.id,
      pull_request_review_id: comment.id + 1,
      diff_hunk: "@@ -10,3 +10,4 @@ export function total(",
      path: "src/checkout.ts",
      line: 12,
      side: "RIGHT",
      commit_id: shown.head.sha,
      user: githubUser(sender),
      body: comment.text,
      created_at: githubTime(at),
      updated_at: githubTime(at),
      html_url: `${shown.html_url}#discussion_r${comment.id}`,
      author_association: "MEMBER",
    },
    pull_request: shown,
    repository: githubRepository(pullRequest.repository, at),
    sender: githubUser(sender),
  };
}

/** The `issue_comment` event in the conversation of a pull request, which GitHub counts as an issue there. */
export function issueCommentPayload(
  comment: { id: number; text: string },
  pullRequest: PullRequest,
  sender: Person,
  at: Date,
) {
  const shown = githubPullRequest(pullRequest, at);
  return {
    action: "created",
    issue: {
      id: pullRequest.id + 1,
      number: pullRequest.number,
      title: pullRequest.title,
      state: shown.state,
      user: shown.user,
      html_url: shown.html_url,
      created_at: shown.created_at,
      updated_at: githubTime(at),
      closed_at: shown.closed_at,
      pull_request: { url: shown.url, html_url: shown.html_url },
    },
    comment: {
      id: comment.id,
      user: githubUser(sender),
      body: comment.text,
      created_at: githubTime(at),
      updated_at: githubTime(at),
      html_url: `${shown.html_url}#issuecomment-${comment.id}`,
      author_association: "MEMBER",
    },
    repository: githubRepository(pullRequest.repository, at),
    sender: githubUser(sender),
  };
}
