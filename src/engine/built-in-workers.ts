import { join } from "node:path";
import type { Agent } from "../agents/agent.ts";
import type { WorkOptions } from "../config/work-options.ts";
import { type Clock, instantOf, type SteadyClock } from "../domain/clock.ts";
import type { ClaimedCommand, CommandType } from "../domain/command.ts";
import type { PerformEffect } from "../domain/effect.ts";
import { isMarked } from "../domain/marker.ts";
import { parseRepositoryRef } from "../domain/parse-repository-ref.ts";
import type { RepositoryRef } from "../domain/repository-ref.ts";
import type { ForgePullRequest, ForgeRepository } from "../forges/forge.ts";
import type { Git } from "../git/git.ts";
import { recordOwnPullRequest } from "../outcome/record-own-pull-request.ts";
import { performEffect } from "../queue/effect.ts";
import type { QueueClock } from "../queue/queue-clock.ts";
import type { Redact } from "../redact/redact.ts";
import { createOutputGate } from "../review/gate/output-gate.ts";
import { usualBotPushesMax } from "../review/governor.ts";
import type { Store } from "../store/store.ts";
import { createPullRequest } from "../work/create-pull-request.ts";
import { executePlan } from "../work/execute-plan.ts";
import type { FindForgePlace } from "../work/forge-place.ts";
import type { Performer } from "../work/perform-command.ts";
import { pullRequestFactOf, repositoryMentionOf } from "../work/pull-request-fact.ts";
import { reviewPullRequest } from "../work/review/review-pull-request.ts";
import { createReviewMemory } from "./review-memory.ts";

export type BuiltInWorkersDeps = {
  store: Store;
  git: Git;
  placeOf: FindForgePlace;
  /** Who reviews and executes; null where nobody is configured to. */
  agent: Agent | null;
  markerSecret: string;
  queueClock: QueueClock;
  clock: Clock;
  steadyMs: SteadyClock;
  redact: Redact;
  holdsSecret: (text: string) => boolean;
  knownSecrets: () => Iterable<string>;
  reach: (step: string) => void;
};

/** The workers that are Pullwright's own, put together from what this process has. */
export function builtInWorkers(
  options: WorkOptions,
  deps: BuiltInWorkersDeps,
): Partial<Record<CommandType, Performer>> {
  const { store, git, placeOf, agent, markerSecret, queueClock, clock, steadyMs, redact, reach } = deps;
  const { holdsSecret, knownSecrets } = deps;
  const folder = (name: string): string => join(options.dataDir, name);
  const readRepository = (text: string) => parseRepositoryRef(text, options.hosts);
  const effectsOf =
    (command: ClaimedCommand, signal: AbortSignal): PerformEffect =>
    (effect) =>
      performEffect(effect, { store, clock: queueClock, command, signal, markerSecret, redact, reach });
  const always = {
    git,
    placeOf,
    readRepository,
    defaultRepository: options.defaultRepository,
    clock,
    reach,
    exportsDir: folder("exports"),
    baseUrl: options.baseUrl,
    recordPullRequest,
  };
  const memory = createReviewMemory({ store, clock });
  return {
    create_pull_request: (command, { signal }) =>
      createPullRequest(command, {
        ...always,
        performEffect: effectsOf(command, signal),
        findEffect: (key) => store.effects.find(key),
        redact,
        holdsSecret,
        signal,
        workingDirectory: options.workingDirectory,
      }),
    ...(agent === null
      ? {}
      : {
          execute_plan: (command, { signal }) =>
            executePlan(command, {
              ...always,
              agent,
              timeoutMs: Math.max(10_000, options.workers.execute_plan.timeoutMs - 30_000),
              redact,
              signal,
              workingDirectory: options.workingDirectory,
              workDir: folder("jobs"),
            }),
          review_pull_request: (command, { signal }) =>
            reviewPullRequest(command, reviewOptionsOf(options), {
              ...always,
              agent,
              memory,
              performEffect: effectsOf(command, signal),
              redact,
              gateFor: (repositoryUrl) => createOutputGate({ secrets: knownSecrets(), redact, repositoryUrl }),
              isMarked: (text) => isMarked(text, markerSecret),
              steadyMs,
              signal,
              workDir: folder("jobs"),
            }),
        }),
  };

  async function recordPullRequest(
    ref: RepositoryRef,
    repository: ForgeRepository,
    pullRequest: ForgePullRequest,
  ): Promise<void> {
    await store.transaction((queries) =>
      recordOwnPullRequest(
        repositoryMentionOf(ref, repository),
        pullRequestFactOf(pullRequest),
        redact(JSON.stringify(pullRequest)),
        instantOf(clock()),
        queries,
      ),
    );
  }
}

function reviewOptionsOf({ review }: WorkOptions) {
  return {
    timeoutMs: review.timeoutMs,
    inlineMax: review.inlineCommentsMax,
    inlinePriority: review.inlinePriority,
    isGating: review.isGating,
    limits: {
      forks: review.reviewsForks,
      roundsMax: review.roundsMax,
      usdPerPullRequestMax: review.usdPerPullRequestMax,
      usdPerDayMax: review.usdPerDayMax,
      botPushesMax: usualBotPushesMax,
    },
  };
}
