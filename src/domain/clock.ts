/** What time it is, as a value that can be passed; tests pass one that they move by hand. */
export type Clock = () => Date;

/** The machine's own clock. The only place outside the page that reads it. */
export const systemClock: Clock = () => new Date();

/** UTC, ISO 8601 with milliseconds: the form of every stored time, sortable as text. */
export type Instant = string;

export function instantOf(date: Date): Instant {
  return date.toISOString();
}
