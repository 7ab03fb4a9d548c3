import { describe, expect, test } from "vitest";
import type { NormalisedEvent } from "../domain/event.ts";
import type { PullRequestFact, PushFact } from "../domain/fact.ts";
import { decide } from "./decide.ts";
import { doNothing, type Policy } from "./policy.ts";

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
    actorId: null,
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
    expect(decide(event(), doNothing)).toEqual([
      { rule: "nothing-to-do", verdict: "nothing", because: expect.stringContaining("github.star.created") },
    ]);
  });

  test("facts speak for themselves", () => {
    expect(decide(event({ facts: [push(1, 1)] }), doNothing)).toEqual([]);
  });

  test("commits that a forge left out of a push are counted, so that nobody looks for their reverts in vain", () => {
    expect(decide(event({ facts: [push(20, 25)] }), doNothing)).toEqual([
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
    expect(decide(event(say), doNothing)).toEqual([
      { rule, verdict: "nothing", because: expect.stringMatching(because) },
    ]);
  });
});

describe("pull requests that bring code", () => {
  const on: Policy = {
    ...doNothing,
    safety: { ...doNothing.safety, autoReviewAfterPr: true },
    performed: new Set(["review_pull_request"]),
    reviewedHosts: new Set(["github.com"]),
  };
  const opened = (say: Partial<NormalisedEvent> = {}, fact: Partial<PullRequestFact> = {}): NormalisedEvent =>
    event({
      kind: "github.pull_request.opened",
      subject: { kind: "pull-request", ref: "7" },
      facts: [
        {
          kind: "pull-request",
          number: 7,
          observedAt: "2026-01-02T03:04:05.678Z",
          state: "open",
          title: "Login",
          headBranch: "feature/SCRUM-123-login",
          headSha: "c".repeat(40),
          ...fact,
        },
      ],
      ...say,
    });

  test("are reviewed once per head commit, in the workflow of the work item that they name", () => {
    const [decision] = decide(opened(), on);
    const [again] = decide(opened({ kind: "github.pull_request.synchronize", actor: "bob" }), on);
    const [next] = decide(opened({}, { headSha: "d".repeat(40) }), on);

    expect(decision).toMatchObject({
      rule: "review-pull-requests",
      verdict: "queued",
      command: {
        type: "review_pull_request",
        workflowId: "SCRUM-123",
        repositoryKey: "github:github.com/acme/web",
        payload: { pr_number: 7, commit_sha: "c".repeat(40) },
      },
    });
    expect(again?.command?.idempotencyKey).toBe(decision?.command?.idempotencyKey);
    expect(next?.command?.idempotencyKey).not.toBe(decision?.command?.idempotencyKey);
  });

  test("have a workflow that no other repository's pull request shares, when they name no work item", () => {
    const [decision] = decide(opened({}, { headBranch: "fix", title: "UTF-8 names" }), on);

    expect(decision?.command?.workflowId).toBe("github-1-pr-7");
  });

  test("wait, with the reason, where nobody said that they are reviewed or nobody can", () => {
    const said = (policy: Policy) => decide(opened(), policy).map(({ verdict, because }) => [verdict, because]);

    expect(said(doNothing)).toEqual([["nothing", expect.stringContaining("safety.auto_review_after_pr")]]);
    expect(said({ ...on, performed: new Set() })).toEqual([
      ["nothing", expect.stringContaining("Nobody here reviews")],
    ]);
    expect(said({ ...on, reviewedHosts: new Set(["gitlab.com"]) })).toEqual([
      ["nothing", expect.stringContaining("No credential is configured for github.com")],
    ]);
    expect(decide(opened({}, { state: "merged" }), on)[0]?.verdict).toBe("nothing");
    expect(decide(opened({ kind: "github.pull_request.labeled" }), on)).toEqual([]);
  });

  test("a push to the default branch asks for its commit; one that deleted the branch for nothing", () => {
    const pushed = event({ kind: "github.push.main", commitSha: "e".repeat(40), facts: [push(1, 1)] });

    expect(decide(pushed, on)[0]).toMatchObject({
      verdict: "queued",
      command: { payload: { commit_sha: "e".repeat(40) } },
    });
    expect(decide({ ...pushed, commitSha: null }, on)[0]?.verdict).toBe("nothing");
  });
});
