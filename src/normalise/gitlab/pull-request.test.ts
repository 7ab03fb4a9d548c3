import { expect, test } from "vitest";
import { normalise } from "../normalise.ts";

const sha = "a1".repeat(20);
const attributes = {
  iid: 7,
  state: "opened",
  action: "open",
  author_id: 31,
  updated_at: "2026-03-02 09:15:00 UTC",
  source_branch: "topic",
  target_branch: "main",
  last_commit: { id: sha },
  merge_commit_sha: "e5".repeat(20),
};
const project = {
  id: 2001,
  path_with_namespace: "group/sub/project",
  web_url: "https://gitlab.com/group/sub/project",
  default_branch: "main",
};
const sue = { id: 31, username: "sue" };
const jo = { id: 32, username: "jo" };

function normalised(changed: object, rest: object = {}) {
  const payload = {
    object_kind: "merge_request",
    user: sue,
    project,
    object_attributes: { ...attributes, ...changed },
    ...rest,
  };
  return normalise({
    provider: "gitlab",
    event: "Merge Request Hook",
    contentType: "application/json",
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(payload)),
    receivedAt: "2026-03-10T12:00:00.000Z",
  });
}

function factOf(changed: object, rest: object = {}) {
  const answer = normalised(changed, rest);
  return answer.kind === "understood" ? answer.event.facts[0] : answer;
}

test.each([
  [{ action: "open" }, {}, "opened"],
  [{ action: "reopen" }, {}, "reopened"],
  [{ action: "close", state: "closed" }, {}, "closed"],
  [{ action: "merge", state: "merged" }, {}, "closed"],
  [{ action: "update", oldrev: "b2".repeat(20) }, {}, "synchronize"],
  [
    { action: "update", oldrev: "b2".repeat(20) },
    { changes: { draft: { previous: true, current: false } } },
    "synchronize",
  ],
  [{ action: "update" }, { changes: { draft: { previous: true, current: false } } }, "ready_for_review"],
  [{ action: "update" }, { changes: { draft: { previous: false, current: true } } }, "converted_to_draft"],
  [{ action: "update" }, { changes: { title: { previous: "a", current: "b" } } }, "edited"],
  [{ action: undefined }, {}, "edited"],
  [{ action: "approved" }, {}, "approved"],
  [{ action: "unapproved" }, {}, "unapproved"],
  [{ action: "approval" }, {}, "approval_added"],
  [{ action: "unapproval" }, {}, "approval_removed"],
  [{ action: "frobnicated" }, {}, "frobnicated"],
])("%j with %j is told as %s", (changed, rest, action) => {
  expect(normalised(changed, rest)).toMatchObject({ event: { kind: `gitlab.pull_request.${action}` } });
});

test.each([
  ["opened", "open"],
  ["locked", "open"],
  ["closed", "closed"],
  ["merged", "merged"],
])("GitLab's %s is our %s", (word, state) => {
  expect(factOf({ state: word })).toMatchObject({ state });
});

test("a server that sends the state's number only is understood; any other word is refused", () => {
  expect(factOf({ state: undefined, state_id: 3 })).toMatchObject({ state: "merged" });
  expect(factOf({ state: "constructor" })).toMatchObject({ kind: "refused", code: "BAD_SHAPE" });
  expect(factOf({ state: undefined })).toMatchObject({ kind: "refused", code: "BAD_SHAPE" });
});

test("the author is who opened it, found by id among the people in the payload, and never who pressed the button", () => {
  expect(factOf({})).toMatchObject({ author: "sue" });
  expect(factOf({}, { user: jo })).not.toHaveProperty("author");
  expect(factOf({}, { user: jo, assignees: [sue] })).toMatchObject({ author: "sue" });
  expect(factOf({}, { user: jo, reviewers: [jo, sue] })).toMatchObject({ author: "sue" });
  expect(factOf({}, { user: jo, assignee: sue })).toMatchObject({ author: "sue" });
  expect(factOf({ author_id: undefined })).not.toHaveProperty("author");
  expect(factOf({}, { user: { username: "sue" } })).not.toHaveProperty("author");
});

test("the squash commit stands for the merge where there is one, and no trial merge ever does", () => {
  const merged = { state: "merged", action: "merge" };

  expect(factOf(merged)).toMatchObject({ mergeCommitSha: "e5".repeat(20) });
  expect(factOf({ ...merged, squash_commit_sha: "d4".repeat(20) })).toMatchObject({ mergeCommitSha: "d4".repeat(20) });
  expect(factOf({ ...merged, merge_commit_sha: null })).not.toHaveProperty("mergeCommitSha");
  expect(factOf({})).not.toHaveProperty("mergeCommitSha");
});

test("only the event of the merge may lend its own time to the merge", () => {
  expect(factOf({ state: "merged", action: "merge" })).toMatchObject({
    mergedAt: "2026-03-02T09:15:00.000Z",
    mergedAtIsFallback: true,
  });
  expect(factOf({ state: "merged", action: "update" })).not.toHaveProperty("mergedAt");
  expect(factOf({ state: "merged", action: "update", merged_at: "2026-03-01 10:00:00 UTC" })).toMatchObject({
    mergedAt: "2026-03-01T10:00:00.000Z",
  });
});

test("a merge request without a commit is understood", () => {
  expect(normalised({ last_commit: null })).toMatchObject({ kind: "understood", event: { commitSha: null } });
});

test("the project is known by its path and number, never by its name", () => {
  expect(
    normalised({}, { project: { ...project, name: "Other / Name", id: undefined }, project_id: 2002 }),
  ).toMatchObject({
    event: {
      repository: { slug: "group/sub/project", forgeId: "2002", host: "gitlab.com" },
      summary: "group/sub/project!7 was opened by sue",
    },
  });
  expect(normalised({ target_project_id: 2003 }, { project: { ...project, id: undefined } })).toMatchObject({
    event: { repository: { forgeId: "2003" } },
  });
  expect(normalised({}, { project: { ...project, path_with_namespace: "Group / Sub / Project" } })).toMatchObject({
    code: "BAD_REPO",
  });
});

test.each([
  ["project_42_bot", true],
  ["group_7_bot_0a1b2c", true],
  ["service_account_group_9_ab", true],
  ["sue", false],
  ["project_bot", false],
])("whether %s is a bot: %s", (username, isBot) => {
  expect(normalised({}, { user: { username } })).toMatchObject({ event: { actor: username, actorIsBot: isBot } });
});

test("two updates in the same second are two events", () => {
  const updated = (title: string) => {
    const answer = normalised({ action: "update" }, { changes: { title: { previous: "a", current: title } } });
    return answer.kind === "understood" ? answer.event.discriminator : "";
  };

  expect(updated("b")).not.toBe(updated("c"));
});
