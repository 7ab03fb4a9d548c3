import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Agent } from "../../src/agents/agent.ts";
import { buildConfig, type Config } from "../../src/config.ts";
import { readText } from "../../src/engine/read-text.ts";
import { startWork } from "../../src/engine/start-work.ts";
import type { OperationName } from "../../src/operations/operations.ts";
import { createLog } from "../../src/log.ts";
import { perform, performDepsOf } from "../../src/operations/perform.ts";
import type { RunningWorkers } from "../../src/queue/run-workers.ts";
import type { Redact } from "../../src/redact/redact.ts";
import { createLiveRedact } from "../../src/redact/live-redact.ts";
import type { CommandDetail } from "../../src/store/commands.ts";
import type { Store } from "../../src/store/store.ts";
import { workOptionsOf } from "../../src/config/work-options.ts";
import { type MakeDatabase, makeSqlite, type TestDatabase } from "../conformance/database.ts";
import { type LocalForge, startLocalForge } from "./local-forge.ts";
import { createPassingTime, type PassingTime } from "./passing-time.ts";

/** A checkout in which an agent has worked, a forge, a store and workers; all of it gone afterwards. */
export type Workshop = AsyncDisposable & {
  forge: LocalForge;
  store: Store;
  database: TestDatabase;
  directory: string;
  dataDir: string;
  checkout: string;
  /** Writes files into the checkout as an agent would; null removes one. */
  write: (files: Record<string, string | Buffer | null>) => Promise<void>;
  /** Makes the checkout anew, where there is none, or another. */
  clone: (to?: string) => Promise<void>;
  /** The agent's own git, in the checkout. */
  git: (...args: string[]) => Promise<string>;
  /** What the service would find around it; what is empty is left out. */
  environment: (env?: Record<string, string>) => Record<string, string>;
  config: (settings?: Settings) => Config;
  /** What waits for a time does not wait long: when nothing else can happen, the time passes. */
  time: PassingTime;
  redact: Redact;
  /** Something moved in the store, by whomever: who waits looks again. */
  changed: () => void;
  /** Starts workers like those of the service; they end with the workshop. */
  work: (
    settings?: Settings,
    reach?: (step: string) => void,
    over?: Partial<Store>,
    onLog?: (line: string) => void,
    agent?: Agent,
  ) => Promise<RunningWorkers>;
  ask: (name: OperationName, input: Record<string, unknown>) => Promise<unknown>;
  /** Queues a command and waits until it has ended. */
  run: (payload?: Record<string, unknown>, workflowId?: string) => Promise<CommandDetail>;
  /** Queues it, and waits for nothing. */
  put: (payload?: Record<string, unknown>, workflowId?: string) => Promise<number>;
  ended: (id: number) => Promise<CommandDetail>;
  /** Waits until it is so, and lets no time pass for it. */
  until: (id: number, isSo: (command: CommandDetail) => boolean) => Promise<CommandDetail>;
};

export type Settings = {
  env?: Record<string, string>;
  yaml?: string;
  /** Another git than the machine's own. */
  gitPath?: string;
};

export const logText =
  "# Implementation Commit Log\n\n## Summary\n\nRetry three times.\n\n## Verification\n\nnpm test\n";
/** When the agent wrote its log. */
const workedAt = new Date("2026-01-02T03:04:05.000Z");

export async function openWorkshop(
  forgeName: LocalForge["name"],
  makeDatabase: MakeDatabase = makeSqlite,
  always: Record<string, string> = {},
): Promise<Workshop> {
  await using opening = new AsyncDisposableStack();
  const directory = await realpath(await mkdtemp(join(tmpdir(), "pullwright-work-")));
  opening.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const forge = opening.use(await startLocalForge(forgeName));
  const database = opening.use(await makeDatabase());
  const store = await database.open();
  const [dataDir, checkout, home] = ["data", "checkout", "home"].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  await Promise.all([mkdir(dataDir), mkdir(home)]);
  const running: RunningWorkers[] = [];
  const waiting = new Set<() => void>();
  const changed = (): void => {
    for (const wake of waiting) wake();
  };
  const { redact, holdsSecret, learn, secrets: knownSecrets } = createLiveRedact([forge.token]);
  const time = createPassingTime();
  time.follow(() => {
    for (const workers of running) workers.nudge();
  });
  const { clock, queueClock } = time;

  // Not in step: the forge is in this very process.
  const theirGit = async (cwd: string, args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)("git", args, {
      cwd,
      encoding: "utf8",
      env: {
        PATH: "/usr/bin:/bin",
        HOME: home,
        GIT_SSL_CAINFO: forge.caFile,
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "http.extraHeader",
        GIT_CONFIG_VALUE_0: `Authorization: basic ${Buffer.from(`x:${forge.token}`).toString("base64")}`,
        GIT_AUTHOR_NAME: "agent",
        GIT_AUTHOR_EMAIL: "agent@example.com",
        GIT_COMMITTER_NAME: "agent",
        GIT_COMMITTER_EMAIL: "agent@example.com",
      },
    });
    return stdout;
  };
  const clone = async (to = checkout): Promise<void> =>
    void (await theirGit(directory, ["clone", "--quiet", `${forge.origin}/${forge.slug}.git`, to]));
  await clone();

  const environment = (env: Record<string, string> = {}): Record<string, string> => {
    const upper = forgeName.toUpperCase();
    const all = {
      PATH: "/usr/bin:/bin",
      PULLWRIGHT_DATA_DIR: dataDir,
      PULLWRIGHT_CA_FILE: forge.caFile,
      [`PULLWRIGHT_${upper}_API_BASE_URL`]: forge.apiBaseUrl,
      [`PULLWRIGHT_${upper}_TOKEN`]: forge.token,
      ...always,
      ...env,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ""));
  };
  const config = ({ env = {}, yaml = "" }: Settings = {}): Config => buildConfig({}, environment(env), () => yaml);
  const write: Workshop["write"] = async (files) => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(checkout, name);
      if (content === null) await rm(path);
      else {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
        if (name.endsWith("commit_log.md")) await utimes(path, workedAt, workedAt);
      }
    }
  };
  const ask: Workshop["ask"] = async (name, input) => {
    const answer = await perform(
      name,
      input,
      { actor: "operator" },
      { ...performDepsOf(store, redact, workOptionsOf(config()), readText), clock, queueClock },
    );
    for (const workers of running) workers.nudge();
    return answer;
  };
  const until: Workshop["until"] = async (id, isSo) => {
    for (;;) {
      const moved = Promise.withResolvers<void>();
      waiting.add(moved.resolve);
      const command = await store.commands.get(id);
      if (command !== undefined && isSo(command)) return command;
      await moved.promise;
      waiting.delete(moved.resolve);
    }
  };
  const ended: Workshop["ended"] = (id) =>
    until(id, (command) => {
      if (command.ended_at !== null) return true;
      const nowMs = clock().getTime();
      const dueMs = command.state === "queued" ? Date.parse(command.available_at) : nowMs;
      if (dueMs > nowMs) time.setAhead(time.aheadMs() + dueMs - nowMs);
      return false;
    });
  const put = async (payload: Record<string, unknown> = {}, workflowId = "SCRUM-123"): Promise<number> => {
    const { id } = (await ask("queueCommand", {
      type: "create_pull_request",
      workflow_id: workflowId,
      payload: { checkout, ...payload },
    })) as { id: number };
    return id;
  };
  const stack = opening.move();
  return {
    forge,
    store,
    database,
    directory,
    dataDir,
    checkout,
    write,
    clone,
    git: (...args) => theirGit(checkout, args),
    environment,
    config,
    time,
    redact,
    changed,
    work: async (settings = {}, reach = () => {}, over = {}, onLog = () => {}, agent) => {
      const workers = await startWork(workOptionsOf(config(settings)), {
        store: { ...store, ...over },
        queueClock,
        redact,
        holdsSecret,
        knownSecrets,
        learn,
        log: createLog({ level: "debug", redact }, onLog),
        onChanged: changed,
        reach,
        time,
        ...(agent === undefined ? {} : { agent }),
        ...(settings.gitPath === undefined ? {} : { gitPath: settings.gitPath }),
      });
      running.push(workers);
      return workers;
    },
    ask,
    ended,
    put,
    until,
    run: async (payload, workflowId) => ended(await put(payload, workflowId)),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(running.map((workers) => workers.stop()));
      await stack.disposeAsync();
    },
  };
}
