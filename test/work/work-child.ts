import { writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { buildConfig } from "../../src/config.ts";
import { startWork } from "../../src/engine/start-work.ts";
import { createLog } from "../../src/log.ts";
import { createLiveRedact } from "../../src/redact/live-redact.ts";
import { openStore, type StoreLocation } from "../../src/store/open-store.ts";
import { workOptionsOf } from "../../src/config/work-options.ts";
import { findWrong } from "./finding-agent.ts";
import { createPassingTime } from "./passing-time.ts";
import { scriptedAgent } from "./scripted-agent.ts";

export type WorkerStart = { location: StoreLocation; environment: Record<string, string>; aheadMs: number };

/** What the parent tells this process. The first word is `start`. */
export type WordToWorker =
  | { start: WorkerStart }
  /** It kills itself when it comes to one of these steps (`push.after`, `push.looked#2`), counted from now, or to any but some. */
  | { killAt: string[] | { everyStepBut: string[] } }
  | { aheadMs: number }
  | { nudge: true };

// A process that works like the service's own, and kills itself at a step when it is told to. It says each step, and whatever moved, on its standard
// output, past every buffer: what was said stays said.
if (import.meta.main) {
  const say = (line: string): void => void writeSync(1, `${line}\n`);
  const time = createPassingTime();
  time.follow((ms) => say(`ahead ${ms}`));
  let isLast = (_step: string): boolean => false;
  let reached = new Map<string, number>();
  let nudge = (): void => {};

  const start = async ({ location, environment, aheadMs }: WorkerStart): Promise<void> => {
    time.setAhead(aheadMs);
    const options = workOptionsOf(buildConfig({}, environment, () => ""));
    const store = await openStore(location, "write");
    const { redact, holdsSecret, learn, secrets: knownSecrets } = createLiveRedact([]);
    const log = createLog({ level: "warn", redact }, (line) => say(`log ${line.trimEnd()}`));
    const workers = await startWork(options, {
      store,
      queueClock: time.queueClock,
      redact,
      holdsSecret,
      knownSecrets,
      learn,
      log,
      onChanged: () => say("changed"),
      reach: (step) => {
        const times = (reached.get(step) ?? 0) + 1;
        reached.set(step, times);
        say(`step ${step}#${times}`);
        if (isLast(step) || isLast(`${step}#${times}`)) process.kill(process.pid, "SIGKILL");
      },
      time,
      ...("PULLWRIGHT_REVIEW_AGENT" in environment
        ? { agent: scriptedAgent((question) => findWrong(question, 0)) }
        : {}),
    });
    nudge = workers.nudge;
  };

  process.on("message", (word: WordToWorker) => {
    if ("killAt" in word) {
      const { killAt } = word;
      isLast = Array.isArray(killAt)
        ? (step) => killAt.includes(step)
        : (step) => !step.includes("#") && !killAt.everyStepBut.includes(step);
      reached = new Map();
    } else if ("aheadMs" in word) time.setAhead(word.aheadMs);
    else if ("start" in word)
      start(word.start).catch((error: unknown) => {
        say(`log ${String(error)}`);
        process.exit(1);
      });
    nudge();
  });
  // Whoever started it may be gone: then nobody needs it.
  process.on("disconnect", () => process.exit());
  say("ready");
  await sleep(2 ** 31 - 1);
}
