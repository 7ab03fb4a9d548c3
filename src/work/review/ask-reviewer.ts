import { randomBytes } from "node:crypto";
import type { Agent } from "../../agents/agent.ts";
import type { Change } from "../../domain/change.ts";
import type { ErrorCode } from "../../domain/error.ts";
import type { AgentUsage, KnownFinding } from "../../domain/review.ts";
import { answerJsonSchema } from "../../review/answer-schema.ts";
import type { PartOutcome } from "../../review/coverage.ts";
import { promptOf, type PromptSubject } from "../../review/prompt.ts";
import { readAnswer } from "../../review/read-answer.ts";
import type { ChangePart, SplitChange } from "../../review/split-change.ts";

export type ReviewQuestion = {
  split: SplitChange;
  change: Change;
  subject: PromptSubject;
  /** The owner's rules for reviews. */
  instructions: string;
  known: KnownFinding[];
  filesDir: string;
  /** For all parts together. */
  timeoutMs: number;
};

export type AskReviewerDeps = {
  agent: Agent;
  /** Where the agent's words go, a file for each part. */
  logPathOf: (partIndex: number) => string;
  /** For durations. */
  steadyMs: () => number;
  signal: AbortSignal;
  reach: (step: string) => void;
};

/** What a reviewer said, part by part. */
export type ReviewerSaid = {
  /** In the order of the parts; undefined where nobody was asked. */
  outcomes: (PartOutcome | undefined)[];
  /** As they were sent. */
  prompts: string[];
  logPaths: string[];
  usage: AgentUsage;
  /** What a plain program said in no form of ours; null where that is not it. */
  plainWords: string | null;
  /** What went wrong first. */
  failure: { code: ErrorCode; because: string; retryAfterMs: number | null } | null;
};

/**
 * Asks about each part of a change in turn. A part was read only if its answer carries that part's nonce and hash; what went wrong with one part does not keep
 * the others from being read, unless it would be the same with them.
 *
 * @throws the signal's reason when it is aborted
 */
export async function askReviewer(question: ReviewQuestion, deps: AskReviewerDeps): Promise<ReviewerSaid> {
  const said: ReviewerSaid = {
    outcomes: [],
    prompts: [],
    logPaths: [],
    usage: nothingUsed,
    plainWords: null,
    failure: null,
  };
  const until = deps.steadyMs() + question.timeoutMs;
  for (const part of question.split.parts) {
    const leftMs = until - deps.steadyMs();
    if (leftMs <= 0) {
      said.failure ??= { code: "AGENT_TIMED_OUT", because: "The time for this review was over.", retryAfterMs: null };
      break;
    }
    if (!(await askAboutPart(part, leftMs, question, said, deps))) break;
  }
  return said;
}

/** False when there is no use in asking about another part. */
async function askAboutPart(
  part: ChangePart,
  timeoutMs: number,
  { split, change, subject, instructions, known, filesDir }: ReviewQuestion,
  said: ReviewerSaid,
  { agent, logPathOf, signal, reach }: AskReviewerDeps,
): Promise<boolean> {
  const nonce = randomBytes(16).toString("hex");
  const prompt = promptOf({
    part,
    partsTotal: split.parts.length,
    subject,
    files: change.files,
    instructions,
    known: known.filter(({ state }) => state === "open"),
    nonce,
    fence: randomBytes(16).toString("hex"),
  });
  const logPath = logPathOf(part.index);
  said.prompts.push(prompt);
  said.logPaths.push(logPath);
  reach("agent.before");
  const answer = await agent.ask({
    prompt,
    answerSchema: answerJsonSchema(),
    filesDir,
    may: "read",
    timeoutMs,
    signal,
    logPath,
  });
  reach("agent.after");
  said.usage = together(said.usage, answer.usage, said.outcomes.length === 0);
  if (answer.kind === "failed") {
    said.outcomes[part.index] = { kind: "unread", because: answer.because };
    said.failure ??= answer;
    return oneAnswerOnly.has(answer.code);
  }
  const read = readAnswer(answer.text, { nonce, diffSha256: part.diffSha256, files: change.files });
  if (read.kind === "answer") {
    said.outcomes[part.index] = { kind: "read", answer: read.answer };
    return true;
  }
  said.outcomes[part.index] = { kind: "unread", because: read.because };
  if (read.kind === "words" && agent.name === "command") {
    said.plainWords = [said.plainWords, read.text].filter((text) => text !== null).join("\n\n");
    return true;
  }
  said.failure ??= {
    code: read.kind === "empty" ? "AGENT_EMPTY" : "AGENT_ANSWER_INVALID",
    because: read.because,
    retryAfterMs: null,
  };
  return true;
}

/** What says nothing of the next answer. */
const oneAnswerOnly: ReadonlySet<ErrorCode> = new Set(["AGENT_EMPTY", "AGENT_ANSWER_INVALID", "AGENT_OVER_LIMIT"]);

const nothingUsed: AgentUsage = {
  model: null,
  inputTokens: null,
  cachedInputTokens: null,
  outputTokens: null,
  costUsd: null,
};

/** What one does not know of a part, one does not know of the whole. */
function together(sum: AgentUsage, more: AgentUsage, isFirst: boolean): AgentUsage {
  if (isFirst) return more;
  const plus = (one: number | null, other: number | null): number | null =>
    one === null || other === null ? null : one + other;
  return {
    model: sum.model ?? more.model,
    inputTokens: plus(sum.inputTokens, more.inputTokens),
    cachedInputTokens: plus(sum.cachedInputTokens, more.cachedInputTokens),
    outputTokens: plus(sum.outputTokens, more.outputTokens),
    costUsd: plus(sum.costUsd, more.costUsd),
  };
}
