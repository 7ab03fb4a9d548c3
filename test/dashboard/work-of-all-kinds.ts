import { createHash } from "node:crypto";
import { PullwrightError } from "../../src/domain/error.ts";
import type { Effect } from "../../src/domain/effect.ts";
import type { WorkAtHand } from "../service/work-at-hand.ts";

const exports = "/home/ada/.pullwright/exports";

/** Work in every state that a page must show: done, going on, waiting, failed, paused, cancelled, and one whose fate at the forge is not known. */
export async function seedWorkOfAllKinds(work: WorkAtHand): Promise<void> {
  await Promise.all([delivered(work), refused(work), limited(work), unanswered(work), foundAgain(work)]);
  await ended(work);
}

/** Executed, opened at the second attempt, and under review. */
async function delivered(work: WorkAtHand): Promise<void> {
  const id = "SCRUM-123";
  const place = { checkoutDir: "/home/ada/work/web", issueDir: "/home/ada/work/web/issues/SCRUM-123" };
  const [plan = 0] = await work.ask(
    { id, title: "Let people stay signed in", ...place },
    { type: "execute_plan", payload: { plan: "Keep the session for thirty days." } },
  );
  await work.end(plan, {
    kind: "succeeded",
    because: "Four files were changed; the tests pass.",
    artifacts: { commit_log: `${place.issueDir}/commit_log.md` },
  });
  const [open = 0] = await work.ask(
    { id },
    {
      type: "create_pull_request",
      payload: { checkout: place.checkoutDir, issue_dir: "issues/SCRUM-123", session_id: "5d0a" },
      causedBy: { commandId: plan },
      requestedBy: `command ${plan}`,
    },
  );
  await work.begun(open);
  await work.end(open, {
    kind: "retry",
    code: "FORGE_UNAVAILABLE",
    because: "GitHub answered 502 when the repository was read.",
    afterMs: 1,
  });
  await work.effect(open, sends("push-branch", { branch: "pullwright/SCRUM-123" }, { commit_sha: "a".repeat(40) }));
  const url = "https://github.com/acme/web/pull/7";
  await work.effect(
    open,
    sends("create-pull-request", { head: "pullwright/SCRUM-123", base: "main" }, { number: 7, url }),
  );
  const folder = `${place.issueDir}/github_pr`;
  await work.end(open, {
    kind: "succeeded",
    because: "acme/web#7 was opened from pullwright/SCRUM-123.",
    links: [{ label: "acme/web#7", url }],
    artifacts: {
      push_state: `${folder}/push_state.json`,
      pr_description: `${folder}/pr_description.md`,
      github_pr_result: `${folder}/github_pr_result.json`,
    },
    result: { pr_number: 7, html_url: url },
  });
  const [review = 0] = await work.ask({ id }, { type: "review_pull_request", payload: { pr_number: 7 } });
  await work.begun(review);
}

/** Somebody else's branch stands in the way. */
async function refused(work: WorkAtHand): Promise<void> {
  const [open = 0] = await work.ask(
    { id: "SCRUM-124", title: "Show prices with the right currency" },
    { type: "create_pull_request", payload: { checkout: "/home/ada/work/web" } },
  );
  const taken = new PullwrightError("BRANCH_EXISTS", "pullwright/SCRUM-124 has a commit by jonas-we.");
  await work
    .effect(open, { ...sends("push-branch", { branch: "pullwright/SCRUM-124" }, {}), act: () => Promise.reject(taken) })
    .catch(() => undefined);
  await work.end(open, { kind: "failed", code: "BRANCH_EXISTS", because: taken.message });
}

/** The forge asked for patience. */
async function limited(work: WorkAtHand): Promise<void> {
  const [review = 0] = await work.ask(
    { id: "github-42-pr-9", title: "Speed up the search", requestedBy: "event 12" },
    { type: "review_pull_request", payload: { pr_number: 9 } },
  );
  await work.end(review, {
    kind: "wait",
    code: "FORGE_RATE_LIMITED",
    because: "GitHub's limit for this token is used up.",
    until: new Date(Date.now() + 1_453_000).toISOString(),
  });
}

/** Nobody knows whether the pull request was opened. */
async function unanswered(work: WorkAtHand): Promise<void> {
  const [open = 0] = await work.ask(
    { id: "SCRUM-125", title: "Send the invoice once", repositoryKey: "gitlab:git.acme.example/billing/invoices" },
    { type: "create_pull_request", payload: { checkout: "/home/ada/work/invoices" } },
  );
  const lost = {
    ...sends("create-pull-request", { head: "pullwright/SCRUM-125", base: "main" }, {}),
    act: () => Promise.reject(new Error("The connection broke before an answer came.")),
    fateOf: () => "unknown" as const,
    readBackAfterMs: [0, 3_600_000],
  };
  const ending = await work.effect(open, lost);
  if (ending.kind === "open") await work.end(open, ending.outcome);
}

/** The forge did it, and its answer was lost on the way back. */
async function foundAgain(work: WorkAtHand): Promise<void> {
  const [open = 0] = await work.ask(
    {
      id: "SCRUM-126",
      title: "Round amounts once",
      repositoryKey: "gitlab:git.acme.example/platform-team/billing/invoices",
    },
    { type: "create_pull_request", payload: { checkout: "/home/ada/work/rounding" } },
  );
  const url = "https://git.acme.example/platform-team/billing/invoices/-/merge_requests/31";
  let isThere = false;
  await work.effect(open, {
    ...sends("create-pull-request", { head: "pullwright/SCRUM-126", base: "main" }, { number: 31, url }),
    act: () => {
      isThere = true;
      return Promise.reject(new Error("The connection broke before an answer came."));
    },
    readBack: async () => (isThere ? [{ number: 31, url }] : []),
    fateOf: () => "unknown",
  });
  await work.end(open, {
    kind: "succeeded",
    because: "platform-team/billing/invoices!31 was opened from pullwright/SCRUM-126.",
    links: [{ label: "platform-team/billing/invoices!31", url }],
  });
}

async function ended(work: WorkAtHand): Promise<void> {
  const [review = 0] = await work.ask(
    { id: "github-42-push-1f0c3a", requestedBy: "event 9" },
    { type: "review_pull_request" },
  );
  await work.end(review, {
    kind: "skipped",
    because: "No pull request belongs to 1f0c3a9.",
    artifacts: { review_result: `${exports}/github-42-push-1f0c3a/github_review/review_result.json` },
  });
  await work.ask({ id: "OPS-9", title: "Move the cron jobs", repositoryKey: null });
}

/** An effect that the forge does at once. */
function sends<Result extends Record<string, unknown>>(
  kind: string,
  request: Record<string, unknown>,
  result: Result,
): Effect<Result> {
  return {
    key: `${kind}:github:github.com:4711:${createHash("sha256").update(JSON.stringify(request)).digest("hex").slice(0, 12)}`,
    kind,
    request,
    act: async () => result,
    readBack: async () => [],
    fateOf: () => "refused",
  };
}
