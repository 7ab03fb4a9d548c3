import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation } from "./operation.ts";
import { wholeNumber } from "./whole-number.ts";

export const decisionRow = z
  .object({
    id: z.number().int(),
    delivery_id: z.number().int(),
    event_id: z.number().int().nullable(),
    rule: z.string(),
    verdict: z.enum(["recorded", "unchanged", "nothing", "queued", "refused"]),
    because: z.string(),
    command_id: z.number().int().nullable(),
    decided_at: z.string(),
  })
  .meta({ id: "Decision" });

export const listDecisions = operation({
  name: "listDecisions",
  kind: "read",
  summary: "What the rules said, with reasons, newest first.",
  input: z.object(listInput),
  output: listOutput(decisionRow),
  run: (page, { store }) =>
    readList("decisions", {}, page, {
      page: (request) => store.decisions.list(request),
      count: () => store.decisions.count(),
    }),
});

export const getDecision = operation({
  name: "getDecision",
  kind: "read",
  summary: "One decision.",
  input: z.object({ id: wholeNumber(1) }),
  output: decisionRow,
  run: async ({ id }, { store }) => {
    const row = await store.decisions.get(id);
    if (row === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no decision ${id}.`);
    return row;
  },
});
