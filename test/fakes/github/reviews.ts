import { commitsBetween, shownFiles } from "../../../src/demo/local-forge/git-change.ts";
import { announce } from "./announce.ts";
import { type ApiAnswer, answer, ApiRefusal } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { accountOf, changeBaseOf, pullRequestOf, secondsOf, type ShownPull } from "./pulls.ts";
import { checkWords } from "./refusals.ts";
import type { FakeReview, FakeReviewComment, FakeThread } from "./review-state.ts";
import type { FakeRepository, World } from "./world.ts";

type JsonObject = Record<string, unknown>;

/** `POST /repos/…/pulls/7/reviews`: all comments, or none. */
export async function createReview(
  call: ApiCall,
  repository: FakeRepository,
  number: number,
  world: World,
): Promise<ApiAnswer> {
  const pull = await pullRequestOf(repository, number, call.asker, world);
  const { event, body = "", commit_id: commitId = pull.head.sha, comments = [] } = call.body as NewReview;
  const state = states[event ?? ""];
  if (state === undefined) throw new Error("This GitHub knows no reviews that are not submitted at once");
  if (comments.length === 0 && body === "") throw unprocessable("Body can't be blank");
  for (const comment of comments) checkWords("IssueComment", { body: comment.body });
  await checkLines(repository, pull, commitId, comments, world);

  const login = call.asker.kind === "user" ? call.asker.login : "";
  const now = secondsOf(world.now());
  const review: FakeReview = {
    id: world.nextId(),
    pullNumber: number,
    login,
    state,
    body,
    commitSha: commitId,
    submittedAt: now,
  };
  repository.reviews.push(review);
  const threads = comments.map((comment): FakeThread => {
    const key = world.nextId();
    world.made.push({ call: call.number, kind: "thread", repositoryId: repository.id, key });
    return {
      key,
      id: `PRRT_kwDO${key}`,
      pullNumber: number,
      path: comment.path,
      startLine: comment.start_line ?? null,
      line: comment.line ?? 0,
      commitSha: commitId,
      resolvedBy: null,
      comments: [commentBy(login, comment.body, review.id, world)],
    };
  });
  repository.threads.push(...threads);
  const shown = await shownReview(review, pull, call, world);
  await tell(shown, threads, repository, pull, call, world);
  return answer(200, shown);
}

/** Another word in a thread, by whoever. */
export async function addReply(
  thread: FakeThread,
  repository: FakeRepository,
  body: string,
  call: ApiCall,
  world: World,
): Promise<FakeReviewComment> {
  const login = call.asker.kind === "user" ? call.asker.login : "";
  const pull = await pullRequestOf(repository, thread.pullNumber, call.asker, world);
  // A reply is a review of its own at GitHub, without words.
  const comment = commentBy(login, body, world.nextId(), world);
  thread.comments.push(comment);
  await tellComment(comment, thread, repository, pull, call, world);
  return comment;
}

/** Where a thread is to be seen. */
export function commentUrl(repository: FakeRepository, thread: FakeThread, commentId: number, world: World): string {
  return `${world.webUrl}/${repository.slug}/pull/${thread.pullNumber}#discussion_r${commentId}`;
}

type NewReview = {
  event?: string;
  body?: string;
  commit_id?: string;
  comments?: { path: string; body: string; line?: number; side?: string; start_line?: number; start_side?: string }[];
};

const states: Partial<Record<string, FakeReview["state"]>> = {
  COMMENT: "COMMENTED",
  APPROVE: "APPROVED",
  REQUEST_CHANGES: "CHANGES_REQUESTED",
};

/** GitHub's words for what it cannot place; a review is taken whole or not at all. */
async function checkLines(
  repository: FakeRepository,
  pull: ShownPull,
  commitId: string,
  comments: NonNullable<NewReview["comments"]>,
  world: World,
): Promise<void> {
  const git = world.git();
  if (git === null) throw new Error("Reviews need a git repository: see attachGit");
  const base = await changeBaseOf(repository, pull, world);
  if (!(await commitsBetween(git, repository.slug, base, pull.head.sha)).includes(commitId))
    throw unprocessable("Commit is not part of the pull request");
  const files = await shownFiles(git, repository.slug, base, commitId);
  for (const { path, line, side = "RIGHT", start_line: startLine, start_side: startSide = "RIGHT" } of comments) {
    const file = files.get(path);
    if (file === undefined) throw unprocessable("Path could not be resolved");
    if (side !== "RIGHT" || startSide !== "RIGHT")
      throw new Error("This GitHub takes comments on the new version only");
    const hunk = file.hunks.find((lines) => line !== undefined && lines.has(line));
    if (hunk === undefined) throw unprocessable("Line could not be resolved");
    if (startLine === undefined) continue;
    if (!hunk.has(startLine)) throw unprocessable("Start line could not be resolved");
    if (startLine >= (line ?? 0)) throw unprocessable("start_line must precede the end line.");
  }
}

function unprocessable(error: string): ApiRefusal {
  return new ApiRefusal(422, "Unprocessable Entity", { errors: [error] });
}

function commentBy(login: string, body: string, reviewId: number, world: World): FakeReviewComment {
  const now = secondsOf(world.now());
  return { id: world.nextId(), reviewId, login, body, createdAt: now, updatedAt: now };
}

async function shownReview(review: FakeReview, pull: ShownPull, call: ApiCall, world: World): Promise<JsonObject> {
  const page = `${pull.html_url}#pullrequestreview-${review.id}`;
  return {
    id: review.id,
    node_id: `PRR_kwDO${review.id}`,
    user: await accountOf(review.login, call.asker, world),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: pull.url,
    author_association: "NONE",
    _links: { html: { href: page }, pull_request: { href: pull.url } },
    submitted_at: review.submittedAt,
    commit_id: review.commitSha,
  };
}

async function tell(
  review: JsonObject,
  threads: FakeThread[],
  repository: FakeRepository,
  pull: ShownPull,
  call: ApiCall,
  world: World,
): Promise<void> {
  const sender = String((review["user"] as JsonObject)["login"]);
  const payload = { action: "submitted", review, pull_request: pull };
  await announce({ repository, sender, event: "pull_request_review", payload }, world);
  for (const thread of threads)
    for (const comment of thread.comments) await tellComment(comment, thread, repository, pull, call, world);
}

async function tellComment(
  comment: FakeReviewComment,
  thread: FakeThread,
  repository: FakeRepository,
  pull: ShownPull,
  call: ApiCall,
  world: World,
): Promise<void> {
  const shown = {
    id: comment.id,
    node_id: `PRRC_kwDO${comment.id}`,
    pull_request_review_id: comment.reviewId,
    path: thread.path,
    body: comment.body,
    user: await accountOf(comment.login, call.asker, world),
    commit_id: pull.head.sha,
    original_commit_id: thread.commitSha,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: commentUrl(repository, thread, comment.id, world),
    pull_request_url: pull.url,
    author_association: "NONE",
    start_line: thread.startLine,
    line: thread.line,
    side: "RIGHT",
    subject_type: "line",
  };
  const payload = { action: "created", comment: shown, pull_request: pull };
  await announce({ repository, sender: comment.login, event: "pull_request_review_comment", payload }, world);
}
