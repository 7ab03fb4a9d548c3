/** What this GitHub knows of reviews. The emulator keeps reviews by positions in a diff and knows no threads, so that they are kept here. */

export type FakeReview = {
  id: number;
  pullNumber: number;
  login: string;
  state: "COMMENTED" | "APPROVED" | "CHANGES_REQUESTED";
  body: string;
  commitSha: string;
  submittedAt: string;
};

export type FakeThread = {
  key: number;
  /** A node id. */
  id: string;
  pullNumber: number;
  path: string;
  /** Where it was begun, in the version of `commitSha`. */
  startLine: number | null;
  line: number;
  commitSha: string;
  /** Login. */
  resolvedBy: string | null;
  comments: FakeReviewComment[];
};

export type FakeReviewComment = {
  id: number;
  reviewId: number;
  login: string;
  body: string;
  createdAt: string;
  updatedAt: string;
};

export type FakeCheckRun = {
  id: number;
  appId: number;
  headSha: string;
  name: string;
  status: "queued" | "in_progress" | "completed";
  conclusion: string | null;
  detailsUrl: string | null;
  title: string | null;
  summary: string | null;
  startedAt: string;
  completedAt: string | null;
};

export type FakeStatus = {
  id: number;
  sha: string;
  context: string;
  state: "error" | "failure" | "pending" | "success";
  description: string | null;
  targetUrl: string | null;
  login: string;
  createdAt: string;
};
