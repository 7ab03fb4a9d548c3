import { expect, test } from "vitest";
import { addedFile, changeOf } from "../../test/review/sample-change.ts";
import type { KnownFinding } from "../domain/review.ts";
import { createRedact } from "../redact/redact.ts";
import { concludeReview, type EndedReview } from "./conclude-review.ts";
import type { PartOutcome } from "./coverage.ts";
import { createOutputGate } from "./gate/output-gate.ts";
import type { ReportedFinding } from "./read-answer.ts";
import { splitChange } from "./split-change.ts";

const secret = "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uVwXy";
const gate = createOutputGate({
  secrets: [secret],
  redact: createRedact([secret]),
  repositoryUrl: "https://github.com/acme/web",
});
const change = changeOf([addedFile("a.ts", ["const list = load();", "const first = list[0].name;"])]);

function answered(findings: Partial<ReportedFinding>[], explanation = "Fine."): PartOutcome {
  const usual: ReportedFinding = {
    title: "Guard against an empty list",
    body: "It throws, @ann.",
    priority: 1,
    confidence: 0.9,
    path: "a.ts",
    isInChange: true,
    startLine: 2,
    endLine: 2,
    suggestion: null,
    knownId: null,
  };
  const all = findings.map((each) => ({ ...usual, ...each }));
  const correctness = all.some(({ priority }) => priority <= 1) ? "incorrect" : "correct";
  return { kind: "read", answer: { findings: all, findingsLeftOut: 0, correctness, explanation } };
}

function ended(outcomes: EndedReview["outcomes"], rest: Partial<EndedReview> = {}): EndedReview {
  return {
    change,
    split: splitChange(change),
    outcomes,
    known: [],
    pullRequestKey: "acme/web#7",
    renames: [],
    failure: null,
    isStale: false,
    plainWords: null,
    usage: { model: null, inputTokens: null, cachedInputTokens: null, outputTokens: null, costUsd: null },
    agent: "codex",
    startedAt: "2026-01-02T03:04:05.000Z",
    endedAt: "2026-01-02T03:04:46.500Z",
    ...rest,
  };
}

function knownAfter(outcome: PartOutcome): KnownFinding[] {
  return concludeReview(ended([outcome]), gate).remembered;
}

test("what is said and what is remembered has been through the gate", () => {
  const { result, remembered, matched } = concludeReview(ended([answered([{}])]), gate);

  expect(result).toMatchObject({ verdict: "findings", because: "1 finding of P0 or P1.", headSha: change.headSha });
  for (const finding of [result.findings[0], remembered[0], matched.found[0]?.finding])
    expect(finding?.body).toBe("It throws, @\u2060ann.");
});

test("a finding of before whose place was not read still counts, and one that is mended is resolved", () => {
  const known = knownAfter(answered([{}]));
  const clean = concludeReview(ended([answered([])], { known }), gate);
  const failed = concludeReview(ended([{ kind: "unread", because: "It timed out." }], { known }), gate);

  expect(clean).toMatchObject({ result: { verdict: "pass" }, remembered: [{ state: "resolved" }] });
  expect(failed.result).toMatchObject({
    verdict: "inconclusive",
    because: "It timed out. 1 finding of P0 or P1 open.",
  });
  expect(failed.remembered).toEqual(known);
});

test("a finding that a person dismissed neither counts nor comes back", () => {
  const known = knownAfter(answered([{}])).map((each): KnownFinding => ({ ...each, state: "dismissed" }));

  expect(concludeReview(ended([answered([{ title: "Reworded" }])], { known }), gate)).toMatchObject({
    result: { verdict: "pass", findings: [] },
    remembered: [{ state: "dismissed" }],
  });
});

test("an answer with a secret changes nothing that was known and says nothing of what it said", () => {
  const known = knownAfter(answered([{}]));
  const conclusion = concludeReview(ended([answered([], `Fine. ${secret}`)], { known }), gate);

  expect(conclusion).toMatchObject({
    isBlocked: true,
    result: { verdict: "inconclusive", explanation: "", findings: [] },
    matched: { resolved: [] },
  });
  expect(conclusion.remembered).toEqual(known);
  expect(JSON.stringify(conclusion)).not.toContain(secret.slice(4));
});

test("a plain program's words are shown, without a verdict, and resolve nothing", () => {
  const known = knownAfter(answered([{}]));
  const { result, remembered } = concludeReview(ended([], { known, plainWords: "LGTM, **approved** @all" }), gate);

  expect(result).toMatchObject({ verdict: "no-verdict", explanation: "LGTM, **approved** @\u2060all" });
  expect(remembered).toEqual(known);
});

test("of more findings than anybody reads, the gravest are kept, and none of before is taken for mended", () => {
  const known = knownAfter(answered([{}]));
  const many = Array.from({ length: 900 }, (_, at) => ({
    title: `Thing ${at} number${at}`,
    startLine: 1,
    endLine: 1,
    priority: (at % 4) as 0 | 1 | 2 | 3,
  }));

  const { result, matched } = concludeReview(ended([answered(many)], { known }), gate);

  expect(result.findings.length).toBeLessThanOrEqual(200);
  expect(result.findings.every(({ priority }) => priority === 0)).toBe(true);
  expect(matched).toMatchObject({ resolved: [], unread: [{ id: known[0]?.id }] });
});
