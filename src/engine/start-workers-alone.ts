import type { Config } from "../config.ts";
import { readableSecrets } from "../config/readable-secrets.ts";
import { systemClock, systemSteadyClock } from "../domain/clock.ts";
import { parseRepositoryRef, remoteUrlOf } from "../domain/parse-repository-ref.ts";
import { createLog } from "../log.ts";
import type { OperationName } from "../operations/operations.ts";
import { perform, performDepsOf } from "../operations/perform.ts";
import { createQueueClock } from "../queue/queue-clock.ts";
import { createLiveRedact } from "../redact/live-redact.ts";
import { redactDeep } from "../redact/redact-deep.ts";
import type { CommandDetail } from "../store/commands.ts";
import { openStore } from "../store/open-store.ts";
import { repositoryOfWork } from "../work/repository-of-work.ts";
import { workOptionsOf } from "../config/work-options.ts";
import { readText } from "./read-text.ts";
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
  /** Whether somebody at a terminal waits for one command, and is told its end: the log then has warnings only, unless it is to have more than usual. */
  isByHand?: boolean;
};

export async function startWorkersAlone(config: Config, parts: WorkersAloneParts = {}): Promise<WorkersAlone> {
  const options = workOptionsOf(config);
  const { redact, holdsSecret, learn, secrets: knownSecrets } = createLiveRedact([]);
  learn(readableSecrets(config));
  const log = createLog({
    level: parts.isByHand === true && config.logLevel === "info" ? "warn" : config.logLevel,
    redact,
  });
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
    knownSecrets,
    learn,
    log,
    onChanged: () => {
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
    ...(parts.onStep === undefined ? {} : { reach: parts.onStep }),
  });
  return {
    ask: async (name, input) => {
      const answer = await perform(name, input, { actor: "operator" }, performDepsOf(store, redact, options, readText));
      workers.nudge();
      return redactDeep(answer, redact);
    },
    read: async (id) => redactDeep(await store.commands.get(id), redact),
    moved: () => new Promise((resolve) => waiting.push(resolve)),
    repositoryOf: async (folder, named) => {
      const { remotes } = await workers.git.readCheckout(folder);
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
