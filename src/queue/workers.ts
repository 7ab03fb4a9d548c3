import type { ClaimedCommand, CommandType } from "../domain/command.ts";
import { withInvisibleShown } from "../domain/visible-text.ts";
import { isOutage } from "../store/outage.ts";
import type { Store, StoreQueries } from "../store/store.ts";
import { createAttempts, type EndedAttempt, type PerformCommand, type WorkerSlots } from "./attempts.ts";
import type { FollowUps } from "./settle.ts";
import { settle } from "./settle.ts";
import type { QueueClock } from "./queue-clock.ts";
import { createRescue } from "./rescue.ts";

export type WorkersOptions = {
  slots: WorkerSlots;
  /** How long a claim holds without a word from its worker; it gives one every third of that. */
  leaseMs: number;
};

export type WorkersDeps = {
  store: Store;
  clock: QueueClock;
  /** Numbers from 0 up to 1, for the spread of retries. */
  random: () => number;
  /** A name that no other process ever had; see owner.ts. */
  owner: string;
  isGone: (owner: string) => boolean;
  perform: PerformCommand;
  followUps: FollowUps;
  /** Masks secrets in what an attempt says of itself. */
  redact: (text: string) => string;
  log: QueueLog;
  /** Called at each step where a crash must do no harm. */
  reach: (step: string) => void;
  /** Something ended by itself: it is time for a turn. */
  onEnded: () => void;
};

export type QueueLog = Record<"info" | "warn" | "error", (fields: Record<string, unknown>, message: string) => void>;

/** The workers of one process. Each method is one step that somebody else times; one at a time, never two at once. */
export type Workers = {
  /** Settles what ended and starts what fits. Returns what it did; when that is something, another turn may do more. */
  turn: () => Promise<{ settled: number; claimed: number }>;
  /** Renews leases, notices cancels and lost leases, and ends what ran over its time; every second while something runs. */
  look: () => Promise<void>;
  /** Gives back what other processes left behind; every few seconds. */
  rescue: () => Promise<number>;
  /** Starts nothing any more. */
  close: () => void;
  /** Tells everything that runs to stop because the process ends. */
  interrupt: () => void;
  /** How many commands run. */
  running: () => number;
  /** How many claims are this process's: what runs, and what has ended and could not yet be settled. */
  claims: () => number;
};

export function createWorkers({ slots, leaseMs }: WorkersOptions, deps: WorkersDeps): Workers {
  const { store, clock, owner, log, reach } = deps;
  const types = Object.keys(slots) as CommandType[];
  const attempts = createAttempts(slots, { perform: deps.perform, steadyMs: clock.steadyMs, onEnded: deps.onEnded });
  const rescue = createRescue({ ...deps, leaseMs });
  let isClosed = false;
  let renewedMs = clock.steadyMs();

  return {
    turn: async () => {
      const ended = attempts.ended();
      const wanted = types.filter((type) => freeAfter(ended, type) > 0);
      if (ended.length === 0 && !(await hasWork(wanted))) return { settled: 0, claimed: 0 };
      reach("claim.before");
      const claimed = await settleAndClaim(ended);
      if (claimed.length > 0) reach("claim.after");
      for (const command of claimed) attempts.start(command);
      return { settled: ended.length, claimed: claimed.length };
    },
    look: async () => {
      attempts.look();
      const nowMs = clock.steadyMs();
      if (attempts.claims().length === 0) renewedMs = nowMs;
      else if (nowMs - renewedMs >= leaseMs / 3) await renew(nowMs);
      else for (const id of await store.commandLeases.cancelRequestsOf(owner)) stopCancelled(id);
    },
    rescue: () =>
      rescue(({ id, fence }) => attempts.claims().some((claim) => claim.id === id && claim.fence === fence)),
    close: () => {
      isClosed = true;
    },
    interrupt: () => attempts.interrupt("stopping", "Its worker's process stopped."),
    running: () => attempts.running(),
    claims: () => attempts.claims().length,
  };

  function freeAfter(ended: EndedAttempt[], type: CommandType): number {
    if (isClosed) return 0;
    return attempts.free(type) + ended.filter(({ command }) => command.type === type).length;
  }

  async function hasWork(wanted: CommandType[]): Promise<boolean> {
    return wanted.length > 0 && store.commandClaims.hasDue(wanted, clock.forStore());
  }

  /** In one transaction, so that what ends and what begins cost one commit together. */
  async function settleAndClaim(ended: EndedAttempt[]): Promise<ClaimedCommand[]> {
    if (ended.length === 0 && store.engine === "postgres") return claimAlone();
    if (ended.length > 0) reach("settle.before");
    try {
      const { lost, claimed } = await store.transaction(async (queries) => ({
        lost: await settle(ended.map(said), queries, deps),
        claimed: await claimAll(ended, queries),
      }));
      if (ended.length > 0) reach("settle.after");
      settled(ended, lost);
      return claimed;
    } catch (error) {
      if (isOutage(error) || ended.length === 0) throw error;
      for (const one of ended) await settleAlone(one);
      return [];
    }
  }

  /** On PostgreSQL a claim by itself need not wait for the one transaction that writes rows others join. Each stands as soon as it is made. */
  async function claimAlone(): Promise<ClaimedCommand[]> {
    const claimed: ClaimedCommand[] = [];
    try {
      await claimAll([], store, claimed);
    } catch (error) {
      if (claimed.length === 0) throw error;
      log.warn({ err: error }, "Not all that is due could be claimed; what was claimed is begun");
    }
    return claimed;
  }

  async function claimAll(
    ended: EndedAttempt[],
    queries: Pick<StoreQueries, "commandClaims">,
    claimed: ClaimedCommand[] = [],
  ): Promise<ClaimedCommand[]> {
    const now = clock.forStore();
    await queries.commandClaims.makeDue(now);
    for (const type of types) {
      let free = freeAfter(ended, type);
      while (free > 0) {
        const more = await queries.commandClaims.claim({ type, limit: free, owner, leaseMs, now });
        claimed.push(...more);
        if (more.length > 0) reach("claim.written");
        free = more.length === 0 ? 0 : free - more.length;
      }
    }
    return claimed;
  }

  /** One that cannot be settled as it is keeps no other from being settled, and ends as a failure of ours. */
  async function settleAlone(one: EndedAttempt): Promise<void> {
    const alone = (end: EndedAttempt, followUps = deps.followUps): Promise<ClaimedCommand[]> =>
      store.transaction((queries) => settle([end], queries, { ...deps, followUps }));
    try {
      settled([one], await alone(said(one)));
    } catch (error) {
      if (isOutage(error)) throw error;
      log.error(
        { err: error, command: one.command.id },
        "What a command left behind cannot be stored; it ends as failed",
      );
      const because = "What it left behind could not be stored.";
      const end = { outcome: { kind: "failed", code: "INTERNAL", because }, interruption: null } as const;
      settled([one], await alone({ ...one, end }, () => []));
    }
  }

  function settled(ended: EndedAttempt[], lost: ClaimedCommand[]): void {
    for (const { command } of ended) attempts.settled(command.id);
    for (const { id, fence } of lost)
      log.warn({ command: id, fence }, "A command had been taken over; what it said here does not count");
  }

  /** What the work said, fit to be stored and shown. */
  function said({ command, end }: EndedAttempt): EndedAttempt {
    if (end.outcome === null) return { command, end };
    const because = withInvisibleShown(deps.redact(end.outcome.because)).slice(0, becauseCharactersMax);
    return { command, end: { ...end, outcome: { ...end.outcome, because } } };
  }

  /** When the store has not answered for a whole lease, another process may have taken over what runs here: it stops. */
  async function renew(nowMs: number): Promise<void> {
    const claims = attempts.claims();
    try {
      const ids = claims.map(({ id }) => id);
      const ours = new Map(
        (await store.commandLeases.extend(owner, ids, leaseMs, clock.forStore())).map((lease) => [lease.id, lease]),
      );
      renewedMs = nowMs;
      for (const { id, fence } of claims) {
        const lease = ours.get(id);
        if (lease?.fence !== fence) attempts.forget(id);
        else if (lease.isCancelRequested) stopCancelled(id);
      }
    } catch (error) {
      if (nowMs - renewedMs >= leaseMs) for (const { id } of claims) attempts.forget(id);
      throw error;
    }
  }

  function stopCancelled(id: number): void {
    attempts.interrupt("cancelled", "Somebody cancelled it.", id);
  }
}

const becauseCharactersMax = 1000;
