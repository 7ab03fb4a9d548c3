import type { Config } from "../config.ts";
import { readOrMakeMarkerSecret } from "../config/own-secret.ts";
import { systemClock, systemSteadyClock } from "../domain/clock.ts";
import { parseRepositoryRef, remoteUrlOf } from "../domain/parse-repository-ref.ts";
import { createGit } from "../git/git.ts";
import { createLog } from "../log.ts";
import type { OperationName } from "../operations/operations.ts";
import { perform } from "../operations/perform.ts";
import { createQueueClock } from "../queue/queue-clock.ts";
import { createLiveRedact } from "../redact/live-redact.ts";
import { redactDeep } from "../redact/redact-deep.ts";
import type { CommandDetail } from "../store/commands.ts";
import { openStore } from "../store/open-store.ts";
import { repositoryOfWork } from "../work/repository-of-work.ts";
import { join } from "node:path";
import { workOptionsOf } from "../config/work-options.ts";
import { startWork } from "./start-work.ts";

/** Workers in a process of their own, with or without a service beside them. */
export type WorkersAlone = {
  /** Does what an operation asks, where these workers see it at once. */
  ask: (name: OperationName, input: Record<string, unknown>) => Promise<unknown>;
  /** The command as it is now; `moved` settles when something in the queue has moved since. */
  read: (id: number) => Promise<CommandDetail | undefined>;
  moved: () => Promise<void>;
  /** The address of the repository that the work in a folder is for. */
  repositoryOf: (folder: string, named: string | undefined) => Promise<string>;
  stop: () => Promise<void>;
};

export type WorkersAloneParts = {
  /** Called at each step of the work, for whoever watches. */
  onStep?: (step: string) => void;
};

export async function startWorkersAlone(config: Config, parts: WorkersAloneParts = {}): Promise<WorkersAlone> {
  const options = workOptionsOf(config);
  const { redact, holdsSecret, learn } = createLiveRedact([]);
  for (const { current } of Object.values(config.secrets)) if (current !== null) learn(readable(current.read));
  learn([readOrMakeMarkerSecret(config.dataDir)]);
  const log = createLog({ level: config.logLevel, redact });
  for (const warning of config.warnings) log.warn({}, warning);
  const store = await openStore(config.store, "write");
  const queueClock = createQueueClock(store.engine, { clock: systemClock, steadyMs: systemSteadyClock });
  const readRepository = (text: string) => parseRepositoryRef(text, options.hosts);
  let waiting: (() => void)[] = [];
  const workers = await startWork(options, {
    store,
    queueClock,
    redact,
    holdsSecret,
    learn,
    log,
    onChanged: () => {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    ...(parts.onStep === undefined ? {} : { reach: parts.onStep }),
  });
  const git = createGit(
    {
      homeDir: join(config.dataDir, "git-home"),
      mirrorsDir: join(config.dataDir, "mirrors"),
      workDir: join(config.dataDir, "jobs"),
      allowLoopbackHttp: true,
      author: { name: config.git.authorName, email: config.git.authorEmail },
    },
    { reach: () => {}, redact, clock: systemClock },
  );

  return {
    ask: async (name, input) => {
      const deps = { store, clock: systemClock, queueClock, redact, policy: options.policy, readRepository };
      const answer = await perform(name, input, { actor: "operator" }, deps);
      workers.nudge();
      return redactDeep(answer, redact);
    },
    read: async (id) => redactDeep(await store.commands.get(id), redact),
    moved: () => new Promise((resolve) => waiting.push(resolve)),
    repositoryOf: async (folder, named) => {
      const { remotes } = await git.readCheckout(folder);
      const { defaultRepository } = options;
      const placeOf = ({ forge }: { forge: "github" | "gitlab" }) => ({ settings: { remote: options[forge].remote } });
      return remoteUrlOf(repositoryOfWork(named, remotes, { readRepository, defaultRepository, placeOf }));
    },
    stop: async () => {
      await workers.stop();
      await store.close();
    },
  };
}

/** What cannot be read cannot leak; whoever needs it says so. */
function readable(read: () => string): string[] {
  try {
    return [read()];
  } catch {
    return [];
  }
}
