import { join } from "node:path";
import { z } from "zod";
import { errorCodes, PullwrightError } from "../domain/error.ts";
import { readPullRequestKey } from "../domain/review-key.ts";
import { reviewVerdicts } from "../domain/review.ts";
import type { ReviewRow } from "../store/reviews.ts";
import { findingRow, findingsOf } from "./findings.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation, type OperationDeps } from "./operation.ts";
import { wholeNumber } from "./whole-number.ts";

export const reviewRow = z
  .object({
    id: z.number().int(),
    command_id: z.number().int(),
    workflow_id: z.string(),
    provider: z.enum(["github", "gitlab"]),
    repository: z.string(),
    pr_number: z.number().int(),
    pr_title: z.string(),
    pr_url: z.string(),
    head_sha: z.string(),
    base_sha: z.string().describe("The commit that both sides have in common: what the change was read against."),
    diff_sha256: z.string(),
    round: z.number().int().describe("The how manieth head of the pull request this was."),
    verdict: z
      .enum(reviewVerdicts)
      .describe(
        "`pass`: all was read, and nothing of P0 or P1 found. `findings`: there is. `inconclusive`: it failed, went stale or did not read everything. `no-verdict`: a program's words.",
      ),
    because: z.string(),
    code: z.string().nullable().describe("Why it failed, of the list of error codes; null when it did not."),
    findings_by_priority: z.object({
      p0: z.number().int(),
      p1: z.number().int(),
      p2: z.number().int(),
      p3: z.number().int(),
    }),
    coverage: z
      .object({
        hunks_total: z.number().int(),
        hunks_read: z.number().int(),
        files_total: z.number().int(),
        files_not_read: z.number().int().describe("Not at all, or not wholly."),
        parts_sent: z.number().int(),
        parts_answered: z.number().int(),
      })
      .describe("Counted by Pullwright; never by the agent's word."),
    agent: z.string(),
    model: z.string().nullable(),
    input_tokens: z.number().int().nullable(),
    cached_input_tokens: z.number().int().nullable(),
    output_tokens: z.number().int().nullable(),
    cost_usd: z.number().nullable().describe("By the rate card; null where nobody knows."),
    requested_by: z.string(),
    started_at: z.string(),
    ended_at: z.string(),
    summary_url: z.string().nullable(),
    posted_at: z.string().nullable().describe("Since when all of it stands at the forge, or was not posted any more."),
  })
  .meta({ id: "Review" });

const reviewDetail = reviewRow
  .extend({
    explanation: z.string().describe("The agent's own words, as they went through the output gate."),
    summary: z.string().describe("The comment on the pull request, word for word."),
    check: z.object({ state: z.string(), title: z.string() }).nullable(),
    findings: z.array(findingRow).describe("Of this review, the gravest first, with what is known of each today."),
    earlier_findings: z.array(findingRow).describe("Of other reviews of the pull request, and not of this one."),
    not_read: z.array(z.object({ path: z.string(), reason: z.string() })),
    pull_request_id: z.number().int().nullable().describe("Its row in the list of pull requests."),
    artifacts_dir: z.string().describe("On the machine that did it."),
    remedy: z.string().nullable().describe("What to do about a failed review."),
    reviews_of_pull_request: z.array(reviewRow).describe("All of them, this one too, newest first; at most 50."),
  })
  .meta({ id: "ReviewDetail" });

const reviewId = z.object({ id: wholeNumber(1) });

export const listReviews = operation({
  name: "listReviews",
  kind: "read",
  summary: "Reviews of pull requests, newest first.",
  input: z.object({
    ...listInput,
    verdict: z.enum(reviewVerdicts).optional(),
    repository: z.string().max(300).optional().describe("`owner/repo`, in any case."),
    pr_number: wholeNumber(1, 2_147_483_647).optional(),
    workflow_id: z.string().max(200).optional(),
    command_id: wholeNumber(1).optional(),
  }),
  output: listOutput(reviewRow),
  run: ({ verdict, repository, pr_number: number, workflow_id: workflowId, command_id: commandId, ...page }, deps) => {
    const filter = {
      ...(verdict === undefined ? {} : { verdict }),
      ...(repository === undefined ? {} : { repository }),
      ...(number === undefined ? {} : { number }),
      ...(workflowId === undefined ? {} : { workflowId }),
      ...(commandId === undefined ? {} : { commandId }),
    };
    const { reviews } = deps.store;
    return readList("reviews", filter, page, {
      page: async (request) => {
        const { rows, next } = await reviews.list(filter, request);
        return { rows: rows.map(shownReview), next };
      },
      count: () => reviews.count(filter),
    });
  },
});

export const getReview = operation({
  name: "getReview",
  kind: "read",
  summary:
    "One review: why it says what it says, each finding with what is known of it today, what was not read, and what was posted.",
  input: reviewId,
  output: reviewDetail,
  run: async ({ id }, deps) => {
    const row = await reviewOf(id, deps);
    const { rows } = await deps.store.reviews.list(
      { pullRequestKey: row.pull_request_key },
      { limit: 50, after: null },
    );
    const { summary, check } = row.posting as { summary?: unknown; check?: { state: string; title: string } };
    return {
      ...shownReview(row),
      explanation: row.explanation,
      summary: typeof summary === "string" ? summary : "",
      check: check === undefined ? null : { state: check.state, title: check.title },
      ...(await findingsOf(row, deps)),
      not_read: row.coverage.filesSkipped,
      pull_request_id: await pullRequestIdOf(row, deps),
      artifacts_dir: row.artifacts_dir,
      remedy: remedyOf(row.code),
      reviews_of_pull_request: rows.map(shownReview),
    };
  },
});

/** What an agent was shown and what it printed is long: so much of it is read. */
const fileBytesMax = 1024 * 1024;

export const reviewFiles = ["prompt", "transcript", "diff"] as const;

export const readReviewFile = operation({
  name: "readReviewFile",
  kind: "read",
  summary:
    "What a review was made of: the prompt, the agent's transcript, or the diff, as text with secrets masked; at most 1 MiB.",
  input: z.object({ id: wholeNumber(1), file: z.enum(reviewFiles) }),
  output: z
    .object({
      file: z.enum(reviewFiles),
      text: z.string(),
      bytes: z.number().int().describe("Of all of it, before secrets were masked."),
      cut: z.boolean().describe("Whether there is more than this."),
    })
    .meta({ id: "ReviewFile" }),
  run: async ({ id, file }, deps) => {
    const row = await reviewOf(id, deps);
    const parts: string[] = [];
    let [bytes, left, cut] = [0, fileBytesMax, false];
    for (const name of namesOf(file, row)) {
      const read = await deps.readText(join(row.artifacts_dir, name), left);
      if (read === null) continue;
      parts.push(parts.length === 0 ? read.text : `\n--- ${name} ---\n${read.text}`);
      bytes += read.bytes;
      left -= Buffer.byteLength(read.text);
      cut ||= read.isCut;
    }
    if (parts.length === 0)
      throw new PullwrightError(
        "RESOURCE_NOT_FOUND",
        `The ${file} of review ${id} is not in ${row.artifacts_dir} on this machine: it was removed, or another machine made the review.`,
      );
    return { file, text: deps.redact(parts.join("")), bytes, cut };
  },
});

/** The names that src/work/review/review-artifacts.ts gives; nothing that is asked for becomes a part of a path. */
function namesOf(file: (typeof reviewFiles)[number], { coverage }: ReviewRow): string[] {
  switch (file) {
    case "prompt":
      return ["review_prompt.md"];
    case "diff":
      return ["review.diff"];
    case "transcript": {
      const more = Array.from({ length: Math.max(0, coverage.partsSent - 1) }, (_, at) => `agent_review-${at + 2}.log`);
      return ["agent_review.log", ...more];
    }
  }
}

export function shownReview(row: ReviewRow): z.output<typeof reviewRow> {
  const { coverage } = row;
  const ofPriority = (priority: number): number =>
    row.findings.filter((finding) => finding.priority === priority).length;
  return {
    id: row.id,
    command_id: row.command_id,
    workflow_id: row.workflow_id,
    provider: row.pull_request_key.startsWith("gitlab:") ? "gitlab" : "github",
    repository: row.repository,
    pr_number: row.pr_number,
    pr_title: row.pr_title,
    pr_url: row.pr_url,
    head_sha: row.head_sha,
    base_sha: row.base_sha,
    diff_sha256: row.diff_sha256,
    round: row.round,
    verdict: row.verdict,
    because: row.because,
    code: row.code,
    findings_by_priority: { p0: ofPriority(0), p1: ofPriority(1), p2: ofPriority(2), p3: ofPriority(3) },
    coverage: {
      hunks_total: coverage.hunksTotal,
      hunks_read: coverage.hunksRead,
      files_total: coverage.filesTotal,
      files_not_read: coverage.filesSkipped.length,
      parts_sent: coverage.partsSent,
      parts_answered: coverage.partsAnswered,
    },
    agent: row.agent,
    model: row.model,
    input_tokens: row.input_tokens,
    cached_input_tokens: row.cached_input_tokens,
    output_tokens: row.output_tokens,
    cost_usd: row.cost_micro_usd === null ? null : row.cost_micro_usd / 1_000_000,
    requested_by: row.requested_by,
    started_at: row.started_at,
    ended_at: row.ended_at,
    summary_url: row.summary_url,
    posted_at: row.posted_at,
  };
}

/** @throws PullwrightError RESOURCE_NOT_FOUND */
export async function reviewOf(id: number, { store }: Pick<OperationDeps, "store">): Promise<ReviewRow> {
  const row = await store.reviews.get(id);
  if (row === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no review ${id}.`);
  return row;
}

/** The row of the pull request in the outcomes, found by the forge's own ids. */
async function pullRequestIdOf({ pull_request_key: key }: ReviewRow, { store }: OperationDeps): Promise<number | null> {
  const { forge, host, forgeRepositoryId, number } = readPullRequestKey(key);
  const repository = await store.repositories.findByIdentity({
    forge,
    host,
    forgeId: forgeRepositoryId,
    slug: "",
    defaultBranch: null,
    url: null,
  });
  if (repository === undefined) return null;
  return (await store.pullRequests.find(repository.id, number))?.id ?? null;
}

function remedyOf(code: string | null): string | null {
  return code !== null && code in errorCodes ? errorCodes[code as keyof typeof errorCodes].remedy : null;
}
