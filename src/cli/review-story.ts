import { styleText } from "node:util";
import type { z } from "zod";
import { pullRequestName } from "../domain/pull-request-name.ts";
import type { ReviewVerdict } from "../domain/review.ts";
import type { getReview } from "../operations/reviews.ts";
import { harmlessLine, harmlessLines } from "./harmless-line.ts";
import { exactTime } from "./short-time.ts";

export type ReviewDetail = z.output<(typeof getReview)["output"]>;

type FindingRow = ReviewDetail["findings"][number];

/** A review for a terminal: the verdict and why, what was found and what became of it, what was read, and where it is posted. */
export function reviewStory(told: ReviewDetail): string {
  const review = harmless(told);
  const { verdict, because, pr_title: title, round, head_sha: head } = review;
  const parts = [
    [
      `${styleText(toneOfVerdict(verdict), verdictWords[verdict])}  ${bold(reviewedName(review))}  ${title}`,
      `${because} ${styleText("dim", `Commit ${head.slice(0, 12)}, round ${round}.`)}`,
    ],
    textLines(review.explanation),
    review.findings.flatMap(findingLines),
    section("Found before, and not now", review.earlier_findings.map(earlierLine)),
    section("What was read", coverageLines(review)),
    section("What it took", [usageLine(review)]),
    section("Where it is", placeLines(review)),
    section("What to do", review.remedy === null ? [] : [review.remedy]),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")}\n`;
}

export const verdictWords: Record<ReviewVerdict, string> = {
  pass: "PASS",
  findings: "FINDINGS",
  inconclusive: "INCONCLUSIVE",
  "no-verdict": "NO VERDICT",
};

/** What is not known is neither good nor bad. */
export function toneOfVerdict(verdict: ReviewVerdict): "green" | "yellow" | "magenta" | "gray" {
  const tones = { pass: "green", findings: "yellow", inconclusive: "magenta", "no-verdict": "gray" } as const;
  return tones[verdict];
}

export function reviewedName({
  repository,
  provider,
  pr_number: number,
}: Pick<ReviewDetail, "repository" | "provider" | "pr_number">): string {
  return pullRequestName(provider, repository, number);
}

const bold = (text: string): string => styleText("bold", text);

/** What others wrote, before any style of ours is put to it. Only texts have lines. */
function harmless<Value>(value: Value, key = ""): Value {
  if (typeof value === "string") return (texts.has(key) ? harmlessLines(value) : harmlessLine(value)) as Value;
  if (Array.isArray(value)) return value.map((part: unknown) => harmless(part)) as Value;
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, harmless(part, name)])) as Value;
}

const texts: ReadonlySet<string> = new Set(["body", "explanation", "summary", "suggestion"]);

function section(title: string, lines: string[]): string[] {
  return lines.length === 0 ? [] : [bold(title), ...lines.map((line) => `  ${line}`)];
}

function findingLines(finding: FindingRow): string[] {
  const { id, title, body, priority, state, url } = finding;
  const place = `${finding.path}:${finding.start_line}${finding.end_line === finding.start_line ? "" : `-${finding.end_line}`}`;
  return [
    `${bold(`P${priority}`)}  ${title}  ${styleText("cyan", place)}`,
    `    ${styleText("dim", [id, state, ...(url === null ? [] : [url])].join("  "))}`,
    ...textLines(body).map((line) => `    ${line}`),
  ];
}

function textLines(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function earlierLine({ id, title, state, priority }: FindingRow): string {
  return `P${priority}  ${state}  ${id}  ${title}`;
}

const notReadShownMax = 20;

function coverageLines({ coverage, not_read: notRead }: ReviewDetail): string[] {
  const { hunks_read: read, hunks_total: total, files_total: files } = coverage;
  const more = notRead.length - notReadShownMax;
  return [
    `${read} of ${total} hunks, in ${files} file${files === 1 ? "" : "s"}`,
    ...notRead.slice(0, notReadShownMax).map(({ path, reason }) => `not read, or not wholly: ${path} (${reason})`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ];
}

function usageLine({ agent, model, started_at: from, ended_at: to, ...review }: ReviewDetail): string {
  const seconds = ((Date.parse(to) - Date.parse(from)) / 1000).toFixed(1);
  const tokens = (count: number | null): string => (count === null ? "unknown" : count.toLocaleString("en-US"));
  return [
    model === null ? agent : `${agent}, ${model}`,
    `${seconds} s`,
    `${tokens(review.input_tokens)} tokens in, ${tokens(review.output_tokens)} out`,
    costWords(review.cost_usd),
  ].join("; ");
}

/** `$0.12`; what nobody knows is said to be so. */
export function costWords(usd: number | null): string {
  if (usd === null) return "cost not known";
  return usd > 0 && usd < 0.01 ? "under $0.01" : `$${usd.toFixed(2)}`;
}

function placeLines({ id, summary_url: summary, posted_at: posted, pr_url: url, artifacts_dir: folder }: ReviewDetail) {
  const standing =
    summary !== null ? `posted ${posted === null ? "" : exactTime(posted)}: ${summary}` : notPosted(posted);
  return [url, standing, `review ${id}, in ${folder}`];
}

function notPosted(posted: string | null): string {
  return posted === null ? "not posted yet" : "not posted: the pull request had moved on, or was closed";
}
