import type { Agent } from "../../agents/agent.ts";
import type { Clock, SteadyClock } from "../../domain/clock.ts";
import type { ClaimedCommand } from "../../domain/command.ts";
import type { PerformEffect } from "../../domain/effect.ts";
import type { RepositoryRef } from "../../domain/repository-ref.ts";
import type { ForgePullRequest, ForgeRepository } from "../../forges/forge.ts";
import type { Git } from "../../git/git.ts";
import type { Redact } from "../../redact/redact.ts";
import type { OutputGate } from "../../review/gate/output-gate.ts";
import type { FindForgePlace, ForgePlace } from "../forge-place.ts";
import type { ReviewMemory } from "./review-memory.ts";
import type { ReviewPayload } from "./review-payload.ts";

/** A pull request, and what is needed to work at it. */
export type ReviewScene = {
  command: ClaimedCommand;
  payload: ReviewPayload;
  ref: RepositoryRef;
  place: ForgePlace;
  repository: ForgeRepository;
  issueDir: string;
};

/** What reviews are made with. */
export type ReviewDeps = {
  git: Pick<Git, "openMirror">;
  placeOf: FindForgePlace;
  readRepository: (text: string) => RepositoryRef;
  /** Where a review goes that names no repository. */
  defaultRepository: string | null;
  agent: Agent;
  memory: ReviewMemory;
  performEffect: PerformEffect;
  /** Tells the outcomes of a pull request that we looked at. */
  recordPullRequest: (ref: RepositoryRef, repository: ForgeRepository, pullRequest: ForgePullRequest) => Promise<void>;
  /** What every text goes through, made anew for each review: secrets are rotated. */
  gateFor: (repositoryUrl: string) => OutputGate;
  /** For what people wrote: artifacts have it too. */
  redact: Redact;
  isMarked: (text: string) => boolean;
  clock: Clock;
  steadyMs: SteadyClock;
  signal: AbortSignal;
  reach: (step: string) => void;
  exportsDir: string;
  /** For what lives no longer than a review. */
  workDir: string;
  /** Where people see reviews, null when they cannot reach the dashboard. */
  baseUrl: string | null;
};
