import type { Told } from "./told.ts";

/** A clock for a life: minute by minute, or standing still, so that every word claims the same moment. */
export type Minute = (minute: number) => string;

export const minuteByMinute: Minute = (minute) =>
  new Date(Date.parse("2026-01-02T01:00:00Z") + minute * 60_000).toISOString().replace(".000Z", "Z");
export const standingStill: Minute = () => minuteByMinute(0);

/** A minute as it is stored. */
export const ending = (minute: number): string => minuteByMinute(minute).replace("Z", ".000Z");

export const sha = (digit: string): string => digit.repeat(40);

/** What a life ends in, as its forge would say when asked: columns of the rows by their tables, in the order of pull request, run and commit. */
type Ending = Partial<Record<"repositories" | "pullRequests" | "ciRuns" | "commits", object[]>>;

/** Six words of a life, told by a clock, and what must be remembered of them in whatever order they come. */
export type Life = { tell: (at: Minute) => Told[]; ends: Ending };
