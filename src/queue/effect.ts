import { createHash } from "node:crypto";
import type { Instant } from "../domain/clock.ts";
import type { ClaimedCommand } from "../domain/command.ts";
import type { Effect, EffectEnding } from "../domain/effect.ts";
import { type ErrorCode, PullwrightError } from "../domain/error.ts";
import { isMarkedBy, markerOf } from "../domain/marker.ts";
import type { EffectRow } from "../store/effects.ts";
import type { Store, StoreQueries } from "../store/store.ts";
import { Interruption } from "./interruption.ts";
import type { QueueClock } from "./queue-clock.ts";

export type EffectDeps = {
  store: Pick<Store, "transaction">;
  clock: QueueClock;
  /** On whose behalf; every step carries its fence. */
  command: ClaimedCommand;
  signal: AbortSignal;
  /** Of this installation; proves our marks. */
  markerSecret: string;
  redact: (text: string) => string;
  /** Called at each step where a crash must do no harm. */
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
 * @throws Interruption when the command was told to stop before anything was sent
 */
export async function performEffect<Result extends Record<string, unknown>>(
  effect: Effect<Result>,
  deps: EffectDeps,
): Promise<EffectEnding<Result>> {
  let row = await intend(effect, deps);
  if (row.state === "done") return done(row, "remembered", effect);
  deps.reach(`${effect.kind}.intended`);
  if (row.sends === 0 && effect.looksFirst !== false) {
    // Also what nobody remembers may have been done: the store may have come back from a backup.
    const found = await look(row, null, effect, deps);
    if (found !== null) return found;
  }
  for (;;) {
    if (row.sends > 0) {
      const ending = await lookAfterSending(row, effect, deps);
      if (ending !== null) return ending;
      if (row.sends >= sendsMax) return giveUp(effect, deps);
    }
    const sent = await send(row, effect, deps);
    if (sent.ending !== null) return sent.ending;
    row = sent.row;
  }
}

/** Writes down what is to be done, or finds where it was left. */
async function intend<Result extends Record<string, unknown>>(
  effect: Effect<Result>,
  deps: EffectDeps,
): Promise<EffectRow> {
  const { command, clock } = deps;
  return whileHolding(deps, async (queries) => {
    const row = await queries.effects.find(effect.key);
    if (row === undefined) {
      await queries.effects.add({
        key: effect.key,
        kind: effect.kind,
        command_id: command.id,
        repository_key: command.repositoryKey ?? "",
        state: "intended",
        marker: markerOf(effect.key, deps.markerSecret),
        request_hash: hashOf(effect.request),
        intent: effect.request,
        result: {},
        sends: 0,
        checks: 0,
        duplicates_repaired: 0,
        code: null,
        because: null,
        intended_at: clock.now(),
        sent_at: null,
        check_after_at: null,
        done_at: null,
      });
      return findAgain(effect.key, queries);
    }
    if (row.state === "done") return row;
    // Given up, refused, or never sent: it begins anew, and somebody may have asked for something else by now.
    const beginsAnew = row.state === "refused" || row.code === "OUTCOME_UNKNOWN" || row.sends === 0;
    await queries.effects.update(effect.key, {
      command_id: command.id,
      ...(beginsAnew
        ? {
            state: "intended",
            request_hash: hashOf(effect.request),
            intent: effect.request,
            sends: 0,
            checks: 0,
            code: null,
            because: null,
          }
        : // Whoever sent it did not come back to say what came of it.
          { state: "unknown" }),
    });
    return findAgain(effect.key, queries);
  });
}

async function findAgain(key: string, { effects }: StoreQueries): Promise<EffectRow> {
  const row = await effects.find(key);
  if (row === undefined) throw new Error(`The effect ${key} is gone`);
  return row;
}

/** Looks for what may have been sent, at its times. Null when it is certain enough that it was not done. */
async function lookAfterSending<Result extends Record<string, unknown>>(
  row: EffectRow,
  effect: Effect<Result>,
  deps: EffectDeps,
): Promise<EffectEnding<Result> | null> {
  const schedule = effect.readBackAfterMs ?? readBackAfterMsDefault;
  const since = instantAfter(row.intended_at, -sinceSlackMs);
  for (const [index, afterMs] of schedule.entries()) {
    if (index < row.checks) continue;
    const lookAt = instantAfter(row.sent_at ?? row.intended_at, afterMs);
    if (lookAt > deps.clock.now()) return waitUntil(lookAt, effect);
    const found = await look(row, since, effect, deps);
    if (found !== null) return found;
    const nextMs = schedule[index + 1];
    const checkAfterAt = nextMs === undefined ? null : instantAfter(row.sent_at ?? row.intended_at, nextMs);
    await whileHolding(deps, (queries) =>
      queries.effects.update(effect.key, { checks: index + 1, check_after_at: checkAfterAt }),
    );
  }
  return null;
}

/** What is there and ours is what was to be done. */
async function look<Result extends Record<string, unknown>>(
  row: EffectRow,
  since: Instant | null,
  effect: Effect<Result>,
  deps: EffectDeps,
): Promise<EffectEnding<Result> | null> {
  const isOurs = (text: string): boolean => isMarkedBy(text, effect.key, deps.markerSecret);
  const [first, ...extra] = await effect.readBack({ marker: row.marker, isOurs, since, signal: deps.signal });
  deps.reach(`${effect.kind}.looked`);
  if (first === undefined) return null;
  for (const one of extra) await effect.removeExtra?.(one);
  return record(first, "found", extra.length, row, effect, deps);
}

/** What sending came to; without an ending its fate is open, as the row says. */
type Sent<Result> = { ending: EffectEnding<Result>; row: null } | { ending: null; row: EffectRow };

/** Sends it once more. */
async function send<Result extends Record<string, unknown>>(
  row: EffectRow,
  effect: Effect<Result>,
  deps: EffectDeps,
): Promise<Sent<Result>> {
  // An earlier send may have been of something else; what is on its way now is this.
  const sending = {
    state: "intended",
    sends: row.sends + 1,
    checks: 0,
    sent_at: deps.clock.now(),
    request_hash: hashOf(effect.request),
    intent: effect.request,
  } as const;
  const sent: EffectRow = { ...row, ...sending };
  await whileHolding(deps, async (queries) => {
    await queries.effects.update(effect.key, { ...sending, check_after_at: null });
    await audit("send", effect, { send: sending.sends, request: sending.request_hash }, queries, deps);
  });
  deps.reach(`${effect.kind}.sending`);
  let result: Result;
  try {
    deps.signal.throwIfAborted();
    result = await effect.act({ marker: row.marker, signal: deps.signal });
  } catch (error) {
    return afterError(error, sent, effect, deps);
  }
  deps.reach(`${effect.kind}.acted`);
  return { ending: await record(result, "sent", 0, sent, effect, deps), row: null };
}

async function afterError<Result extends Record<string, unknown>>(
  error: unknown,
  sent: EffectRow,
  effect: Effect<Result>,
  deps: EffectDeps,
): Promise<Sent<Result>> {
  const fate = error instanceof Interruption ? "not-sent" : effect.fateOf(error);
  const code: ErrorCode = error instanceof PullwrightError ? error.code : "INTERNAL";
  const because = deps.redact(error instanceof Error ? error.message : String(error)).slice(0, becauseCharactersMax);
  if (fate === "unknown") {
    await whileHolding(
      deps,
      async (queries) => {
        await queries.effects.update(effect.key, { state: "unknown", because, check_after_at: sent.sent_at });
        await audit("unknown", effect, { send: sent.sends, because }, queries, deps);
      },
      { alsoWhenCancelled: true },
    );
    deps.reach(`${effect.kind}.unknown`);
    return { ending: null, row: { ...sent, state: "unknown", because } };
  }
  if (fate === "exists") {
    const found = await look(sent, null, effect, deps);
    if (found !== null) return { ending: found, row: null };
  }
  const state = fate === "not-sent" ? "intended" : "refused";
  await whileHolding(
    deps,
    async (queries) => {
      await queries.effects.update(effect.key, { state, sends: sent.sends - 1, code, because });
      await audit(fate, effect, { send: sent.sends, code, because }, queries, deps);
    },
    { alsoWhenCancelled: true },
  );
  throw error;
}

async function record<Result extends Record<string, unknown>>(
  result: Result,
  by: "found" | "sent",
  duplicates: number,
  row: EffectRow,
  effect: Effect<Result>,
  deps: EffectDeps,
): Promise<EffectEnding<Result>> {
  await whileHolding(
    deps,
    async (queries) => {
      await queries.effects.update(effect.key, {
        state: "done",
        result,
        code: null,
        because: null,
        check_after_at: null,
        done_at: deps.clock.now(),
        duplicates_repaired: row.duplicates_repaired + duplicates,
      });
      await audit(by, effect, { result, ...(duplicates === 0 ? {} : { duplicates }) }, queries, deps);
    },
    // What happened is written down also when it should not have happened any more.
    { alsoWhenCancelled: true },
  );
  deps.reach(`${effect.kind}.recorded`);
  return done({ ...row, result }, by, effect);
}

function done<Result extends Record<string, unknown>>(
  row: EffectRow,
  by: "remembered" | "found" | "sent",
  effect: Effect<Result>,
): EffectEnding<Result> {
  const isSameRequest = row.request_hash === hashOf(effect.request);
  return { kind: "done", result: row.result as Result, by, isSameRequest };
}

function waitUntil<Result extends Record<string, unknown>>(
  until: Instant,
  effect: Effect<Result>,
): EffectEnding<Result> {
  const because = `It is not known whether ${effect.kind} was done; it is looked for before it is sent again.`;
  return { kind: "open", outcome: { kind: "wait", code: "OUTCOME_UNKNOWN", because, until } };
}

async function giveUp<Result extends Record<string, unknown>>(
  effect: Effect<Result>,
  deps: EffectDeps,
): Promise<EffectEnding<Result>> {
  const because = `${effect.kind} was sent ${sendsMax} times without an answer, and was not found there.`;
  await whileHolding(deps, async (queries) => {
    await queries.effects.update(effect.key, {
      state: "unknown",
      code: "OUTCOME_UNKNOWN",
      because,
      check_after_at: null,
    });
    await audit("give-up", effect, { because }, queries, deps);
  });
  return { kind: "open", outcome: { kind: "failed", code: "OUTCOME_UNKNOWN", because } };
}

/** One transaction in which nobody else can have the command. Who lost it writes nothing. */
async function whileHolding<Answer>(
  { store, command }: EffectDeps,
  work: (queries: StoreQueries) => Promise<Answer>,
  { alsoWhenCancelled = false } = {},
): Promise<Answer> {
  return store.transaction(async (queries) => {
    const [held] = await queries.commandLeases.hold([command]);
    if (held === undefined)
      throw new PullwrightError("LEASE_LOST", `Another worker has taken command ${command.id} over.`);
    if (held.isCancelRequested && !alsoWhenCancelled) throw new Interruption("cancelled", "Somebody cancelled it.");
    return work(queries);
  });
}

async function audit<Result extends Record<string, unknown>>(
  what: string,
  effect: Effect<Result>,
  detail: Record<string, unknown>,
  { auditLog }: StoreQueries,
  { clock, command }: EffectDeps,
): Promise<void> {
  await auditLog.append({
    at: clock.now(),
    actor: `command ${command.id}`,
    action: `effect.${what}`,
    subject: `effect ${effect.key}`,
    detail: { kind: effect.kind, ...detail },
  });
}

function hashOf(request: Record<string, unknown>): string {
  return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}

function instantAfter(at: Instant, ms: number): Instant {
  return new Date(Date.parse(at) + ms).toISOString();
}
