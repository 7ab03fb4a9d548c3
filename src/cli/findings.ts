import type { Command } from "@commander-js/extra-typings";
import { harmlessLine } from "./harmless-line.ts";
import { parseNumber } from "./reviews.ts";
import { withOperations } from "./with-operations.ts";

export function addFindingsCommands(program: Command): void {
  const findings = program.command("findings").description("what becomes of what a review found");
  addAct(
    findings,
    "dismiss",
    "dismissFinding",
    "never say a finding again on its pull request; what stands there stays",
  );
  addAct(findings, "reopen", "reopenFinding", "take a dismissal back: later reviews may say it again");
}

function addAct(
  findings: Command,
  word: "dismiss" | "reopen",
  operation: "dismissFinding" | "reopenFinding",
  description: string,
): void {
  findings
    .command(word)
    .description(description)
    .argument("<review>", "the number of a review of the pull request, as `pullwright reviews` has it", parseNumber)
    .argument("<finding>", "the finding's id, as the summary has it: f_0123456789")
    .option("--json", "the API's own object")
    .addHelpText("after", `\nExample:\n  pullwright findings ${word} 12 f_0123456789`)
    .action(async (review, finding, { json }, command) => {
      await withOperations(command, "write", async (perform) => {
        const row = await perform(operation, { id: review, finding });
        process.stdout.write(
          json ? `${JSON.stringify(row, null, 2)}\n` : `${row.id} is ${row.state}: ${harmlessLine(row.title)}\n`,
        );
      });
    });
}
