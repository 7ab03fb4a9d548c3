import type { Instant } from "./clock.ts";

/**
 * Where a credential stands with its forge. Kept under the credential's fingerprint, which says nothing of the credential itself, and beyond the end of
 * the process: a forge's patience does not begin anew when we do. Plain data; the moves below are pure, so that every store makes the same ones.
 */
export type CredentialStanding = {
  /** No request at all before then. */
  forbiddenUntil: Instant | null;
  forbiddenBecause: string | null;
  /** How often in a row the forge asked us to wait. */
  strikes: number;
  /** The forge does not know the credential: no request before then, when one may find out whether that is still so. */
  pausedUntil: Instant | null;
  pausedBecause: string | null;
  /** How often in a row it was paused. */
  pauses: number;
  /** When writes of the last hour began, oldest first. */
  writesAt: Instant[];
  /** A write is on its way, or was when its process died; then nobody waits longer for it than until then. */
  writingUntil: Instant | null;
};

/** How often a credential may write. `turnMs` is how long a write can take at most: after that, whoever had the turn is dead. */
export type WriteLimits = { gapMs: number; perMinute: number; perHour: number; turnMs: number };

/**
 * The right to send one write, named by `turn`; or when to ask again. `busy`: another write is on its way, and `until` is when it must have ended; most
 * end long before.
 */
export type WriteTurn = { kind: "taken"; turn: Instant } | { kind: "wait" | "busy"; until: Instant };

/**
 * Keeps where credentials stand. Each method is one atomic step: of two processes that ask for a turn at once, one gets it. A credential nobody heard
 * of stands as `freshStanding`.
 */
export type CredentialStandings = {
  read: (fingerprint: string) => Promise<CredentialStanding>;
  /** See `forbid`. */
  forbidUntil: (fingerprint: string, wait: ForbiddenWindow) => Promise<void>;
  /** See `pause`. */
  pause: (fingerprint: string, wait: { until: Instant; because: string }) => Promise<void>;
  /** See `clear`. */
  clear: (fingerprint: string) => Promise<void>;
  /** See `takeWriteTurn`. */
  takeWriteTurn: (fingerprint: string, now: Instant, limits: WriteLimits) => Promise<WriteTurn>;
  /** See `endWriteTurn`. */
  endWriteTurn: (fingerprint: string, turn: Instant) => Promise<void>;
};

/** `isStrike`: the forge refused a request; without it, it only said that the next one would be refused. */
export type ForbiddenWindow = { until: Instant; because: string; isStrike: boolean };

export const freshStanding: CredentialStanding = {
  forbiddenUntil: null,
  forbiddenBecause: null,
  strikes: 0,
  pausedUntil: null,
  pausedBecause: null,
  pauses: 0,
  writesAt: [],
  writingUntil: null,
};

/** The forge will not listen before a time. A wait is never made shorter: of two answers that came at once, the stricter holds. */
export function forbid(
  standing: CredentialStanding,
  { until, because, isStrike }: ForbiddenWindow,
): CredentialStanding {
  const strikes = standing.strikes + (isStrike ? 1 : 0);
  return standing.forbiddenUntil !== null && standing.forbiddenUntil >= until
    ? { ...standing, strikes }
    : { ...standing, strikes, forbiddenUntil: until, forbiddenBecause: because };
}

/** The forge does not know the credential. */
export function pause(standing: CredentialStanding, wait: { until: Instant; because: string }): CredentialStanding {
  return { ...standing, pausedUntil: wait.until, pausedBecause: wait.because, pauses: standing.pauses + 1 };
}

/** The forge answered as it should: no pause, no strikes. A window that it named itself stays until it has passed; what was written stays counted. */
export function clear(standing: CredentialStanding): CredentialStanding {
  return { ...standing, strikes: 0, pausedUntil: null, pausedBecause: null, pauses: 0 };
}

/**
 * Takes the right to send one write, if the last one has ended, the gap has passed and the minute's and the hour's number are not used up. The windows
 * slide, so no stretch of an hour ever has more than its number. Taken twice, the second waits. Times that lie ahead were written before the clock was
 * set back, and hold nobody up.
 */
export function takeWriteTurn(
  standing: CredentialStanding,
  now: Instant,
  limits: WriteLimits,
): { standing: CredentialStanding; answer: WriteTurn } {
  const nowMs = Date.parse(now);
  const times = standing.writesAt
    .map((at) => Date.parse(at))
    .filter((ms) => ms > nowMs - hourMs && ms <= nowMs + clockSlackMs);
  const writingUntilMs = standing.writingUntil === null ? -Infinity : Date.parse(standing.writingUntil);
  if (writingUntilMs > nowMs && writingUntilMs <= nowMs + limits.turnMs + clockSlackMs)
    return { standing, answer: { kind: "busy", until: instantAt(writingUntilMs) } };
  const freeAtMs = Math.max(
    (times.at(-1) ?? -Infinity) + limits.gapMs,
    // The write that must leave its window before another fits in.
    (times.at(-limits.perMinute) ?? -Infinity) + minuteMs,
    (times.at(-limits.perHour) ?? -Infinity) + hourMs,
  );
  if (freeAtMs > nowMs) return { standing, answer: { kind: "wait", until: instantAt(freeAtMs) } };
  const turn = instantAt(nowMs + limits.turnMs);
  const writesAt = [...times.map(instantAt), instantAt(nowMs)];
  return { standing: { ...standing, writesAt, writingUntil: turn }, answer: { kind: "taken", turn } };
}

/** Gives the turn back. A turn that was already taken over by somebody else stays theirs. */
export function endWriteTurn(standing: CredentialStanding, turn: Instant): CredentialStanding {
  return standing.writingUntil === turn ? { ...standing, writingUntil: null } : standing;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;
/** By so much two machines' clocks may differ. */
const clockSlackMs = 60_000;

function instantAt(ms: number): Instant {
  return new Date(ms).toISOString();
}
