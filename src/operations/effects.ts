import { z } from "zod";
import { effectStates } from "../domain/effect.ts";

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
