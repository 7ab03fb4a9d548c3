import { expect, test } from "vitest";
import { normalise } from "./normalise.ts";

const sha = "a1".repeat(20);
const body = { repository: "acme/web", run_id: "123", commit_sha: sha, status: "success" };

function normalised(payload: object | string) {
  return normalise({
    provider: "ci",
    event: "generic",
    contentType: "application/json",
    headers: {},
    body: new TextEncoder().encode(typeof payload === "string" ? payload : JSON.stringify(payload)),
    receivedAt: "2026-03-10T12:00:00.000Z",
  });
}

function factOf(payload: object | string) {
  const answer = normalised(payload);
  return answer.kind === "understood" ? answer.event.facts[0] : answer;
}

const because = (payload: object) => {
  const answer = normalised(payload);
  return answer.kind === "refused" ? `${answer.code}: ${answer.because}` : answer.kind;
};

test.each([
  ["success", "success"],
  ["successful", "success"],
  ["SUCCESS", "success"],
  ["failure", "failure"],
  ["failed", "failure"],
  ["timed_out", "failure"],
  ["cancelled", "cancelled"],
  ["canceled", "cancelled"],
  ["skipped", "skipped"],
  ["neutral", "skipped"],
  ["queued", "pending"],
  ["waiting", "pending"],
  ["pending", "pending"],
  ["requested", "pending"],
  ["action_required", "pending"],
  ["in_progress", "in_progress"],
  ["running", "in_progress"],
])("the word %s counts as %s", (word, status) => {
  expect(factOf({ ...body, status: word })).toMatchObject({ status });
});

test("a word that nobody knows is refused and named", () => {
  expect(because({ ...body, status: "purple" })).toBe('BAD_SHAPE: status: "purple" is not a status that is known.');
  expect(because({ ...body, status: "completed" })).toBe(
    'BAD_SHAPE: status: "completed" is not a status that is known.',
  );
  expect(because({ ...body, status: "<script>" })).toBe("BAD_SHAPE: status: this is not a status that is known.");
  expect(because({ ...body, status: "constructor" })).toMatch(/^BAD_SHAPE/);
});

test("the conclusion counts where there is one", () => {
  expect(factOf({ ...body, status: "completed", conclusion: "failure" })).toMatchObject({ status: "failure" });
  expect(factOf({ ...body, status: "in_progress", conclusion: null })).toMatchObject({ status: "in_progress" });
});

test("each field that a run needs is named when it is missing", () => {
  expect(because({ ...body, repository: undefined })).toBe("BAD_SHAPE: repo_slug is missing.");
  expect(because({ ...body, run_id: undefined })).toBe("BAD_SHAPE: run_id is missing.");
  expect(because({ ...body, commit_sha: undefined })).toBe("BAD_SHAPE: commit_sha is missing.");
  expect(because({ ...body, status: undefined })).toBe("BAD_SHAPE: status is missing.");
});

test("what is there and wrong is refused, not guessed", () => {
  expect(because({ ...body, commit_sha: "main" })).toMatch(/^BAD_SHA: commit_sha /);
  expect(because({ ...body, repository: "../../x" })).toMatch(/^BAD_REPO: repository /);
  expect(because({ ...body, repo_slug: "a", repository: null })).toMatch(/^BAD_REPO: repo_slug /);
  expect(because({ ...body, run_attempt: 0 })).toMatch(/^BAD_SHAPE: run_attempt /);
  expect(because({ ...body, provider: "a b" })).toMatch(/^BAD_SHAPE: provider /);
  expect(because({ ...body, started_at: "2026-03-02T09:15:30" })).toMatch(/^BAD_SHAPE: started_at is not a time like /);
});

test("the latest time that the body speaks of is when it was observed, else the time of receipt", () => {
  expect(factOf({ ...body, started_at: "2026-03-02T09:15:30Z", completed_at: "2026-03-02T09:20:00Z" })).toMatchObject({
    observedAt: "2026-03-02T09:20:00.000Z",
  });
  expect(factOf(body)).toMatchObject({ observedAt: "2026-03-10T12:00:00.000Z" });
});

test("a number as run id is kept exactly, however long", () => {
  const text = JSON.stringify({ ...body, run_id: 1 }).replace('"run_id":1', '"run_id":90071992547409931');

  expect(factOf(text)).toMatchObject({ runId: "90071992547409931" });
});

test("a run id that would have to be cut or cleaned is refused: two runs could become one", () => {
  expect(because({ ...body, run_id: "x".repeat(256) })).toMatch(/^BAD_SHAPE: run_id /);
  expect(because({ ...body, run_id: "a\u0000b" })).toMatch(/^BAD_SHAPE: run_id /);
});
