import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readOrMakeMarkerSecret } from "../config/own-secret.ts";
import type { Agent, AgentStanding } from "../agents/agent.ts";
import { followUps } from "../decide/follow-ups.ts";
import { type Clock, systemClock } from "../domain/clock.ts";
import { type CommandType, commandTypes } from "../domain/command.ts";
import { type Wait, wait } from "../forges/wait.ts";
import { createGit, type Git } from "../git/git.ts";
import type { Log } from "../log.ts";
import { isGone, newOwner } from "../queue/owner.ts";
import type { QueueClock } from "../queue/queue-clock.ts";
import { type RunningWorkers, runWorkers } from "../queue/run-workers.ts";
import type { Redact } from "../redact/redact.ts";
import type { Store } from "../store/store.ts";
import { createPerformCommand } from "../work/perform-command.ts";
import { runProgram, type WorkerProgram } from "../work/run-program.ts";
import type { WorkOptions } from "../config/work-options.ts";
import { builtInWorkers } from "./built-in-workers.ts";
import { configuredAgent } from "./configured-agent.ts";
import { createForgePlaces } from "./forge-places.ts";

export type WorkDeps = {
  store: Store;
  queueClock: QueueClock;
  redact: Redact;
  holdsSecret: (text: string) => boolean;
  knownSecrets: () => Iterable<string>;
  learn: (secrets: string[]) => void;
  log: Log;
  /** Commands or workflows moved. */
  onChanged: () => void;
  /** Called at each step where a crash must do no harm; a crash test ends the process there. */
  reach?: (step: string) => void;
  /** Who reviews and executes plans, instead of the one that is configured. */
  agent?: Agent;
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
  const { store, queueClock, redact, log } = deps;
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
  const markerSecret = readOrMakeMarkerSecret(options.dataDir);
  deps.learn([markerSecret]);

  await using starting = new AsyncDisposableStack();
  const configured =
    deps.agent === undefined
      ? await configuredAgent(options, { ...deps, ...time, steadyMs: queueClock.steadyMs })
      : null;
  if (configured !== null) starting.use(configured);
  const agent = deps.agent ?? configured?.agent ?? null;
  if (agent !== null) void tellStanding(agent, log);

  const perform = createPerformCommand({
    programs: programsOf(options),
    builtIn: builtInWorkers(options, {
      store,
      git,
      placeOf,
      agent,
      markerSecret,
      queueClock,
      clock: time.clock,
      steadyMs: queueClock.steadyMs,
      redact,
      holdsSecret: deps.holdsSecret,
      knownSecrets: deps.knownSecrets,
      reach,
    }),
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
  const held = starting.move();
  return {
    ...workers,
    git,
    stop: async (...how) => {
      await workers.stop(...how);
      await held.disposeAsync();
    },
  };
}

/** Says at the start whether the agent can be asked, for whoever reads the log. */
async function tellStanding(agent: Agent, log: Log): Promise<void> {
  const standing = await agent.probe().catch((error: unknown) => error);
  if (standing instanceof Error) return log.error({ err: standing }, `${agent.name} could not be tried`);
  const { kind, ...rest } = standing as AgentStanding;
  if (kind === "ready") log.info(rest, `${agent.name} can be asked`);
  else log.error(rest, `${agent.name} cannot be asked: reviews and plans wait`);
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
