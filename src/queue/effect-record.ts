import { createHash } from "node:crypto";
import type { Instant } from "../domain/clock.ts";
import type { ClaimedCommand } from "../domain/command.ts";
import type { Effect, EffectFate } from "../domain/effect.ts";
import { type ErrorCode, PullwrightError } from "../domain/error.ts";
import { markerOf } from "../domain/marker.ts";
import type { EffectRow } from "../store/effects.ts";
import type { Store, StoreQueries } from "../store/store.ts";
import { Interruption } from "./interruption.ts";
import type { QueueClock } from "./queue-clock.ts";

export type EffectRecordDeps = {
  store: Pick<Store, "transaction">;
  clock: QueueClock;
  /** On whose behalf; every step carries its fence. */
  command: ClaimedCommand;
  /** Of this installation; proves our marks. */
  markerSecret: string;
};

/** An effect as its record needs to know it. */
export type RecordedEffect = Pick<Effect<Record<string, unknown>>, "key" | "kind" | "request">;

/**
 * What is written down of one effect, step by step, each in a transaction in which nobody else can have the command, together with its entry in the audit log.
 *
 * Every method throws LEASE_LOST, and has written nothing, when the command is another's now. Before anything is sent a command that was cancelled throws
 * an Interruption; what happened is written down also when it should not have happened any more.
 */
export type EffectRecord = ReturnType<typeof effectRecord>;

export function effectRecord(effect: RecordedEffect, deps: EffectRecordDeps) {
  const { clock, command } = deps;
  const { key } = effect;
  const request_hash = hashOf(effect.request);

  return {
    requestHash: request_hash,

    /** Writes down what is to be done, or finds where it was left. */
    async intend(): Promise<EffectRow> {
      return whileHolding("unless-cancelled", async (queries) => {
        const row = await queries.effects.find(key);
        if (row?.state === "done") return row;
        if (row === undefined) await queries.effects.add(newRow());
        // Given up, refused, or never sent: it begins anew, and somebody may have asked for something else by now.
        else if (row.state === "refused" || row.code === "OUTCOME_UNKNOWN" || row.sends === 0)
          await queries.effects.update(key, {
            ...beginning,
            request_hash,
            intent: effect.request,
            command_id: command.id,
          });
        // Whoever sent it did not come back to say what came of it.
        else await queries.effects.update(key, { state: "unknown", command_id: command.id });
        const written = await queries.effects.find(key);
        if (written === undefined) throw new Error(`The effect ${key} is gone`);
        return written;
      });
    },

    /** It is about to be sent once more. An earlier send may have been of something else; what is on its way from here is this. */
    async sending(row: EffectRow): Promise<EffectRow> {
      const sending = {
        state: "intended",
        sends: row.sends + 1,
        checks: 0,
        sent_at: clock.now(),
        request_hash,
        intent: effect.request,
        check_after_at: null,
      } as const;
      await whileHolding("unless-cancelled", async (queries) => {
        await queries.effects.update(key, sending);
        await audit("send", { send: sending.sends, request: request_hash }, queries);
      });
      return { ...row, ...sending };
    },

    /** It was looked for and not there; next time not before then. */
    async absent(checks: number, checkAfterAt: Instant | null): Promise<void> {
      await whileHolding("unless-cancelled", (queries) =>
        queries.effects.update(key, { checks, check_after_at: checkAfterAt }),
      );
    },

    /** It may have been done. */
    async unknown(row: EffectRow, because: string): Promise<EffectRow> {
      const unknown = { state: "unknown", because, check_after_at: row.sent_at } as const;
      await whileHolding("always", async (queries) => {
        await queries.effects.update(key, unknown);
        await audit("unknown", { send: row.sends, because }, queries);
      });
      return { ...row, ...unknown };
    },

    /** It was not done; that does not count as sent. */
    async notDone(
      row: EffectRow,
      fate: Exclude<EffectFate, "unknown">,
      code: ErrorCode | null,
      because: string,
    ): Promise<void> {
      const state = fate === "not-sent" ? "intended" : "refused";
      await whileHolding("always", async (queries) => {
        await queries.effects.update(key, { state, sends: row.sends - 1, code, because });
        await audit(fate, { send: row.sends, code, because }, queries);
      });
    },

    /** It is done, and this is what it is. */
    async done(
      row: EffectRow,
      result: Record<string, unknown>,
      by: "found" | "sent",
      duplicates: number,
    ): Promise<void> {
      await whileHolding("always", async (queries) => {
        await queries.effects.update(key, {
          state: "done",
          result,
          code: null,
          because: null,
          check_after_at: null,
          done_at: clock.now(),
          duplicates_repaired: row.duplicates_repaired + duplicates,
        });
        await audit(by, { result, ...(duplicates === 0 ? {} : { duplicates }) }, queries);
      });
    },

    /** Nobody can tell, and it is not tried any more until somebody asks for it. */
    async givenUp(because: string): Promise<void> {
      await whileHolding("unless-cancelled", async (queries) => {
        await queries.effects.update(key, { state: "unknown", code: "OUTCOME_UNKNOWN", because, check_after_at: null });
        await audit("give-up", { because }, queries);
      });
    },
  };

  async function whileHolding<Answer>(
    when: "always" | "unless-cancelled",
    work: (queries: StoreQueries) => Promise<Answer>,
  ): Promise<Answer> {
    return deps.store.transaction(async (queries) => {
      const [held] = await queries.commandLeases.hold([command]);
      if (held === undefined)
        throw new PullwrightError("LEASE_LOST", `Another worker has taken command ${command.id} over.`);
      if (held.isCancelRequested && when !== "always") throw new Interruption("cancelled", "Somebody cancelled it.");
      return work(queries);
    });
  }

  async function audit(what: string, detail: Record<string, unknown>, { auditLog }: StoreQueries): Promise<void> {
    await auditLog.append({
      at: clock.now(),
      actor: `command ${command.id}`,
      action: `effect.${what}`,
      subject: `effect ${key}`,
      detail: { kind: effect.kind, ...detail },
    });
  }

  function newRow(): Omit<EffectRow, "id"> {
    return {
      ...beginning,
      key,
      kind: effect.kind,
      command_id: command.id,
      repository_key: command.repositoryKey ?? "",
      marker: markerOf(key, deps.markerSecret),
      request_hash,
      intent: effect.request,
      result: {},
      duplicates_repaired: 0,
      intended_at: clock.now(),
      sent_at: null,
      check_after_at: null,
      done_at: null,
    };
  }
}

const beginning = { state: "intended", sends: 0, checks: 0, code: null, because: null } as const;

function hashOf(request: Record<string, unknown>): string {
  return createHash("sha256").update(JSON.stringify(request)).digest("hex");
}
