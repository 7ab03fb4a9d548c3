import type { Instant } from "./clock.ts";

/** 0 critical, 1 high, 2 medium, 3 low; shown as P0 to P3. */
export type Priority = 0 | 1 | 2 | 3;

/** Something that a reviewer found, in our words, at lines of the head commit. */
export type Finding = {
  /** `f_` and ten hex digits; the same finding has it on every later push, whatever words the reviewer finds for it. */
  id: string;
  title: string;
  body: string;
  priority: Priority;
  /** 0 to 1, null where the reviewer did not say. */
  confidence: number | null;
  path: string;
  startLine: number;
  endLine: number;
  /** What the lines from start to end should read instead, complete; null where there is no such proposal. */
  suggestion: string | null;
  /** SHA-256 of the lines that it is about, without their white space: by it the finding is known when it has moved. */
  codeSha256: string;
};

/** `open` as long as reviews find it. `resolved` when one that read the place did not. `dismissed` by a person: then it is never posted again. */
export const findingStates = ["open", "resolved", "dismissed"] as const;
export type FindingState = (typeof findingStates)[number];

/** A finding with what is remembered of it across the pushes of its pull request. */
export type KnownFinding = Finding & {
  state: FindingState;
  firstSeenSha: string;
  lastConfirmedSha: string;
  /** The forge's thread or discussion, null while it stands only in the summary. */
  threadId: string | null;
  url: string | null;
};

/**
 * What a review says in the end. `pass`: all was read and nothing of P0 or P1 was found. `findings`: there is something of P0 or P1. `inconclusive`: it failed,
 * was cut off, went stale or did not read everything, and is never green. `no-verdict`: a program's words in no form that could be judged.
 */
export const reviewVerdicts = ["pass", "findings", "inconclusive", "no-verdict"] as const;
export type ReviewVerdict = (typeof reviewVerdicts)[number];

/** What was read, counted by us from the parts that we sent and the answers that proved to be theirs; never by the reviewer's word. */
export type Coverage = {
  hunksTotal: number;
  hunksRead: number;
  filesTotal: number;
  /** What was not read, or not wholly, and why. */
  filesSkipped: { path: string; reason: string }[];
  partsSent: number;
  partsAnswered: number;
};

/** What a model did, as far as the agent says; null is "not known". */
export type AgentUsage = {
  model: string | null;
  inputTokens: number | null;
  /** Of the input tokens, those that came out of a cache. */
  cachedInputTokens: number | null;
  outputTokens: number | null;
  /** By the rate card; null for a model that it does not have. */
  costUsd: number | null;
};

/** A review from beginning to end. */
export type ReviewResult = {
  verdict: ReviewVerdict;
  /** A sentence for people: why this verdict. */
  because: string;
  headSha: string;
  baseSha: string;
  diffSha256: string;
  /** The reviewer's own summary, or a plain program's whole words; passes the output gate before anybody sees it. */
  explanation: string;
  findings: Finding[];
  coverage: Coverage;
  usage: AgentUsage;
  agent: string;
  startedAt: Instant;
  endedAt: Instant;
};
