import type { Instant } from "../domain/clock.ts";
import { createNudge } from "./nudge.ts";
import { createWorkers, type WorkersDeps, type WorkersOptions } from "./workers.ts";

export type RunWorkersDeps = Omit<WorkersDeps, "onEnded"> & {
  /** Commands or workflows moved: lists that show them are out of date. */
  onChanged: () => void;
};

/** Workers at work. */
export type RunningWorkers = {
  /** Something was queued, resumed or cancelled in this process: look at once. */
  nudge: () => void;
  /** Takes nothing any more, lets finish what can within five seconds, hands back the rest. Ends within ten, whatever hangs. */
  stop: () => Promise<void>;
  /** Why nothing is being worked off, null while all is well. */
  failure: () => { since: Instant; because: string } | null;
};

const lookMs = 1000;
const rescueMs = 4000;
/** Nudges and the store's own word bring work at once; this is for the day on which both are lost. */
const pollMs = 2000;
const afterFailureMs = 1000;
const stopMs = { finish: 5000, end: 9000 };

/**
 * Runs the workers of this process until they are stopped: claim, perform, settle, look after the leases, rescue what others left. One loop does it step
 * by step, so that no two steps are in each other's way; the commands themselves run beside it.
 */
export async function runWorkers(options: WorkersOptions, deps: RunWorkersDeps): Promise<RunningWorkers> {
  const { clock, log } = deps;
  const nudge = createNudge();
  const workers = createWorkers(options, { ...deps, onEnded: nudge.now });
  let wantsLook = false;
  let stoppingMs: number | null = null;
  let failure: ReturnType<RunningWorkers["failure"]> = null;
  const hear = (): void => {
    wantsLook = true;
    nudge.now();
  };
  const watch = await deps.store.watchQueue(hear);
  const loop = run();

  return {
    nudge: hear,
    failure: () => failure,
    stop: async () => {
      stoppingMs ??= clock.steadyMs();
      workers.close();
      nudge.now();
      await loop;
      await watch.close();
    },
  };

  async function run(): Promise<void> {
    let lookedMs = -Infinity;
    let rescuedMs = -Infinity;
    while (!isOver()) {
      try {
        const nowMs = clock.steadyMs();
        if (wantsLook || nowMs - lookedMs >= lookMs) {
          wantsLook = false;
          lookedMs = nowMs;
          await workers.look();
        }
        if (stoppingMs === null && nowMs - rescuedMs >= rescueMs) {
          rescuedMs = nowMs;
          if ((await workers.rescue()) > 0) deps.onChanged();
        }
        const { settled, claimed } = await workers.turn();
        failure = null;
        if (settled + claimed > 0) deps.onChanged();
        else await nudge.wait(sleepMs);
      } catch (error) {
        failure ??= { since: clock.now(), because: error instanceof Error ? error.message : String(error) };
        log.error({ err: error }, "The queue cannot be worked off; it is tried again");
        await nudge.wait(async () => afterFailureMs);
      }
    }
  }

  function isOver(): boolean {
    if (stoppingMs === null) return false;
    const sinceMs = clock.steadyMs() - stoppingMs;
    if (sinceMs >= stopMs.finish) workers.interrupt();
    return workers.claims() === 0 || sinceMs >= stopMs.end;
  }

  async function sleepMs(): Promise<number> {
    if (stoppingMs !== null) return 100;
    const untilDueMs = (await deps.store.commandClaims.msUntilDue(clock.forStore())) ?? Infinity;
    return Math.min(workers.claims() > 0 ? lookMs : pollMs, untilDueMs + 1);
  }
}
