import { describe, expect, test } from "vitest";
import type { NormalisedEvent } from "../domain/event.ts";
import type { PushFact } from "../domain/fact.ts";
import { decide } from "./decide.ts";

function event(say: Partial<NormalisedEvent> = {}): NormalisedEvent {
  return {
    kind: "github.star.created",
    repository: {
      forge: "github",
      host: "github.com",
      forgeId: "1",
      slug: "acme/web",
      defaultBranch: "main",
      url: null,
    },
    subject: { kind: "repository", ref: "acme/web" },
    commitSha: null,
    actor: "ann",
    actorIsBot: false,
    occurredAt: "2026-01-02T03:04:05.678Z",
    summary: "acme/web got a star",
    discriminator: "",
    facts: [],
    ...say,
  };
}

function push(listed: number, commitsCount: number): PushFact {
  const commit = {
    sha: "a".repeat(40),
    message: "x",
    authorName: "Ann",
    authorEmail: "ann@example.org",
    committedAt: "2026-01-02T03:04:05.678Z",
    url: null,
    reverts: [],
  };
  return {
    kind: "push",
    branch: "main",
    toDefaultBranch: true,
    beforeSha: null,
    afterSha: "a".repeat(40),
    pushedAt: "2026-01-02T03:04:05.678Z",
    commits: Array.from({ length: listed }, () => commit),
    commitsCount,
  };
}

describe("what is to be done about an event", () => {
  test("there is always an answer, also when nobody cares", () => {
    expect(decide(event())).toEqual([
      { rule: "nothing-to-do", verdict: "nothing", because: expect.stringContaining("github.star.created") },
    ]);
  });

  test("facts speak for themselves", () => {
    expect(decide(event({ facts: [push(1, 1)] }))).toEqual([]);
  });

  test("commits that a forge left out of a push are counted, so that nobody looks for their reverts in vain", () => {
    expect(decide(event({ facts: [push(20, 25)] }))).toEqual([
      { rule: "explain-cut-push", verdict: "nothing", because: expect.stringContaining("5 of 25") },
    ]);
  });

  test.each([
    ["a comment", { kind: "github.issue_comment.created" }, "observe-comments", /kept as an event/],
    ["a review", { kind: "gitlab.pull_request_review_comment.created" }, "observe-comments", /kept as an event/],
    [
      "a bot's comment",
      { kind: "github.pull_request_review.submitted", actorIsBot: true },
      "observe-comments",
      /bots are never answered/,
    ],
    ["a check suite", { kind: "github.check_suite.completed" }, "observe-check-suites", /counted by its runs/],
    [
      "an installation",
      { kind: "github.installation.created", repository: null, subject: { kind: "installation", ref: "1" } },
      "observe-installations",
      /first event/,
    ],
  ] as const)("%s changes nothing, and the reason is given", (_what, say, rule, because) => {
    expect(decide(event(say))).toEqual([{ rule, verdict: "nothing", because: expect.stringMatching(because) }]);
  });
});
