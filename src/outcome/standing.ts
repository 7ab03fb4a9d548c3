import type { Instant } from "../domain/clock.ts";

/**
 * A change that can be reverted or revert: a pull request, or a commit that came to the default branch by itself or as part of one.
 * `landedAt` null: it never took effect, so it reverts nothing and cannot be reverted.
 */
export type Change = {
  id: string;
  landedAt: Instant | null;
  /** The pull request that brought this commit. */
  partOf: string | null;
  /** The commits that this pull request brought, and whether they are all there. */
  parts: string[];
  partsComplete: boolean;
  /** What it says it reverts. */
  reverts: string[];
};

/** How far people's clocks may be off: a commit carries the time of the machine that made it. */
const clockToleranceMs = 24 * 60 * 60 * 1000;

/**
 * Since when each change is reverted, null when it stands. Pure: the same changes give the same answer whatever was heard first.
 *
 * A change is reverted while a landed change that says it reverts it is itself not reverted. So a revert of a revert restores, and a third
 * reverts again, from the moment at which it landed. A commit goes with its pull request; a pull request is reverted also when each of its
 * commits is, and stands when only some are. A change that reverts what landed later is not believed.
 */
export function revertedSince(changes: Change[]): Map<string, Instant | null> {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const reverters = revertersOf(changes, byId);
  const answers = new Map<string, Instant | null>();
  const open = new Set<string>();

  const answer = (id: string): Instant | null => {
    const known = answers.get(id);
    if (known !== undefined) return known;
    if (open.has(id)) return null; // a ring, which only edited texts can make: whoever closes it is not believed
    open.add(id);
    const whole = byId.get(id)?.partOf ?? null;
    const result = earliest([directly(id), wholly(id), ...(whole === null ? [] : [directly(whole), wholly(whole)])]);
    open.delete(id);
    answers.set(id, result);
    return result;
  };

  const directly = (id: string): Instant | null => earliest((reverters.get(id) ?? []).map((reverter) => inForceSince(reverter)));

  const wholly = (id: string): Instant | null => {
    const change = byId.get(id);
    if (change === undefined || change.parts.length === 0 || !change.partsComplete) return null;
    const times = change.parts.map((part) => directly(part));
    return times.every((time) => time !== null) ? latest(times) : null;
  };

  /** A reverter is in force from its landing, or from when the last of what reverted it was itself undone. */
  const inForceSince = (id: string): Instant | null => {
    const reverter = byId.get(id);
    if (reverter === undefined || reverter.landedAt === null || answer(id) !== null) return null;
    const whole = reverter.partOf;
    const undone = [...(reverters.get(id) ?? []), ...(whole === null ? [] : (reverters.get(whole) ?? []))];
    return latest([reverter.landedAt, ...undone.map((other) => answer(other))]);
  };

  // In the order of their names, so that a ring is broken at the same place each time.
  for (const id of [...byId.keys()].sort()) answer(id);
  return answers;
}

/**
 * Who reverts whom, believed ones only. A squash commit's message may name a commit of its own branch that never landed: if that one itself
 * reverts something, the two cancel, because the squash holds both the revert and its undoing.
 */
function revertersOf(changes: Change[], byId: Map<string, Change>): Map<string, string[]> {
  const reverters = new Map<string, string[]>();
  for (const change of changes) {
    if (change.landedAt === null) continue;
    const cancelled = new Set(change.reverts.flatMap((id) => (byId.get(id)?.landedAt === null ? (byId.get(id)?.reverts ?? []) : [])));
    for (const id of change.reverts) {
      const target = byId.get(id);
      if (cancelled.has(id) || id === change.id || target === undefined || target.landedAt === null) continue;
      if (Date.parse(target.landedAt) - Date.parse(change.landedAt) > clockToleranceMs) continue;
      reverters.set(id, [...(reverters.get(id) ?? []), change.id]);
    }
  }
  return reverters;
}

function earliest(times: (Instant | null)[]): Instant | null {
  return times.reduce((best, time) => (time !== null && (best === null || time < best) ? time : best), null);
}

function latest(times: (Instant | null)[]): Instant | null {
  return times.reduce((best, time) => (time !== null && (best === null || time > best) ? time : best), null);
}
