/** What time it is, as a value that can be passed; tests pass one that they move by hand. */
export type Clock = () => Date;

/** The machine's own clock. The only place outside the page that reads it. */
export const systemClock: Clock = () => new Date();

/** Milliseconds since some moment, never set: for telling how long something took, also while the machine's clock is put right. */
export type SteadyClock = () => number;

export const systemSteadyClock: SteadyClock = () => performance.now();

/** UTC, ISO 8601 with milliseconds: the form of every stored time, sortable as text. */
export type Instant = string;

export function instantOf(date: Date): Instant {
  return date.toISOString();
}
