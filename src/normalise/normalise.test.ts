import { expect, test } from "vitest";
import type { WebhookProvider } from "../domain/delivery.ts";
import type { NormalisedDelivery } from "../domain/event.ts";
import { isUnderstoodEvent, normalise } from "./normalise.ts";

const receivedAt = "2026-03-10T12:00:00.000Z";

function normalised(provider: WebhookProvider, event: string, payload: unknown): NormalisedDelivery {
  const body = new TextEncoder().encode(typeof payload === "string" ? payload : JSON.stringify(payload));
  return normalise({ provider, event, contentType: "application/json", headers: {}, body, receivedAt });
}

const repository = {
  id: 710001,
  full_name: "acme/web",
  html_url: "https://github.com/acme/web",
  default_branch: "main",
};
const sha = "a1".repeat(20);

test.each([
  ["github", "workflow_dispatch", "Pullwright has no use for the workflow_dispatch of GitHub."],
  ["github", "totally_new_event", "Pullwright has no use for the totally_new_event of GitHub."],
  ["github", "constructor", "Pullwright has no use for the constructor of GitHub."],
  ["gitlab", "Wiki Page Hook", "Pullwright has no use for the Wiki Page Hook of GitLab."],
  ["gitlab", "__proto__", "Pullwright has no use for the __proto__ of GitLab."],
  ["ci", "<b>\n", "Pullwright has no use for the event of the CI system."],
] as const)("what %s sends as %s is ignored, with its reason, and not even read", (provider, event, because) => {
  expect(normalised(provider, event, "{ not even JSON")).toEqual({ kind: "ignored", because });
  expect(isUnderstoodEvent(provider, event)).toBe(false);
});

test("a refusal names the field that is wrong, and where it stands", () => {
  const pullRequest = { number: 7, state: "open", updated_at: "2026-03-02T09:15:00Z", base: { ref: "main" } };
  const because = (changed: object) => {
    const answer = normalised("github", "pull_request", {
      action: "opened",
      repository,
      pull_request: { ...pullRequest, ...changed },
    });
    return answer.kind === "refused" ? `${answer.code}: ${answer.because}` : answer.kind;
  };

  expect(because({ number: undefined, head: { ref: "topic", sha } })).toBe(
    "BAD_SHAPE: pull_request.number is missing.",
  );
  expect(because({ number: 0, head: { ref: "topic", sha } })).toBe(
    "BAD_SHAPE: pull_request.number is not a positive whole number.",
  );
  expect(because({ head: null })).toBe("BAD_SHAPE: pull_request.head is null.");
  expect(because({ head: { ref: "topic", sha: "HEAD" } })).toBe(
    "BAD_SHA: pull_request.head.sha is not a commit id of 40 or 64 hex digits.",
  );
  expect(because({ head: { ref: "topic", sha: "a".repeat(39) } })).toMatch(/^BAD_SHA/);
  expect(because({ head: { ref: "topic", sha: "--output=x" } })).toMatch(/^BAD_SHA/);
  expect(because({ updated_at: "yesterday", head: { ref: "topic", sha } })).toBe(
    "BAD_SHAPE: pull_request.updated_at is not a time with its zone.",
  );
  expect(because({ state: "ajar", head: { ref: "topic", sha } })).toBe(
    "BAD_SHAPE: pull_request.state is neither open nor closed.",
  );
});

test.each(["../../x", "a/b/c", "a", "", "x".repeat(300), "-o/r", "o/.git", "аcme/web", "acme/web\u0000", "acme/web\n"])(
  "a repository called %j is refused",
  (full_name) => {
    const answer = normalised("github", "issues", {
      action: "opened",
      issue: {},
      repository: { ...repository, full_name },
    });

    expect(answer).toMatchObject({ kind: "refused", code: "BAD_REPO" });
  },
);

test("an action that is no word is refused, so that an event's name is always one", () => {
  for (const action of ["Opened", "a.b", "", "x".repeat(65), "constructor()", 7, null]) {
    expect(normalised("github", "issues", { action, repository, issue: {} })).toMatchObject({
      kind: "refused",
      code: "BAD_SHAPE",
    });
  }
});

test("ids beyond 2^53 stay exact", () => {
  const text = JSON.stringify({ hook_id: 1, repository })
    .replace("710001", "9007199254740993")
    .replace('"hook_id":1', '"hook_id":18446744073709551615');

  expect(normalised("github", "ping", text)).toMatchObject({
    kind: "understood",
    payloadText: text,
    event: { repository: { forgeId: "9007199254740993" }, subject: { ref: "18446744073709551615" } },
  });
});

test("who did it is told by the number that stays, beside the login that may change hands", () => {
  const issue = { number: 1, updated_at: "2026-03-02T09:15:00Z" };
  const sender = { login: "ann", id: 9_007_199_254_740_991, type: "User" };
  const ref = { ref: "refs/heads/topic", before: sha, after: "b2".repeat(20) };
  const project = { id: 7, path_with_namespace: "acme/web", web_url: "https://gitlab.com/acme/web" };

  expect(normalised("github", "issues", { action: "opened", repository, issue, sender })).toMatchObject({
    event: { actor: "ann", actorId: "9007199254740991", actorIsBot: false },
  });
  expect(normalised("github", "issues", { action: "opened", repository, issue })).toMatchObject({
    event: { actor: null, actorId: null, actorIsBot: false },
  });
  const pushed = { ...ref, user_id: 31, user_username: "sue", project, commits: [], total_commits_count: 0 };
  expect(normalised("gitlab", "Push Hook", pushed)).toMatchObject({ event: { actor: "sue", actorId: "31" } });
  expect(normalised("gitlab", "Push Hook", { ...pushed, user_id: undefined })).toMatchObject({
    event: { actor: "sue", actorId: null },
  });
});

test("a ping is as old as the newest thing in it, and as its receipt where nothing in it has a time", () => {
  const hook = { updated_at: "2026-02-01T00:00:00Z" };
  const dated = { ...repository, updated_at: "2026-01-05T00:00:00Z", pushed_at: "2026-01-07T00:00:00Z" };
  const occurredAt = (payload: object) => {
    const answer = normalised("github", "ping", { hook_id: 1, ...payload });
    return answer.kind === "understood" ? answer.event.occurredAt : answer.kind;
  };

  expect(occurredAt({ repository: dated })).toBe("2026-01-07T00:00:00.000Z");
  expect(occurredAt({ repository: dated, hook })).toBe("2026-02-01T00:00:00.000Z");
  expect(occurredAt({ repository, organization: { login: "acme" } })).toBe(receivedAt);
});

test("a payload's text is kept as it came, form-encoded or not", () => {
  const text = `{ "hook_id": 1, "repository" : ${JSON.stringify(repository)} }`;
  const body = new TextEncoder().encode(new URLSearchParams({ payload: text }).toString());

  const answer = normalise({
    provider: "github",
    event: "ping",
    contentType: "application/x-www-form-urlencoded",
    headers: {},
    body,
    receivedAt,
  });

  expect(answer).toMatchObject({ kind: "understood", payloadText: text });
});

test("the same delivery means the same each time it is read", () => {
  const payload = {
    action: "opened",
    repository,
    issue: { number: 1, updated_at: "2026-03-02T09:15:00Z", body: "Hello" },
  };

  expect(normalised("github", "issues", payload)).toEqual(normalised("github", "issues", payload));
});

test("fields that a payload inherits from nowhere are not read", () => {
  const payload = `{"__proto__":{"hook_id":1},"repository":${JSON.stringify(repository)}}`;

  expect(normalised("github", "ping", payload)).toMatchObject({ kind: "refused", because: "hook_id is missing." });
});

test("titles and branches lose what cannot be shown and keep what can, at a thousand characters", () => {
  const pull_request = {
    number: 7,
    state: "open",
    title: `"]); process.exit() //\u0000\n${"x".repeat(2000)}`,
    updated_at: "2026-03-02T09:15:00Z",
    head: { ref: "evil\u202egnp.exe\ud83d", sha },
    base: { ref: "main" },
  };

  const answer = normalised("github", "pull_request", { action: "opened", repository, pull_request });

  const fact = answer.kind === "understood" ? answer.event.facts[0] : undefined;
  expect(fact).toMatchObject({ kind: "pull-request", headBranch: "evil\u202egnp.exe\ufffd" });
  expect(fact?.kind === "pull-request" ? fact.title : "").toMatch(/^"\]\); process\.exit\(\) \/\/ x{1001}$/);
});

test("a text of ten million characters is cut to 64 KiB", () => {
  const comment = { id: 1, body: "ü".repeat(10_000_000), updated_at: "2026-03-02T09:15:00Z" };

  const answer = normalised("github", "issue_comment", {
    action: "created",
    repository,
    issue: { number: 1 },
    comment,
  });

  expect(answer.kind === "understood" ? answer.event.text?.length : 0).toBe(32_768);
});
