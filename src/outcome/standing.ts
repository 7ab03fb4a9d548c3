import type { Instant } from "../domain/clock.ts";

/**
 * A change that can be reverted or revert: a pull request, or a commit that came to the default branch by itself or as part of one.
 */
export type Change = {
  id: string;
  /** Null: it never took effect, so it reverts nothing and cannot be reverted. */
  landedAt: Instant | null;
  /** Whether that time is the forge's, or that of some machine that made a commit. */
  clock: "forge" | "commit";
  /** The branches that it landed on, none where unknown: a revert on a release branch leaves the default branch as it was. */
  branches: string[];
  /** The change that brought this one. */
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
 * commits is, and stands when only some are. Nothing reverts what landed after it.
 */
export function revertedSince(changes: Change[]): Map<string, Instant | null> {
  const byId = new Map(changes.map((change) => [change.id, change]));
  const reverters = believedReverters(changes, byId);
  const revertersOf = (id: string): string[] => reverters.get(id) ?? [];
  const answers = new Map<string, Instant | null>();
  for (const id of answerableInTurn([...byId.keys()].toSorted(), judgesOf)) answers.set(id, answer(id));
  return answers;

  /** Whose answers must be known before a change's own. */
  function judgesOf(id: string): string[] {
    const change = byId.get(id);
    const whole = change?.partOf ?? null;
    const parts = [...(change?.parts ?? []), ...(whole === null ? [] : (byId.get(whole)?.parts ?? []))];
    return [id, ...(whole === null ? [] : [whole]), ...parts].flatMap(revertersOf);
  }

  function answer(id: string): Instant | null {
    const change = byId.get(id);
    const whole = change?.partOf ?? null;
    const since = earliest([directly(id), wholly(id), ...(whole === null ? [] : [directly(whole), wholly(whole)])]);
    return since === null ? null : latest([since, change?.landedAt ?? null]);
  }

  function directly(id: string): Instant | null {
    return earliest(revertersOf(id).map(inForceSince));
  }

  function wholly(id: string): Instant | null {
    const change = byId.get(id);
    if (change === undefined || change.parts.length === 0 || !change.partsComplete) return null;
    const times = change.parts.map(directly);
    return times.includes(null) ? null : latest(times);
  }

  /** A reverter is in force from its landing, or from when the last of what reverted it was itself undone. */
  function inForceSince(id: string): Instant | null {
    const reverter = byId.get(id);
    if (reverter === undefined || isReverted(id)) return null;
    const undone = [id, ...(reverter.partOf === null ? [] : [reverter.partOf])].flatMap(revertersOf);
    return latest([reverter.landedAt, ...undone.map((other) => answers.get(other) ?? null)]);
  }

  /** In a ring, which equal times could make, whoever is asked for before it has an answer stands. */
  function isReverted(id: string): boolean {
    return (answers.get(id) ?? null) !== null;
  }
}

/** Each change after those that judge it, as far as that is possible. No recursion: a chain of reverts may be as long as somebody likes. */
function* answerableInTurn(ids: string[], judgesOf: (id: string) => string[]): Generator<string> {
  const begun = new Set<string>();
  for (const first of ids) {
    if (begun.has(first)) continue;
    begun.add(first);
    const path = [{ id: first, judges: judgesOf(first).values() }];
    for (let here = path.at(-1); here !== undefined; here = path.at(-1)) {
      const { value: judge } = here.judges.next();
      if (judge === undefined) {
        yield here.id;
        path.pop();
      } else if (!begun.has(judge)) {
        begun.add(judge);
        path.push({ id: judge, judges: judgesOf(judge).values() });
      }
    }
  }
}

/** Who reverts whom, as far as it can be: from where both have landed, on one branch, the reverter not before what it reverts. */
function believedReverters(changes: Change[], byId: Map<string, Change>): Map<string, string[]> {
  const reverters = new Map<string, string[]>();
  const doubtful: { reverter: Change; target: Change }[] = [];
  const believe = (reverter: Change, target: Change): void =>
    void reverters.set(target.id, [...(reverters.get(target.id) ?? []), reverter.id]);

  for (const reverter of changes.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    for (const id of new Set(reverter.reverts)) {
      const target = byId.get(id);
      if (target === undefined || target === reverter || reverter.landedAt === null || target.landedAt === null)
        continue;
      if (!mayShareBranch(reverter, target)) continue;
      if (target.landedAt <= reverter.landedAt) believe(reverter, target);
      else if (mayBeOffBy(reverter, target) >= Date.parse(target.landedAt) - Date.parse(reverter.landedAt))
        doubtful.push({ reverter, target });
    }
  }
  // A clock may be off, but not so that two changes revert each other.
  for (const { reverter, target } of doubtful) if (!reverts(target.id, reverter.id)) believe(reverter, target);
  return reverters;

  function reverts(id: string, other: string): boolean {
    const waiting = [other];
    const seen = new Set(waiting);
    for (let target = waiting.pop(); target !== undefined; target = waiting.pop()) {
      for (const reverter of reverters.get(target) ?? []) {
        if (reverter === id) return true;
        if (!seen.has(reverter)) waiting.push(reverter);
        seen.add(reverter);
      }
    }
    return false;
  }
}

function mayShareBranch(a: Change, b: Change): boolean {
  return a.branches.length === 0 || b.branches.length === 0 || a.branches.some((branch) => b.branches.includes(branch));
}

function mayBeOffBy(a: Change, b: Change): number {
  return a.clock === "commit" || b.clock === "commit" ? clockToleranceMs : 0;
}

function earliest(times: (Instant | null)[]): Instant | null {
  return times.reduce((best, time) => (time !== null && (best === null || time < best) ? time : best), null);
}

function latest(times: (Instant | null)[]): Instant | null {
  return times.reduce((best, time) => (time !== null && (best === null || time > best) ? time : best), null);
}
