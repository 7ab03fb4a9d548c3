import type { Instant } from "../domain/clock.ts";
import type { Effect, EffectEnding } from "../domain/effect.ts";
import { type ErrorCode, PullwrightError } from "../domain/error.ts";
import { isMarkedBy } from "../domain/marker.ts";
import type { EffectRow } from "../store/effects.ts";
import { type EffectRecord, effectRecord, type EffectRecordDeps } from "./effect-record.ts";
import { Interruption } from "./interruption.ts";

export type EffectDeps = EffectRecordDeps & {
  signal: AbortSignal;
  redact: (text: string) => string;
  /** Called at each step where a crash must do no harm: `<kind>.intended`, `.looked`, `.absent`, `.sending`, `.acted`, `.unknown`, `.not-done`, `.given-up`, `.recorded`. */
  reach: (step: string) => void;
};

const readBackAfterMsDefault = [0, 30_000, 120_000];
/** So often a thing is sent whose fate stays unknown. */
const sendsMax = 3;
/** Clocks differ, also the forge's. */
const sinceSlackMs = 120_000;
const becauseCharactersMax = 1000;

/**
 * Does something to the world outside once, though anything may die at any moment and answers may be lost. The intent is stored before it is sent; what
 * may have been sent is looked for before it is sent again, and taken as ours if it proves to be; of several the oldest stays. A second call, in this attempt
 * or after a crash or a year later, goes on where the first one was.
 *
 * @throws PullwrightError LEASE_LOST when the command is another's now, and whatever `act` or `readBack` throw, unless that leaves open whether it was done
 * @throws Interruption when the command was told to stop
 */
export async function performEffect<Result extends Record<string, unknown>>(
  effect: Effect<Result>,
  deps: EffectDeps,
): Promise<EffectEnding<Result>> {
  const record = effectRecord(effect, deps);
  const at = { effect, record, deps };
  let row = await record.intend();
  if (row.state === "done") return doneAs(row, "remembered", at);
  deps.reach(`${effect.kind}.intended`);
  if (row.sends === 0 && effect.looksFirst !== false) {
    // Also what nobody remembers may have been done: the store may have come back from a backup.
    const found = await look(row, null, at);
    if (found !== null) return found;
  }
  for (;;) {
    if (row.sends > 0) {
      const ending = await lookAfterSending(row, at);
      if (ending !== null) return ending;
      if (row.sends >= sendsMax) return giveUp(at);
    }
    const sent = await send(row, at);
    if (sent.ending !== null) return sent.ending;
    deps.signal.throwIfAborted();
    row = sent.row;
  }
}

type At<Result extends Record<string, unknown>> = { effect: Effect<Result>; record: EffectRecord; deps: EffectDeps };

/** Looks for what may have been sent, at its times. Null when it is certain enough that it was not done. */
async function lookAfterSending<Result extends Record<string, unknown>>(
  row: EffectRow,
  at: At<Result>,
): Promise<EffectEnding<Result> | null> {
  const { effect, record, deps } = at;
  const schedule = effect.readBackAfterMs ?? readBackAfterMsDefault;
  const sentAt = row.sent_at ?? row.intended_at;
  const since = instantAfter(row.intended_at, -sinceSlackMs);
  for (const [index, afterMs] of schedule.entries()) {
    if (index < row.checks) continue;
    const lookAt = instantAfter(sentAt, afterMs);
    if (lookAt > deps.clock.now()) return waitUntil(lookAt, row, at);
    const found = await look(row, since, at);
    if (found !== null) return found;
    const nextMs = schedule[index + 1];
    await record.absent(index + 1, nextMs === undefined ? null : instantAfter(sentAt, nextMs));
    deps.reach(`${effect.kind}.absent`);
  }
  return null;
}

/** What is there and ours is what was to be done. */
async function look<Result extends Record<string, unknown>>(
  row: EffectRow,
  since: Instant | null,
  at: At<Result>,
): Promise<EffectEnding<Result> | null> {
  const { effect, record, deps } = at;
  const isOurs = (text: string): boolean => isMarkedBy(text, effect.key, deps.markerSecret);
  const [first, ...extra] = await effect.readBack({ marker: row.marker, isOurs, since, signal: deps.signal });
  deps.reach(`${effect.kind}.looked`);
  if (first === undefined) return null;
  for (const one of extra) await effect.removeExtra?.(one);
  await record.done(row, first, "found", extra.length);
  deps.reach(`${effect.kind}.recorded`);
  return doneAs({ ...row, result: first }, "found", at);
}

/** What sending came to; without an ending its fate is open, as the row says. */
type Sent<Result> = { ending: EffectEnding<Result>; row: null } | { ending: null; row: EffectRow };

async function send<Result extends Record<string, unknown>>(before: EffectRow, at: At<Result>): Promise<Sent<Result>> {
  const { effect, record, deps } = at;
  const row = await record.sending(before);
  deps.reach(`${effect.kind}.sending`);
  if (deps.signal.aborted) {
    await record.notDone(row, "not-sent", null, "The command was told to stop before it was sent.");
    throw deps.signal.reason;
  }
  let result: Result;
  try {
    result = await effect.act({ marker: row.marker, signal: deps.signal });
  } catch (error) {
    return afterError(error, row, at);
  }
  deps.reach(`${effect.kind}.acted`);
  await record.done(row, result, "sent", 0);
  deps.reach(`${effect.kind}.recorded`);
  return { ending: doneAs({ ...row, result }, "sent", at), row: null };
}

async function afterError<Result extends Record<string, unknown>>(
  error: unknown,
  row: EffectRow,
  at: At<Result>,
): Promise<Sent<Result>> {
  const { effect, record, deps } = at;
  // Whoever was interrupted may have been so after the last byte had left.
  const fate = error instanceof Interruption ? "unknown" : effect.fateOf(error);
  const code: ErrorCode = error instanceof PullwrightError ? error.code : "INTERNAL";
  const because = deps.redact(error instanceof Error ? error.message : String(error)).slice(0, becauseCharactersMax);
  if (fate === "unknown") {
    const unknown = await record.unknown(row, because);
    deps.reach(`${effect.kind}.unknown`);
    return { ending: null, row: unknown };
  }
  if (fate === "exists") {
    const found = await look(row, null, at);
    if (found !== null) return { ending: found, row: null };
  }
  await record.notDone(row, fate, code, because);
  deps.reach(`${effect.kind}.not-done`);
  throw error;
}

function doneAs<Result extends Record<string, unknown>>(
  row: EffectRow,
  by: "remembered" | "found" | "sent",
  { record }: At<Result>,
): EffectEnding<Result> {
  return { kind: "done", result: row.result as Result, by, isSameRequest: row.request_hash === record.requestHash };
}

function waitUntil<Result extends Record<string, unknown>>(
  until: Instant,
  row: EffectRow,
  { effect }: At<Result>,
): EffectEnding<Result> {
  const why = row.because === null || row.because === "" ? "" : ` ${row.because}`;
  const because = `It is not known whether ${effect.kind} was done, and it is looked for again at ${until} before it is sent again.${why}`;
  return { kind: "open", outcome: { kind: "wait", code: "OUTCOME_UNKNOWN", because, until } };
}

async function giveUp<Result extends Record<string, unknown>>({
  effect,
  record,
  deps,
}: At<Result>): Promise<EffectEnding<Result>> {
  const because = `${effect.kind} was sent ${sendsMax} times without an answer, and was not found there.`;
  await record.givenUp(because);
  deps.reach(`${effect.kind}.given-up`);
  return { kind: "open", outcome: { kind: "failed", code: "OUTCOME_UNKNOWN", because } };
}

function instantAfter(at: Instant, ms: number): Instant {
  return new Date(Date.parse(at) + ms).toISOString();
}
