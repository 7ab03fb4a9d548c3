import { z } from "zod";
import { effectStates } from "../domain/effect.ts";
import type { AuditRow } from "../store/audit-log.ts";
import type { EffectRow } from "../store/effects.ts";
import type { StoreQueries } from "../store/store.ts";

const effectStep = z
  .object({
    at: z.string(),
    what: z
      .string()
      .describe(
        "`send`: it went out. `sent`: the forge said yes. `unknown`: no answer came. `found`: it was there. `refused`, `exists`: the forge said no. `not-sent`: nothing went out after all. `give-up`: nobody can tell.",
      ),
    actor: z.string(),
    code: z.string().nullable(),
    because: z.string().nullable(),
  })
  .meta({ id: "EffectStep" });

/** Something that a command did, or means to do, to the world outside. */
export const effectRow = z
  .object({
    id: z.number().int(),
    key: z.string(),
    kind: z.string(),
    command_id: z.number().int(),
    state: z.enum(effectStates),
    known_by: z
      .enum(["answer", "look", "look-after-lost-answer"])
      .nullable()
      .describe(
        "How it is known to be done: the forge answered; it was found there and had not to be sent; or it was sent, the answer was lost, and it was found there.",
      ),
    sends: z.number().int().describe("How often it was sent."),
    intent: z.record(z.string(), z.unknown()),
    result: z.record(z.string(), z.unknown()),
    code: z.string().nullable(),
    because: z.string().nullable(),
    intended_at: z.string(),
    sent_at: z.string().nullable().describe("The last time."),
    check_after_at: z.string().nullable(),
    done_at: z.string().nullable(),
    steps: z.array(effectStep).describe("What the audit log has of it, first to last."),
  })
  .meta({ id: "Effect" });

/** What a command did outside, oldest first, each with its story. */
export async function effectsOf(
  commandId: number,
  { effects, auditLog }: Pick<StoreQueries, "effects" | "auditLog">,
): Promise<z.output<typeof effectRow>[]> {
  const { rows } = await effects.list({ commandId }, { limit: effectsMax, after: null });
  const entries = Map.groupBy(await auditLog.ofSubjects(rows.map(subjectOf)), ({ subject }) => subject);
  return rows.toReversed().map((row) => shownEffect(row, entries.get(subjectOf(row)) ?? []));
}

const effectsMax = 100;

/** In the words of queue/effect-record.ts, which writes the entries. */
function subjectOf({ key }: { key: string }): string {
  return `effect ${key}`;
}

/** Without what only the sending of it needs. */
function shownEffect(row: EffectRow, entries: AuditRow[]): z.output<typeof effectRow> {
  return {
    id: row.id,
    key: row.key,
    kind: row.kind,
    command_id: row.command_id,
    state: row.state,
    known_by: knownBy(row, entries),
    sends: row.sends,
    intent: row.intent,
    result: row.result,
    code: row.code,
    because: row.because,
    intended_at: row.intended_at,
    sent_at: row.sent_at,
    check_after_at: row.check_after_at,
    done_at: row.done_at,
    steps: entries.map(({ at, action, actor, detail }) => ({
      at,
      what: action.replace(/^effect\./, ""),
      actor,
      code: textOf(detail["code"]),
      because: textOf(detail["because"]),
    })),
  };
}

function knownBy({ state, sends }: EffectRow, entries: AuditRow[]): z.output<typeof effectRow>["known_by"] {
  if (state !== "done") return null;
  const end = entries.findLast(({ action }) => action === "effect.found" || action === "effect.sent");
  if (end?.action !== "effect.found") return "answer";
  return sends === 0 ? "look" : "look-after-lost-answer";
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
