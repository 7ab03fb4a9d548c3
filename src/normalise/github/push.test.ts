import { expect, test } from "vitest";
import type { PushFact } from "../../domain/fact.ts";
import { normalise } from "../normalise.ts";

const a = "a1".repeat(20);
const b = "b2".repeat(20);
const none = "0".repeat(40);
const repository = {
  id: 710001,
  full_name: "acme/web",
  html_url: "https://github.com/acme/web",
  default_branch: "main",
  pushed_at: 1772625602,
};
const commit = (changed: object = {}) => ({
  id: b,
  message: "Tidy up",
  timestamp: "2026-03-04T12:00:00Z",
  author: { name: "Sue", email: "sue@acme.example" },
  ...changed,
});

function normalised(changed: object) {
  const payload = { ref: "refs/heads/main", before: a, after: b, commits: [commit()], repository, ...changed };
  return normalise({
    provider: "github",
    event: "push",
    contentType: "application/json",
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(payload)),
    receivedAt: "2026-03-10T12:00:00.000Z",
  });
}

function pushOf(changed: object): PushFact {
  const answer = normalised(changed);
  const fact = answer.kind === "understood" ? answer.event.facts[0] : undefined;
  if (fact?.kind !== "push") throw new Error(`No push in ${JSON.stringify(answer)}`);
  return fact;
}

test.each([
  [{}, "github.push.main"],
  [{ repository: { ...repository, default_branch: "trunk" }, ref: "refs/heads/trunk" }, "github.push.main"],
  [{ ref: "refs/heads/topic" }, "github.push.branch"],
  [{ ref: "refs/heads/main/sub" }, "github.push.branch"],
  [{ repository: { ...repository, default_branch: undefined } }, "github.push.branch"],
  [{ ref: "refs/heads/main", after: none }, "github.push.branch_deleted"],
  [{ ref: "refs/heads/main", after: "0".repeat(64) }, "github.push.branch_deleted"],
  [{ ref: "refs/tags/main" }, "github.push.tag"],
  [{ ref: "refs/tags/v1", after: none }, "github.push.tag_deleted"],
])("%j is %s", (changed, kind) => {
  expect(normalised(changed)).toMatchObject({ kind: "understood", event: { kind } });
});

test("a deleted branch, a tag and a ref that is neither say nothing of any commit", () => {
  expect(normalised({ after: none })).toMatchObject({ event: { facts: [], commitSha: null } });
  expect(normalised({ ref: "refs/tags/v1" })).toMatchObject({ event: { facts: [] } });
  expect(normalised({ ref: "refs/notes/commits" })).toMatchObject({ kind: "ignored" });
  expect(normalised({ ref: "refs/heads/" })).toMatchObject({ kind: "ignored" });
});

test("a new branch had no commit before", () => {
  expect(pushOf({ before: none })).toMatchObject({ beforeSha: null, afterSha: b });
});

test("more commits than are listed are counted as many as are said", () => {
  expect(pushOf({ size: 3000 }).commitsCount).toBe(3000);
  expect(pushOf({ distinct_size: 12 }).commitsCount).toBe(12);
  expect(pushOf({}).commitsCount).toBe(1);
  expect(pushOf({ commits: undefined })).toMatchObject({ commits: [], commitsCount: 0 });
});

test("a commit with a time that no clock can show does not cost the push", () => {
  const push = pushOf({
    commits: [commit({ timestamp: "0001-01-01T00:00:00Z" }), commit({ timestamp: null, author: null, message: null })],
  });

  expect(push.commits).toMatchObject([
    { committedAt: "2026-03-04T12:00:02.000Z" },
    { committedAt: "2026-03-04T12:00:02.000Z", authorName: "", authorEmail: "", message: "" },
  ]);
});

test("without the forge's own time the newest commit's counts, but never a time to come", () => {
  const unsaid = { repository: { ...repository, pushed_at: undefined } };

  expect(pushOf(unsaid).pushedAt).toBe("2026-03-04T12:00:00.000Z");
  expect(pushOf({ ...unsaid, commits: [commit({ timestamp: "2085-01-01T00:00:00Z" })] }).pushedAt).toBe(
    "2026-03-10T12:00:00.000Z",
  );
  expect(pushOf({ ...unsaid, commits: [] }).pushedAt).toBe("2026-03-10T12:00:00.000Z");
});

test("a commit that is none is refused, and so is a list of something else", () => {
  expect(normalised({ commits: [commit({ id: "HEAD" })] })).toMatchObject({
    code: "BAD_SHA",
    because: expect.stringMatching(/^commits\[0\]\.id /) as string,
  });
  expect(normalised({ commits: ["x"] })).toMatchObject({ code: "BAD_SHAPE", because: "commits[0] is not an object." });
  expect(normalised({ after: "main" })).toMatchObject({ code: "BAD_SHA" });
});
