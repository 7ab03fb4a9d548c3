import type { Command } from "@commander-js/extra-typings";
import { PullwrightError } from "../domain/error.ts";
import { addListOptions, type Column, printList } from "./print-list.ts";
import { exactTime } from "./short-time.ts";
import { withOperations } from "./with-operations.ts";

type Row = {
  id: number;
  at: string;
  actor: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
};

export function addAuditCommands(program: Command): void {
  const audit = program.command("audit").description("what was written to forges and what operators asked for");

  addListOptions(audit.command("list", { isDefault: true }).description("newest first"))
    .option("--subject <subject>", "only of this: 'command 12', 'workflow SCRUM-123'")
    .option("--actor <actor>", "only by this one: operator, api, 'command 12'")
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright audit list --subject 'workflow SCRUM-123'\n  pullwright audit list --actor operator --all --csv > audit.csv",
    )
    .action(async ({ subject, actor, ...options }, command) => {
      await withOperations(command, "read", (perform) =>
        printList(
          options,
          {
            columns,
            filter: { subject, actor },
            none: "No entries. What is written to a forge, and what operators ask for, is kept here.",
          },
          (question) => perform("listAudit", question),
        ),
      );
    });

  audit
    .command("verify")
    .description(
      "check the whole chain; exit code 1 when an entry is not what it was, or one is missing, also at the end",
    )
    .option("--kept <hash>", "a last hash that you kept: its entry must still be there")
    .option("--json", "the API's own object")
    .addHelpText(
      "after",
      "\nWho can write to the database can write a shorter log anew: keep the last hash elsewhere, and ask for it.\n\nExamples:\n  pullwright audit verify\n  pullwright audit verify --kept 5c1f…   a hash from the service's log or an earlier check",
    )
    .action(async ({ json, kept }, command) => {
      await withOperations(command, "read", async (perform) => {
        const check = await perform("verifyAudit", kept === undefined ? {} : { kept });
        if (json) process.stdout.write(`${JSON.stringify(check, null, 2)}\n`);
        if (check.broken !== null)
          throw new PullwrightError(
            "AUDIT_CHAIN_BROKEN",
            `${check.broken.id === 0 ? "The audit log" : `Audit entry ${check.broken.id}`}: ${check.broken.because} Compare the table with a backup.`,
          );
        if (!json) process.stdout.write(wholeWords(check.checked, check.last_hash));
      });
    });
}

const columns: Column<Row>[] = [
  { head: "ID", of: (row) => String(row.id) },
  { head: "AT", of: (row) => exactTime(row.at) },
  { head: "WHO", of: (row) => row.actor },
  { head: "DID", of: (row) => row.action },
  { head: "TO", of: (row) => row.subject },
  { head: "DETAIL", of: (row) => JSON.stringify(row.detail) },
];

function wholeWords(checked: number, lastHash: string): string {
  if (checked === 0) return "The audit log is empty.\n";
  return `The chain is whole: ${checked} ${checked === 1 ? "entry" : "entries"} checked, the last has the hash ${lastHash}\n`;
}
