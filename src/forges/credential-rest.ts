import { type Clock, type Instant, instantOf } from "../domain/clock.ts";
import type { CredentialStanding, CredentialStandings } from "../domain/credential-standing.ts";
import { heeded } from "./heeded.ts";

/**
 * Lets a credential rest that its forge does not know: it is shown again only after a quarter of an hour, then ever more seldom, and at least once an hour;
 * who insists is shut out. Answers until when. Another credential has another fingerprint, and does not rest.
 */
export async function letRest(
  fingerprint: string,
  because: string,
  { standings, now }: { standings: Pick<CredentialStandings, "read" | "pause">; now: Clock },
): Promise<Instant> {
  const { pauses } = await standings.read(fingerprint);
  const until = instantOf(new Date(now().getTime() + Math.min(restMs * 2 ** Math.min(pauses, 4), restMsMax)));
  await standings.pause(fingerprint, { until, because });
  return until;
}

/** Until when a credential rests, and after what; null when it may be shown. */
export function restOf(
  { pausedUntil, pausedBecause }: CredentialStanding,
  nowMs: number,
): { untilMs: number; because: string } | null {
  const untilMs = heeded(pausedUntil === null ? -Infinity : Date.parse(pausedUntil), nowMs);
  return untilMs > nowMs ? { untilMs, because: pausedBecause ?? "it was refused" } : null;
}

const restMs = 15 * 60_000;
const restMsMax = 3_600_000;
