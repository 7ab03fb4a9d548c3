import type { CommandLease, HeldCommand } from "../store/command-leases.ts";
import type { Store, StoreQueries } from "../store/store.ts";
import { backoffMs } from "./backoff.ts";
import type { EndOfAttempt } from "./end-of-attempt.ts";
import { leaveOpen } from "./leave-open.ts";
import type { QueueClock } from "./queue-clock.ts";

export type RescueDeps = {
  store: Pick<Store, "commandClaims" | "commandLeases" | "transaction">;
  clock: QueueClock;
  random: () => number;
  owner: string;
  /** Whether an owner of this machine is known not to run any more. */
  isGone: (owner: string) => boolean;
  leaseMs: number;
  reach: (step: string) => void;
};

/** So often a command may take its worker's process with it. */
const crashesMax = 10;

/**
 * Makes a function that gives back what nobody works on any more; to be called every few seconds. A lease ends at once when its owner is known to be gone,
 * or is this process and has forgotten it (`isOurs`); else when it has been seen unrenewed for its whole length. Only this process's steady clock
 * measures that: whatever happens to the time of day, here or there, no lease ends early and none lives for ever. What waits for a time that a clock set
 * before it was set back is due. Returns how many it gave back.
 */
export function createRescue(deps: RescueDeps): (isOurs: (lease: CommandLease) => boolean) => Promise<number> {
  const seen = new Map<number, { lease: CommandLease; sinceMs: number }>();

  return async (isOurs) => {
    await deps.store.commandClaims.makeDueAfterSetback(deps.clock.forStore());
    const leases = await deps.store.commandLeases.list();
    const nowMs = deps.clock.steadyMs();
    const ids = new Set(leases.map(({ id }) => id));
    for (const id of seen.keys()) if (!ids.has(id)) seen.delete(id);
    const abandoned = leases.filter((lease) => {
      if (lease.owner === deps.owner) return !isOurs(lease);
      return deps.isGone(lease.owner) || nowMs - unrenewedSinceMs(lease, nowMs) >= deps.leaseMs;
    });
    let count = 0;
    for (const lease of abandoned) {
      deps.reach("rescue.before");
      if (!(await deps.store.transaction((queries) => giveBack(lease, queries, deps)))) continue;
      deps.reach("rescue.after");
      count += 1;
    }
    return count;
  };

  function unrenewedSinceMs(lease: CommandLease, nowMs: number): number {
    const before = seen.get(lease.id);
    if (before?.lease.fence === lease.fence && before.lease.leaseUntilAt === lease.leaseUntilAt) return before.sinceMs;
    seen.set(lease.id, { lease, sinceMs: nowMs });
    return nowMs;
  }
}

/** False when the lease was renewed or ended meanwhile. */
async function giveBack(lease: CommandLease, queries: StoreQueries, deps: RescueDeps): Promise<boolean> {
  const [held] = await queries.commandLeases.hold([lease]);
  if (held === undefined || held.leaseUntilAt !== lease.leaseUntilAt) return false;
  const { move, ending } = endOfCrash(held, lease, deps);
  if (ending.to === "cancelled") ending.because += await leaveOpen(lease.id, queries);
  const now = deps.clock.forStore();
  await queries.commandLeases.end([{ ...lease, ending }], now);
  await queries.commands.addHistory(
    [
      {
        command_id: lease.id,
        move,
        attempt: held.attempt,
        actor: deps.owner,
        code: ending.code,
        because: ending.because,
        started_at: held.startedAt,
      },
    ],
    now,
  );
  await queries.workflows.settle([held.workflowId], now);
  deps.reach("rescue.written");
  await queries.commandClaims.announce();
  return true;
}

/** The first crash is nobody's fault and costs no time; a command that takes process after process with it must not do so without a pause. */
function endOfCrash(held: HeldCommand, { owner }: CommandLease, deps: Pick<RescueDeps, "random">): EndOfAttempt {
  if (held.isCancelRequested)
    return {
      move: "stop",
      ending: { to: "cancelled", code: null, because: "It was cancelled while it ran, and its worker is gone." },
    };
  const crashes = held.crashes + 1;
  const because = `Its worker ${owner.split("/").slice(0, 3).join("/")} did not come back.`;
  if (crashes >= crashesMax)
    return {
      move: "give-up",
      ending: { to: "failed", code: "WORKER_FAILED", because: `${because} That was the ${crashes}th time.` },
    };
  return {
    move: "rescue",
    ending: {
      to: "queued",
      code: null,
      because,
      again: {
        afterMs: crashes === 1 ? 0 : backoffMs(crashes - 1, deps.random),
        attempt: Math.min(held.attempt, held.attemptsMax - 1),
        waits: 0,
        crashes,
      },
    },
  };
}
