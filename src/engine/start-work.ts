import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readOrMakeMarkerSecret } from "../config/own-secret.ts";
import { followUps } from "../decide/follow-ups.ts";
import { type Clock, instantOf, systemClock } from "../domain/clock.ts";
import { type CommandType, commandTypes } from "../domain/command.ts";
import { parseRepositoryRef } from "../domain/parse-repository-ref.ts";
import { type Wait, wait } from "../forges/wait.ts";
import { createGit, type Git } from "../git/git.ts";
import type { Log } from "../log.ts";
import { recordOwnPullRequest } from "../outcome/record-own-pull-request.ts";
import { performEffect } from "../queue/effect.ts";
import { isGone, newOwner } from "../queue/owner.ts";
import type { QueueClock } from "../queue/queue-clock.ts";
import { type RunningWorkers, runWorkers } from "../queue/run-workers.ts";
import type { Redact } from "../redact/redact.ts";
import type { Store } from "../store/store.ts";
import { createPullRequest } from "../work/create-pull-request.ts";
import { createPerformCommand } from "../work/perform-command.ts";
import { pullRequestFactOf, repositoryMentionOf } from "../work/pull-request-fact.ts";
import { runProgram, type WorkerProgram } from "../work/run-program.ts";
import type { WorkOptions } from "../config/work-options.ts";
import { createForgePlaces } from "./forge-places.ts";

export type WorkDeps = {
  store: Store;
  queueClock: QueueClock;
  redact: Redact;
  holdsSecret: (text: string) => boolean;
  learn: (secrets: string[]) => void;
  log: Log;
  /** Commands or workflows moved. */
  onChanged: () => void;
  /** Called at each step where a crash must do no harm; a crash test ends the process there. */
  reach?: (step: string) => void;
  /** The machine's own, unless told: in a test an hour may pass at once. */
  time?: { clock: Clock; wait: Wait };
  /** Where git is, when it is not the machine's own: in a test it may lack room. */
  gitPath?: string;
};

/** Workers at work, and the git that they use. */
export type StartedWork = RunningWorkers & { git: Git };

const leaseMs = 30_000;

/** Starts the workers of this process: everything that they need of forges, git and the store is put together here. */
export async function startWork(options: WorkOptions, deps: WorkDeps): Promise<StartedWork> {
  const { store, queueClock, redact, holdsSecret, log } = deps;
  const reach = deps.reach ?? (() => {});
  const time = deps.time ?? { clock: systemClock, wait };
  const folder = (name: string): string => join(options.dataDir, name);
  mkdirSync(folder("exports"), { recursive: true, mode: 0o700 });
  const git = createGit(
    {
      homeDir: folder("git-home"),
      mirrorsDir: folder("mirrors"),
      workDir: folder("jobs"),
      allowLoopbackHttp: true,
      author: { name: options.git.authorName, email: options.git.authorEmail },
      ...(options.caFile === null ? {} : { caFile: options.caFile }),
      ...(deps.gitPath === undefined ? {} : { gitPath: deps.gitPath }),
    },
    { reach, redact, clock: systemClock },
  );
  const placeOf = createForgePlaces(options, {
    ...time,
    standings: store.credentialStandings,
    redact,
    learn: deps.learn,
    askCredentialHelper: (host) => git.askCredentialHelper(host, options.childEnvironment),
    log,
  });
  const readRepository = (text: string) => parseRepositoryRef(text, options.hosts);
  const markerSecret = readOrMakeMarkerSecret(options.dataDir);
  deps.learn([markerSecret]);

  const perform = createPerformCommand({
    programs: programsOf(options),
    builtIn: {
      create_pull_request: (command, { signal }) =>
        createPullRequest(command, {
          git,
          placeOf,
          readRepository,
          defaultRepository: options.defaultRepository,
          performEffect: (effect) =>
            performEffect(effect, { store, clock: queueClock, command, signal, markerSecret, redact, reach }),
          findEffect: (key) => store.effects.find(key),
          recordPullRequest: (ref, repository, pullRequest) =>
            store.transaction((queries) =>
              recordOwnPullRequest(
                repositoryMentionOf(ref, repository),
                pullRequestFactOf(pullRequest),
                redact(JSON.stringify(pullRequest)),
                instantOf(time.clock()),
                queries,
              ),
            ),
          redact,
          holdsSecret,
          clock: time.clock,
          signal,
          reach,
          workingDirectory: options.workingDirectory,
          exportsDir: folder("exports"),
          baseUrl: options.baseUrl,
        }),
    },
    runProgram: (command, program, { signal }) =>
      runProgram(command, program, {
        environment: options.childEnvironment,
        workingDirectory: options.workingDirectory,
        logsDir: folder("logs"),
        onLog: async (path) => void (await store.commandLeases.setLogPath(command.id, command.fence, path)),
        redact,
        signal,
        reach,
      }),
  });
  const workers = await runWorkers(
    { slots: slotsOf(options), leaseMs },
    {
      store,
      clock: queueClock,
      random: Math.random,
      owner: newOwner(),
      isGone,
      perform,
      followUps: (command, outcome) => followUps(command, outcome, options.policy),
      redact,
      log,
      reach,
      onChanged: deps.onChanged,
    },
  );
  return { ...workers, git };
}

function programsOf({ workers }: WorkOptions): Record<CommandType, WorkerProgram | null> {
  const programs = commandTypes.map((type) => {
    const { program, timeoutMs } = workers[type];
    return [type, program === null ? null : { ...program, timeoutMs }];
  });
  return Object.fromEntries(programs) as Record<CommandType, WorkerProgram | null>;
}

function slotsOf({ policy, workers }: WorkOptions) {
  return Object.fromEntries(
    commandTypes
      .filter((type) => policy.performed.has(type))
      .map((type) => [type, { instances: workers[type].instances, timeoutMs: workers[type].timeoutMs }]),
  ) as Partial<Record<CommandType, { instances: number; timeoutMs: number }>>;
}
