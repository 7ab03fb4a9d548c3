import { type Clock, type Instant, instantOf } from "../domain/clock.ts";
import type { CredentialStanding, CredentialStandings, WriteLimits } from "../domain/credential-standing.ts";
import type { Circuit } from "./circuit.ts";
import type { CallKind, FailedVerdict } from "./classify-answer.ts";
import { restOf } from "./credential-rest.ts";
import { heeded } from "./heeded.ts";

/** Who wants to send a request, and how long they can wait. */
export type Wish = {
  fingerprint: string;
  kind: CallKind;
  endsMs: number;
  signal: AbortSignal | undefined;
  /** Makes the error for a request that is not sent. */
  held: (verdict: FailedVerdict, because: string, waitUntil?: Instant) => Error;
};

/** One request may go out; `leave` when it is over. `standing` is how the credential stood before it. */
export type Pass = { standing: CredentialStanding; beforeSend: () => void; leave: () => Promise<void> };

/** Thrown by `beforeSend` when the forge said, while the connection was made, that it wants no more requests. */
export class Postponed extends Error {}

export type CallGate = {
  /** Waits until a request may go out. Throws what `held` makes when that is too late, or nobody waits any more. */
  pass: (wish: Wish) => Promise<Pass>;
  /** No request with this credential before then. Counts at once, also for requests whose connection is being made. */
  forbid: (fingerprint: string, untilMs: number) => void;
};

export type CallGateDeps = {
  standings: CredentialStandings;
  circuit: Circuit;
  limits: WriteLimits;
  /** The forge's name for people. */
  title: string;
  now: Clock;
  /** Ends early when the signal is aborted; does not throw. */
  wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
};

/**
 * Decides when a request may go out: not while the forge wants to be left alone, not with a credential that it does not know, not into the void, and
 * writes one by one.
 */
export function createCallGate(deps: CallGateDeps): CallGate {
  const { standings, circuit, limits, title } = deps;
  /** What this process heard last; the store learns it a moment later. */
  const forbidden = new Map<string, number>();
  const nowMs = (): number => deps.now().getTime();

  return { pass, forbid };

  function forbid(fingerprint: string, untilMs: number): void {
    forbidden.set(fingerprint, Math.max(untilMs, forbidden.get(fingerprint) ?? -Infinity));
  }

  async function pass(wish: Wish): Promise<Pass> {
    for (;;) {
      if (wish.signal?.aborted === true) throw wish.held(notSent, "the call was cancelled before it was made.");
      const standing = await standings.read(wish.fingerprint);
      refuseWhilePaused(standing, wish);
      if (await waitedForTheForge(standing, wish)) continue;
      const leave = wish.kind === "write" ? await takeTurn(wish) : nothingToGiveBack;
      if (leave === null) continue;
      const closedUntilMs = circuit.closedUntilMs(nowMs());
      if (closedUntilMs === null) return { standing, beforeSend: () => stopIfForbidden(wish.fingerprint), leave };
      await leave();
      throw wish.held(notSent, `${title} could not be reached several times in a row.`, instantAt(closedUntilMs));
    }
  }

  function refuseWhilePaused(standing: CredentialStanding, wish: Wish): void {
    const rest = restOf(standing, nowMs());
    if (rest === null) return;
    const because = `the credential rests after ${rest.because}.`;
    throw wish.held({ kind: "credential", code: "FORGE_CREDENTIAL_REFUSED" }, because, instantAt(rest.untilMs));
  }

  async function waitedForTheForge(standing: CredentialStanding, wish: Wish): Promise<boolean> {
    const storedMs = standing.forbiddenUntil === null ? -Infinity : Date.parse(standing.forbiddenUntil);
    const untilMs = heeded(Math.max(storedMs, forbidden.get(wish.fingerprint) ?? -Infinity), nowMs());
    if (untilMs <= nowMs()) return false;
    await waitOrGiveUp(untilMs, standing.forbiddenBecause ?? `${title} asked us to wait.`, wish);
    return true;
  }

  /** Null when it waited and everything must be looked at again. */
  async function takeTurn(wish: Wish): Promise<Pass["leave"] | null> {
    const taken = await standings.takeWriteTurn(wish.fingerprint, instantOf(deps.now()), limits);
    if (taken.kind === "taken") return () => standings.endWriteTurn(wish.fingerprint, taken.turn);
    const againMs = taken.kind === "busy" ? nowMs() + pollMs : Date.parse(taken.until);
    await waitOrGiveUp(againMs, "other writes with this credential come first.", wish);
    return null;
  }

  async function waitOrGiveUp(untilMs: number, because: string, wish: Wish): Promise<void> {
    if (untilMs > wish.endsMs)
      throw wish.held({ kind: "rate", code: "FORGE_RATE_LIMITED" }, because, instantAt(untilMs));
    await deps.wait(untilMs - nowMs(), wish.signal);
  }

  function stopIfForbidden(fingerprint: string): void {
    if (heeded(forbidden.get(fingerprint) ?? -Infinity, nowMs()) > nowMs()) throw new Postponed();
  }
}

const notSent = { kind: "not-sent", code: "FORGE_UNREACHABLE" } as const;

/** So often it is looked whether another write has ended, in this process or another. */
const pollMs = 250;

function instantAt(ms: number): Instant {
  return new Date(ms).toISOString();
}

async function nothingToGiveBack(): Promise<void> {}
