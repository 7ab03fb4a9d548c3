import { z } from "zod";
import { effectStates } from "../domain/effect.ts";
import type { EffectRow } from "../store/effects.ts";

/** Something that a command did, or means to do, to the world outside. */
export const effectRow = z
  .object({
    id: z.number().int(),
    key: z.string(),
    kind: z.string(),
    command_id: z.number().int(),
    state: z.enum(effectStates),
    sends: z.number().int().describe("How often it was sent."),
    intent: z.record(z.string(), z.unknown()),
    result: z.record(z.string(), z.unknown()),
    code: z.string().nullable(),
    because: z.string().nullable(),
    intended_at: z.string(),
    check_after_at: z.string().nullable(),
    done_at: z.string().nullable(),
  })
  .meta({ id: "Effect" });

/** An effect as doors show it: without what only the sending of it needs. */
export function shownEffect(row: EffectRow): z.output<typeof effectRow> {
  return {
    id: row.id,
    key: row.key,
    kind: row.kind,
    command_id: row.command_id,
    state: row.state,
    sends: row.sends,
    intent: row.intent,
    result: row.result,
    code: row.code,
    because: row.because,
    intended_at: row.intended_at,
    check_after_at: row.check_after_at,
    done_at: row.done_at,
  };
}
