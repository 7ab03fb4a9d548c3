import { expect, test } from "vitest";
import { normalise } from "../normalise.ts";

const sha = "a1".repeat(20);
const repository = {
  id: 710001,
  full_name: "acme/web",
  html_url: "https://GitHub.acme.example:8443/acme/web",
  default_branch: "main",
};
const open = {
  number: 7,
  state: "open",
  merged: false,
  merged_at: null,
  merge_commit_sha: "e5".repeat(20),
  updated_at: "2026-03-02T09:15:00Z",
  head: { ref: "topic", sha },
  base: { ref: "main" },
};

function normalised(action: string, pullRequest: object, rest: object = {}) {
  const payload = { action, pull_request: { ...open, ...pullRequest }, repository, ...rest };
  return normalise({
    provider: "github",
    event: "pull_request",
    contentType: "application/json",
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(payload)),
    receivedAt: "2026-03-10T12:00:00.000Z",
  });
}

function factOf(action: string, pullRequest: object) {
  const answer = normalised(action, pullRequest);
  return answer.kind === "understood" ? answer.event.facts[0] : answer;
}

test("the trial merge of a pull request that is not merged is not taken for its merge", () => {
  expect(factOf("opened", {})).not.toHaveProperty("mergeCommitSha");
  expect(factOf("closed", { state: "closed" })).not.toHaveProperty("mergeCommitSha");
  expect(factOf("closed", { state: "closed", merged: true })).toMatchObject({ mergeCommitSha: "e5".repeat(20) });
});

test("merged is what has been merged or has a time of it, whatever else is said", () => {
  expect(factOf("closed", { state: "closed", merged: true })).toMatchObject({ state: "merged" });
  expect(factOf("labeled", { state: "closed", merged: undefined, merged_at: "2026-03-01T00:00:00Z" })).toMatchObject({
    state: "merged",
    mergedAt: "2026-03-01T00:00:00.000Z",
  });
  expect(factOf("closed", { state: "closed" })).toMatchObject({ state: "closed" });
});

test("only the event of the merge may lend its own time to the merge", () => {
  const merged = { state: "closed", merged: true };

  expect(factOf("closed", merged)).toMatchObject({ mergedAt: "2026-03-02T09:15:00.000Z", mergedAtIsFallback: true });
  expect(factOf("labeled", merged)).not.toHaveProperty("mergedAt");
  expect(factOf("closed", { ...merged, merged_at: "2026-03-02T09:14:59Z" })).not.toHaveProperty("mergedAtIsFallback");
});

test("a closed pull request that does not say whether it was merged is refused, not guessed", () => {
  expect(factOf("labeled", { state: "closed", merged: undefined, merged_at: undefined })).toMatchObject({
    kind: "refused",
    because: "pull_request.merged_at is missing.",
  });
});

test("never closed is known; not said is not", () => {
  expect(factOf("opened", { closed_at: null })).toMatchObject({ closedAt: null });
  expect(factOf("opened", {})).not.toHaveProperty("closedAt");
});

test("what it reverts is known only when its body is", () => {
  expect(factOf("opened", { body: null })).toMatchObject({ reverts: [] });
  expect(factOf("opened", { body: "Reverts acme/web#3" })).toMatchObject({ reverts: [{ number: 3 }] });
  expect(factOf("opened", {})).not.toHaveProperty("reverts");
});

test("a trial merge that is no commit id is refused all the same", () => {
  expect(factOf("opened", { merge_commit_sha: "--output=x" })).toMatchObject({ kind: "refused", code: "BAD_SHA" });
});

test("the host is that of the repository's page, in lower case with its port", () => {
  expect(normalised("opened", {})).toMatchObject({
    event: { repository: { host: "github.acme.example:8443", forgeId: "710001" } },
  });
});

test("without a repository at the top, the one that it asks to be merged into counts", () => {
  const base = { ref: "main", repo: { ...repository, full_name: "acme/docs" } };

  expect(normalised("opened", { base }, { repository: undefined })).toMatchObject({
    event: { repository: { slug: "acme/docs" } },
  });
});

test("an App is a bot, by its type or by its name; a missing sender is nobody", () => {
  expect(normalised("opened", {}, { sender: { login: "renovate[bot]", type: "User" } })).toMatchObject({
    event: { actorIsBot: true },
  });
  expect(normalised("opened", {}, { sender: { login: "Copilot", type: "Bot" } })).toMatchObject({
    event: { actorIsBot: true },
  });
  expect(normalised("opened", {}, { sender: { login: "sue", type: "User" } })).toMatchObject({
    event: { actor: "sue", actorIsBot: false },
  });
  expect(normalised("opened", {})).toMatchObject({ event: { actor: null, actorIsBot: false } });
});

test("two labels set in the same second are two events", () => {
  const labelled = (name: string) => {
    const answer = normalised("labeled", {}, { label: { name } });
    return answer.kind === "understood" ? answer.event.discriminator : "";
  };

  expect(labelled("bug")).not.toBe(labelled("urgent"));
});

test("two edits in the same second are two events", () => {
  const edited = (from: string) => {
    const answer = normalised("edited", {}, { changes: { body: { from } } });
    return answer.kind === "understood" ? answer.event.discriminator : "";
  };

  expect(edited("one")).not.toBe(edited("two"));
});

test("an action of tomorrow is understood under its own name", () => {
  expect(normalised("frobnicated", {}, { sender: { login: "sue" } })).toMatchObject({
    event: {
      kind: "github.pull_request.frobnicated",
      summary: 'acme/web#7 saw "frobnicated" by sue',
      facts: [{ number: 7 }],
    },
  });
});
