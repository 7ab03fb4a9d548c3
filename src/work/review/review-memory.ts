import type { ClaimedCommand } from "../../domain/command.ts";
import type { ErrorCode } from "../../domain/error.ts";
import type { ForgeName } from "../../domain/repository.ts";
import type { KnownFinding, ReviewResult } from "../../domain/review.ts";
import type { GovernorFacts } from "../../review/governor.ts";
import type { Posting } from "./posting.ts";

/** A review that was decided, whether it is posted yet or not. */
export type DecidedReview = {
  pullRequestKey: string;
  repository: string;
  number: number;
  title: string;
  url: string;
  round: number;
  result: ReviewResult;
  /** Why it failed; null when it did not. */
  code: ErrorCode | null;
  posting: Posting;
  artifactsDir: string;
};

/** By the forge's own numeric id of its repository. */
export type ReviewedPullRequest = { forge: ForgeName; host: string; repositoryId: string; number: number };

/** Where findings are discussed. */
export type FindingThread = { findingId: string; id: string; url: string | null };

/** What is remembered of a pull request's reviews; the store behind it is the engine's. */
export type ReviewMemory = {
  /** What this command decided, in whichever attempt, posted or not; null when it did not, or somebody had it begin anew since that was posted. */
  decided: (commandId: number) => Promise<(DecidedReview & { id: number }) | null>;
  /** Keeps a review with all that is to be posted, and what is known of the findings now, in one transaction that holds the command's lease. */
  decide: (command: ClaimedCommand, review: DecidedReview, findings: KnownFinding[]) => Promise<{ id: number }>;
  /** Notes that all of it stands at the forge, or that it will not be posted any more. */
  settle: (
    id: number,
    posted: { pullRequestKey: string; summaryUrl: string | null; threads: FindingThread[] },
  ) => Promise<void>;
  known: (pullRequestKey: string) => Promise<KnownFinding[]>;
  /** A person's word by way of the forge: whatever has a thread that somebody resolved. */
  dismiss: (pullRequestKey: string, findingIds: string[]) => Promise<void>;
  /** Tells once when events say that the pull request is closed or merged; returns how to stop listening. */
  onceClosed: (pullRequest: ReviewedPullRequest, tell: () => void) => () => void;
  /** What the governor asks of the past, and which head was reviewed last; null when none was. */
  past: (
    pullRequest: ReviewedPullRequest & { pullRequestKey: string },
    now: { headSha: string; ownLogin: string },
  ) => Promise<Pick<GovernorFacts, "roundsBefore" | "spentUsd" | "pushes"> & { lastHeadSha: string | null }>;
};
