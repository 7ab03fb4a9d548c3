import { canonicalJson } from "./fact-sha.ts";

/**
 * Where a value stands. Of two, the one at the later place wins; at the same place the one of higher rank; at equal rank the one with the larger SHA-256
 * of its fact, so that every order of arrival ends the same. `tied` remembers that another value claimed the same place: which came last only the
 * forge can say, and the row asks for a look at it.
 */
export type Stamp = {
  /** The forge's time, or a word that sorts after every time for what is for good. */
  at: string;
  rank: number;
  sha: string;
  tied: boolean;
};

/** A value with the stamp of the fact that it came from. Equal place, rank and SHA mean an equal value. */
export type Register<Value> = { value: Value; stamp: Stamp };

/**
 * The later of two registers. A join: associative, commutative and idempotent, which is all that order-independence needs (Shapiro et al.,
 * "Conflict-free Replicated Data Types", 2011: the last-writer-wins register).
 */
export function joinRegister<Value>(a: Register<Value>, b: Register<Value>): Register<Value> {
  const order = compareStamps(a.stamp, b.stamp);
  const [winner, loser] = order >= 0 ? [a, b] : [b, a];
  if (winner.stamp.tied || winner.stamp.at !== loser.stamp.at) return winner;
  if (!loser.stamp.tied && isSame(winner.value, loser.value)) return winner;
  return { value: winner.value, stamp: { ...winner.stamp, tied: true } };
}

/** Joins field by field; a field that one side does not know keeps the other's. */
export function joinRegisters<Fields extends Record<string, Register<unknown>>>(
  a: Partial<Fields>,
  b: Partial<Fields>,
): Partial<Fields> {
  const joined: Record<string, Register<unknown> | undefined> = { ...a };
  for (const [field, register] of Object.entries(b) as [string, Register<unknown>][]) {
    const known = joined[field];
    joined[field] = known === undefined ? register : joinRegister(known, register);
  }
  return joined as Partial<Fields>;
}

/** Registers as they are stored: equal registers are equal texts, because within a register all is always in one order and here the fields are sorted. */
export function registersText(registers: object): string {
  return JSON.stringify(Object.fromEntries(Object.entries(registers).toSorted(([a], [b]) => (a < b ? -1 : 1))));
}

/** Leaves out the fields that a fact does not know, so that they keep what others said. */
export function withoutAbsent<Fields extends object>(
  fields: Fields,
): { [Field in keyof Fields]?: Exclude<Fields[Field], undefined> } {
  const present = Object.entries(fields).filter(([, register]) => register !== undefined);
  return Object.fromEntries(present) as { [Field in keyof Fields]?: Exclude<Fields[Field], undefined> };
}

function compareStamps(a: Stamp, b: Stamp): number {
  return compare(a.at, b.at) || a.rank - b.rank || compare(a.sha, b.sha);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "object" && canonicalJson(a) === canonicalJson(b));
}
