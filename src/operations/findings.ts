import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { type Finding, findingStates, type KnownFinding } from "../domain/review.ts";
import { noteRequest } from "../queue/note-request.ts";
import type { ReviewRow } from "../store/reviews.ts";
import { operation, type OperationDeps } from "./operation.ts";
import { wholeNumber } from "./whole-number.ts";

export const findingRow = z
  .object({
    id: z.string().describe("The same on every later push of the pull request."),
    title: z.string(),
    body: z.string(),
    priority: z.number().int().min(0).max(3).describe("0 critical, 1 high, 2 medium, 3 low."),
    confidence: z.number().nullable(),
    path: z.string(),
    start_line: z.number().int(),
    end_line: z.number().int(),
    suggestion: z.string().nullable().describe("What the lines should read instead."),
    state: z
      .enum(findingStates)
      .describe(
        "Today. `resolved`: a later review that read the place did not find it. `dismissed`: by a person, and never posted again.",
      ),
    first_seen_sha: z.string(),
    last_confirmed_sha: z.string(),
    url: z.string().nullable().describe("Where it is discussed; null while it stands only in the summary."),
  })
  .meta({ id: "Finding" });

const findingOfReview = z.object({
  id: wholeNumber(1),
  finding: z.string().regex(/^f_[0-9a-f]{10}$/, "is a finding's id: f_ and ten hex digits"),
});

export const dismissFinding = setFinding(
  "dismissFinding",
  "dismissed",
  "Has a finding never said again on its pull request. What stands there stays; the next review leaves it out.",
);

export const reopenFinding = setFinding(
  "reopenFinding",
  "open",
  "Takes a dismissal back: later reviews may say it again. A comment that a person resolved at the forge dismisses it anew.",
);

/** A second time changes nothing, and notes nothing. The id is a review's that the finding's pull request has, this one's or any other. */
function setFinding(name: "dismissFinding" | "reopenFinding", state: "dismissed" | "open", summary: string) {
  return operation({
    name,
    kind: "write",
    summary,
    input: findingOfReview,
    output: findingRow,
    run: async ({ id, finding: findingId }, deps) => {
      const { store, actor, queueClock } = deps;
      const review = await store.reviews.get(id);
      if (review === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no review ${id}.`);
      const known = (await store.findings.ofPullRequest(review.pull_request_key)).find((one) => one.id === findingId);
      if (known === undefined)
        throw new PullwrightError(
          "RESOURCE_NOT_FOUND",
          `Nothing is remembered of a finding ${findingId} of ${nameOf(review)}. \`pullwright reviews show ${id}\` has their ids.`,
        );
      if (isSo(known, state)) return shownFinding(known);
      await store.findings.setState(review.pull_request_key, findingId, state, queueClock.now());
      await noteRequest(
        {
          kind: state === "dismissed" ? "dismiss_requested" : "reopen_requested",
          subject: { kind: "review", ref: String(id) },
          summary: `Finding ${findingId} of ${nameOf(review)} was ${state === "dismissed" ? "dismissed" : "opened again"}`,
        },
        { actor },
        store,
        queueClock,
      );
      return shownFinding({ ...known, state });
    },
  });
}

/** What is gone was not dismissed, and needs no opening. */
function isSo({ state }: KnownFinding, wanted: "dismissed" | "open"): boolean {
  return wanted === "dismissed" ? state === "dismissed" : state !== "dismissed";
}

function nameOf({ repository, pr_number: number, pull_request_key: key }: ReviewRow): string {
  return `${repository}${key.startsWith("gitlab:") ? "!" : "#"}${number}`;
}

/** The findings of a review with what became of each, the gravest first; and the others that its pull request has had. */
export async function findingsOf(
  { pull_request_key: key, findings, head_sha: headSha }: ReviewRow,
  { store }: OperationDeps,
): Promise<{ findings: z.output<typeof findingRow>[]; earlier_findings: z.output<typeof findingRow>[] }> {
  const known = await store.findings.ofPullRequest(key);
  const byId = new Map(known.map((finding) => [finding.id, finding]));
  const isIn = new Set(findings.map(({ id }) => id));
  return {
    findings: gravestFirst(findings.map((finding) => inWordsOf(finding, byId.get(finding.id), headSha))),
    earlier_findings: gravestFirst(known.filter(({ id }) => !isIn.has(id))).map(shownFinding),
  };
}

/** In the words and at the place that this review had for it; only what became of it is of today. */
function inWordsOf(finding: Finding, known: KnownFinding | undefined, headSha: string): z.output<typeof findingRow> {
  return shownFinding({
    ...finding,
    state: known?.state ?? "open",
    firstSeenSha: known?.firstSeenSha ?? headSha,
    lastConfirmedSha: known?.lastConfirmedSha ?? headSha,
    threadId: known?.threadId ?? null,
    url: known?.url ?? null,
  });
}

function gravestFirst<Row extends { priority: number }>(rows: Row[]): Row[] {
  return rows.toSorted((one, other) => one.priority - other.priority);
}

function shownFinding(finding: KnownFinding): z.output<typeof findingRow> {
  return {
    id: finding.id,
    title: finding.title,
    body: finding.body,
    priority: finding.priority,
    confidence: finding.confidence,
    path: finding.path,
    start_line: finding.startLine,
    end_line: finding.endLine,
    suggestion: finding.suggestion,
    state: finding.state,
    first_seen_sha: finding.firstSeenSha,
    last_confirmed_sha: finding.lastConfirmedSha,
    url: finding.url,
  };
}
