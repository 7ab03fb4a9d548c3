import type { Instant } from "../domain/clock.ts";

/**
 * Where a value stands in time. Of two facts the later by the forge's clock wins; at the same moment the one of higher rank; at equal rank
 * the larger SHA-256, so that every order of arrival ends the same. `tied` remembers that another, different fact claimed the same place:
 * then only the forge can say, and the row asks for a look at it.
 */
export type Stamp = { at: Instant; rank: number; sha: string; tied: boolean };

/** A value with the stamp of the fact that it came from. */
export type Register<Value> = { value: Value; stamp: Stamp };

/**
 * The later of two registers. A join: associative, commutative and idempotent, which is all that order-independence needs (Shapiro et al.,
 * "Conflict-free Replicated Data Types", 2011: the last-writer-wins register).
 */
export function joinRegister<Value>(a: Register<Value> | undefined, b: Register<Value> | undefined): Register<Value> | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const order = compareStamps(a.stamp, b.stamp);
  if (order !== 0) {
    const [winner, loser] = order > 0 ? [a, b] : [b, a];
    const samePlace = winner.stamp.at === loser.stamp.at && winner.stamp.rank === loser.stamp.rank;
    return samePlace && !winner.stamp.tied ? { value: winner.value, stamp: { ...winner.stamp, tied: true } } : winner;
  }
  return b.stamp.tied ? b : a;
}

function compareStamps(a: Stamp, b: Stamp): number {
  return compare(a.at, b.at) || a.rank - b.rank || compare(a.sha, b.sha);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Joins field by field; a field that one side does not know keeps the other's. */
export function joinRegisters<Fields extends Record<string, Register<unknown>>>(a: Partial<Fields>, b: Partial<Fields>): Partial<Fields> {
  const joined: Record<string, Register<unknown> | undefined> = { ...a };
  for (const [field, register] of Object.entries(b)) joined[field] = joinRegister(joined[field], register as Register<unknown>);
  return joined as Partial<Fields>;
}
