import { describe, expect, test } from "vitest";
import type { KnownFinding } from "../../src/domain/review.ts";
import type { ReviewRow } from "../../src/store/reviews.ts";
import type { MakeDatabase } from "./database.ts";
import { handClock, put } from "./queue-at-hand.ts";

const at = "2026-01-02T03:04:05.678Z";
const later = "2026-01-03T00:00:00.000Z";

function review(commandId: number, say: Partial<ReviewRow> = {}): Omit<ReviewRow, "id"> {
  return {
    command_id: commandId,
    workflow_id: "SCRUM-1",
    repository_key: "github:github.com/acme/web",
    pull_request_key: "github:github.com:1:7",
    repository: "acme/web",
    pr_number: 7,
    pr_title: "Add a thing",
    pr_url: "https://github.com/acme/web/pull/7",
    head_sha: "c".repeat(40),
    base_sha: "b".repeat(40),
    diff_sha256: "d".repeat(64),
    round: 1,
    verdict: "pass",
    code: null,
    because: "All was read.",
    explanation: "Nice.",
    agent: "codex",
    model: null,
    input_tokens: 1000,
    cached_input_tokens: null,
    output_tokens: 10,
    cost_micro_usd: 12_345,
    coverage: { hunksTotal: 1, hunksRead: 1, filesTotal: 1, filesSkipped: [], partsSent: 1, partsAnswered: 1 },
    findings: [],
    posting: { summary: "…" },
    artifacts_dir: "/exports/SCRUM-1/github_review",
    requested_by: "event 1",
    started_at: at,
    ended_at: at,
    summary_url: null,
    posted_at: null,
    ...say,
  };
}

const finding: KnownFinding = {
  id: "f_0123456789",
  title: "A leak",
  body: "It leaks.",
  priority: 1,
  confidence: 0.75,
  path: "a.ts",
  startLine: 3,
  endLine: 4,
  suggestion: null,
  codeSha256: "e".repeat(64),
  state: "open",
  firstSeenSha: "c".repeat(40),
  lastConfirmedSha: "c".repeat(40),
  threadId: null,
  url: null,
};

/** What is remembered of reviews. */
export function exerciseReviews(makeDatabase: MakeDatabase): void {
  describe("reviews", () => {
    test("that were decided are found again by their command, the last one, posted or not", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const commandId = await put(store, handClock());
      const { id } = await store.reviews.add(review(commandId));

      const decided = await store.reviews.lastOf(commandId);
      await store.reviews.setPosted(id, "https://github.com/acme/web/pull/7#issuecomment-1", later);

      expect(decided).toEqual({ id, ...review(commandId) });
      expect(await store.reviews.lastOf(commandId)).toMatchObject({ id, posted_at: later });
      const { id: next } = await store.reviews.add(review(commandId));
      expect(await store.reviews.lastOf(commandId)).toMatchObject({ id: next, posted_at: null });
      expect(await store.reviews.lastOf(commandId + 1)).toBeUndefined();
      expect(await store.reviews.get(id)).toMatchObject({ posted_at: later });
      expect((await store.reviews.list({ verdict: "pass" }, { limit: 10, after: null })).rows).toHaveLength(2);
      expect(await store.reviews.count({ verdict: "findings" })).toBe(0);
    });

    test("are counted with what they cost, and what nobody knows costs nothing", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const commandId = await put(store, handClock());
      await store.reviews.add(review(commandId));
      await store.reviews.add(review(commandId, { cost_micro_usd: null, head_sha: "d".repeat(40) }));
      await store.reviews.add(review(commandId, { pull_request_key: "github:github.com:1:8", ended_at: later }));

      const rounds = await store.reviews.roundsOf("github:github.com:1:7");

      expect(rounds.map((round) => [round.head_sha.slice(0, 1), round.cost_micro_usd])).toEqual([
        ["d", null],
        ["c", 12_345],
      ]);
      expect(await store.reviews.microUsdSince(later)).toBe(12_345);
      expect(await store.reviews.microUsdSince(at)).toBe(24_690);
      expect(await store.reviews.microUsdSince("2027-01-01T00:00:00.000Z")).toBe(0);
    });
  });

  describe("findings", () => {
    test("are kept once, as the last review has them", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const moved = { ...finding, path: "b.ts", state: "resolved" as const, threadId: "T1" };
      await store.findings.save("github:github.com:1:7", [finding], at);
      await store.findings.save("github:github.com:1:8", [finding], at);

      await store.findings.save("github:github.com:1:7", [moved, { ...finding, id: "f_9876543210" }], later);

      expect(await store.findings.ofPullRequest("github:github.com:1:7")).toEqual([
        moved,
        { ...finding, id: "f_9876543210" },
      ]);
      expect(await store.findings.ofPullRequest("github:github.com:1:8")).toEqual([finding]);
    });

    test("that a person dismissed stay dismissed, whatever a review says", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.findings.save("k", [finding], at);

      expect(await store.findings.setState("k", finding.id, "dismissed", at)).toBe(true);
      expect(await store.findings.setState("k", "f_none", "dismissed", at)).toBe(false);
      await store.findings.save("k", [finding], later);

      expect((await store.findings.ofPullRequest("k"))[0]?.state).toBe("dismissed");
    });
  });
}
