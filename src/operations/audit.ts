import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { auditStart } from "../store/audit-log.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation } from "./operation.ts";
import { wholeNumber } from "./whole-number.ts";

const auditRow = z
  .object({
    id: z.number().int(),
    at: z.string(),
    actor: z.string(),
    action: z.string(),
    subject: z.string(),
    detail: z.record(z.string(), z.unknown()),
    previous_hash: z.string(),
    hash: z.string(),
  })
  .meta({ id: "AuditEntry" });

export const listAudit = operation({
  name: "listAudit",
  kind: "read",
  summary:
    "Every write to a forge and everything an operator asked for, newest first; each entry holds the hash of the one before.",
  input: z.object({
    ...listInput,
    subject: z.string().max(300).optional(),
    actor: z.string().max(300).optional(),
  }),
  output: listOutput(auditRow),
  run: ({ subject, actor, ...page }, { store }) => {
    const filter = { ...(subject === undefined ? {} : { subject }), ...(actor === undefined ? {} : { actor }) };
    return readList("audit", filter, page, {
      page: (request) => store.auditLog.list(filter, request),
      count: () => store.auditLog.count(filter),
    });
  },
});

export const getAuditEntry = operation({
  name: "getAuditEntry",
  kind: "read",
  summary: "One entry of the audit log.",
  input: z.object({ id: wholeNumber(1) }),
  output: auditRow,
  run: async ({ id }, { store }) => {
    const row = await store.auditLog.get(id);
    if (row === undefined) throw new PullwrightError("RESOURCE_NOT_FOUND", `There is no audit entry ${id}.`);
    return row;
  },
});

export const verifyAudit = operation({
  name: "verifyAudit",
  kind: "read",
  summary: "Checks the whole chain: whether each entry is what it was, and follows from the one before.",
  input: z.object({}),
  output: z
    .object({
      checked: z.number().int(),
      whole: z.boolean(),
      last_hash: z
        .string()
        .describe("Keep it elsewhere: what is cut off at the end cannot be missed by the chain alone."),
      broken: z.object({ id: z.number().int(), because: z.string() }).nullable(),
    })
    .meta({ id: "AuditCheck" }),
  run: async (_input, { store }) => {
    let position = auditStart;
    let checked = 0;
    for (;;) {
      const page = await store.auditLog.check(position, 1000);
      checked += page.checked;
      position = page.position;
      if (page.broken !== null || page.isAtEnd)
        return { checked, whole: page.broken === null, last_hash: position.hash, broken: page.broken };
    }
  },
});
