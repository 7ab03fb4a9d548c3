import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Change, DiffLine } from "../../src/domain/change.ts";
import type { Finding, KnownFinding } from "../../src/domain/review.ts";
import { diffTextOf } from "../../src/review/unified-diff.ts";
import type { ReviewRow } from "../../src/store/reviews.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";

const at = "2026-11-20T10:00:00.000Z";
export const sampleHead = "c".repeat(40);
export const samplePullRequestKey = "github:github.com:501:7";

export const leak: Finding = {
  id: "f_0123456789",
  title: "The file handle is never closed when reading fails",
  body: "`read` may throw before `close` is reached, so a busy server runs out of descriptors.\n\nClose it in `finally`.",
  priority: 0,
  confidence: 0.92,
  path: "src/read.ts",
  startLine: 12,
  endLine: 13,
  suggestion: "  try {\n    return await handle.read();",
  codeSha256: "e".repeat(64),
};

export const slow: Finding = {
  ...leak,
  id: "f_1111111111",
  title: "The list is sorted for every row",
  body: "Sort it once, before the loop.",
  priority: 2,
  confidence: null,
  path: "src/list.ts",
  startLine: 4,
  endLine: 4,
  suggestion: null,
};

/** What is remembered of a finding that was found once. */
export function known(finding: Finding, say: Partial<KnownFinding> = {}): KnownFinding {
  return {
    ...finding,
    state: "open",
    firstSeenSha: sampleHead,
    lastConfirmedSha: sampleHead,
    threadId: null,
    url: null,
    ...say,
  };
}

/** A change of three files, one of which nobody can read. */
export const sampleChange: Change = {
  baseSha: "b".repeat(40),
  headSha: sampleHead,
  diffSha256: "d".repeat(64),
  files: [
    {
      path: "src/read.ts",
      oldPath: null,
      status: "modified",
      kind: "text",
      addedLines: 3,
      deletedLines: 1,
      hunks: [
        {
          oldStart: 9,
          oldLines: 5,
          newStart: 9,
          newLines: 7,
          heading: "export async function readAll(path: string)",
          lines: numbered(9, [
            " export async function readAll(path: string): Promise<string> {",
            "   const handle = await open(path);",
            "-  const text = await handle.readFile();",
            "+  // Read it whole: it is small.",
            "+  const text = await handle.readFile('utf8');",
            "+  await handle.close();",
            "   return text;",
            " }",
          ]),
        },
      ],
    },
    {
      path: "src/list.ts",
      oldPath: "src/rows.ts",
      status: "renamed",
      kind: "text",
      addedLines: 1,
      deletedLines: 0,
      hunks: [
        {
          oldStart: 3,
          oldLines: 2,
          newStart: 3,
          newLines: 3,
          heading: "",
          lines: numbered(3, [" for (const row of rows) {", "+  rows.sort(byName);", "   show(row);"]),
        },
      ],
    },
    { path: "logo.png", oldPath: null, status: "added", kind: "binary", addedLines: 0, deletedLines: 0, hunks: [] },
  ],
};

function numbered(start: number, lines: string[]): DiffLine[] {
  let [oldLine, newLine] = [start, start];
  return lines.map((line) => {
    const text = line.slice(1);
    if (line.startsWith("+")) return { kind: "added", text, oldLine: null, newLine: newLine++ };
    if (line.startsWith("-")) return { kind: "deleted", text, oldLine: oldLine++, newLine: null };
    return { kind: "context", text, oldLine: oldLine++, newLine: newLine++ };
  });
}

/** A review as its worker would store it. */
export function sampleReview(
  commandId: number,
  artifactsDir: string,
  say: Partial<ReviewRow> = {},
): Omit<ReviewRow, "id"> {
  return {
    command_id: commandId,
    workflow_id: "SCRUM-7",
    repository_key: "github:github.com/acme/web",
    pull_request_key: samplePullRequestKey,
    repository: "acme/web",
    pr_number: 7,
    pr_title: "Read files whole",
    pr_url: "https://github.com/acme/web/pull/7",
    head_sha: sampleHead,
    base_sha: sampleChange.baseSha,
    diff_sha256: sampleChange.diffSha256,
    round: 2,
    verdict: "findings",
    code: null,
    because: "1 finding of P0 or P1.",
    explanation: "Reading whole files is fine here. One handle may leak.",
    agent: "codex",
    model: "gpt-5-codex",
    input_tokens: 48_213,
    cached_input_tokens: 12_000,
    output_tokens: 1904,
    cost_micro_usd: 83_400,
    coverage: {
      hunksTotal: 2,
      hunksRead: 2,
      filesTotal: 3,
      filesSkipped: [{ path: "logo.png", reason: "it is binary" }],
      partsSent: 2,
      partsAnswered: 2,
    },
    findings: [slow, leak],
    posting: {
      summary: "## Pullwright automated review of #7\n\n**Findings.** 1 finding of P0 or P1.",
      check: { state: "neutral", title: "1 finding of P0 or P1, 2 in all", summary: "" },
    },
    artifacts_dir: artifactsDir,
    requested_by: "event 12",
    started_at: at,
    ended_at: "2026-11-20T10:00:47.300Z",
    summary_url: "https://github.com/acme/web/pull/7#issuecomment-1",
    posted_at: "2026-11-20T10:00:49.000Z",
    ...say,
  };
}

/** Stores a review, what is remembered of its findings, and the files that it left behind. */
export async function storeReview(
  store: Store,
  artifactsDir: string,
  review: Omit<ReviewRow, "id">,
  remembered: KnownFinding[],
): Promise<number> {
  await mkdir(artifactsDir, { recursive: true });
  const write = (name: string, text: string): Promise<void> => writeFile(join(artifactsDir, name), text);
  await write("review_prompt.md", "# GitHub PR Review Task\n\nReview pull request #7: Read files whole\n");
  await write("agent_review.log", "$ codex exec\nReading src/read.ts …\n");
  await write("agent_review-2.log", "$ codex exec\nReading src/list.ts …\n");
  await write("review.diff", diffTextOf(sampleChange));
  const { id } = await store.reviews.add(review);
  await store.findings.save(review.pull_request_key, remembered, review.ended_at);
  return id;
}

/** Three reviews by the first command of a store, as its worker would leave them. */
export async function storeThreeReviews(dataDir: string): Promise<void> {
  const store = await openStore({ engine: "sqlite", path: join(dataDir, "pullwright.db") }, "write");
  const folder = join(dataDir, "exports", "1");
  for (const round of [1, 2, 3]) await storeReview(store, folder, sampleReview(1, folder, { round }), [known(leak)]);
  await store.close();
}
