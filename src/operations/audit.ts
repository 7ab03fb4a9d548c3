import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { type AuditHead, type AuditLogQueries, auditStart } from "../store/audit-log.ts";
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
  summary:
    "Checks the whole chain: whether each entry is what it was and follows from the one before, and whether the log still ends where it was noted to end.",
  input: z.object({
    kept: z
      .string()
      .regex(/^[0-9a-f]{64}$/, "It is the hash of an entry: 64 hexadecimal digits.")
      .optional()
      .describe(
        "A hash that was kept elsewhere, from the service's log or an earlier check: its entry must still be there.",
      ),
  }),
  output: z
    .object({
      checked: z.number().int(),
      whole: z.boolean(),
      last_hash: z
        .string()
        .describe(
          "Keep it elsewhere, and ask with `kept` for it later: who can write to the whole database can also write a shorter log anew.",
        ),
      broken: z.object({ id: z.number().int().describe("0 where no entry is left."), because: z.string() }).nullable(),
    })
    .meta({ id: "AuditCheck" }),
  run: async ({ kept }, { store: { auditLog } }) => {
    // Read before the chain, because entries are added meanwhile.
    const head = await auditLog.head();
    let position = auditStart;
    let checked = 0;
    for (;;) {
      const page = await auditLog.check(position, 1000);
      checked += page.checked;
      position = page.position;
      if (page.broken !== null) return { checked, whole: false, last_hash: position.hash, broken: page.broken };
      if (page.isAtEnd) break;
    }
    const because =
      (await whyTheEndIsWrong(head, { ...position, entries: checked }, auditLog)) ?? (await whyMissing(kept, auditLog));
    return {
      checked,
      whole: because === null,
      last_hash: position.hash,
      broken: because === null ? null : { id: position.id, because },
    };
  },
});

/** Compares a chain that is whole with where it was noted to end, before and after it was read. */
async function whyTheEndIsWrong(
  head: AuditHead | undefined,
  end: AuditHead,
  auditLog: Pick<AuditLogQueries, "head" | "get">,
): Promise<string | null> {
  const headNow = await auditLog.head();
  if (head === undefined || headNow === undefined)
    return "Where the log ends was noted beside it, and that note was taken away.";
  const last = head.entries === 0 ? auditStart : await auditLog.get(head.id);
  if (end.entries < head.entries || last?.hash !== head.hash)
    return `${head.entries} entries were written, the last of them as number ${head.id}; ${end.entries} are here. What came after was cut off.`;
  return end.id > headNow.id ? "The log was noted to end before it: it was not written by Pullwright." : null;
}

async function whyMissing(
  kept: string | undefined,
  auditLog: Pick<AuditLogQueries, "findByHash">,
): Promise<string | null> {
  if (kept === undefined || (await auditLog.findByHash(kept)) !== undefined) return null;
  return "No entry has the hash that you kept: it was cut off, or the log was written anew.";
}
