import type { Command } from "@commander-js/extra-typings";
import { withOperations } from "./with-operations.ts";

export function addWhyCommand(program: Command): void {
  program
    .command("why")
    .description("what a delivery became, or why nothing came of it")
    .argument("<id>", "a delivery's number here, or the id that its sender gave it")
    .option("--json", "the API's own object")
    .addHelpText("after", "\nExamples:\n  pullwright why 42\n  pullwright why 72d3162e-cc78-11e3-81ab-4c9367dc0958")
    .action(async (id, options, command) => {
      await withOperations(command, "read", async (perform) => {
        const answer = await perform("explain", { id });
        process.stdout.write(options.json ? `${JSON.stringify(answer, null, 2)}\n` : `${answer.because.join("\n")}\n`);
      });
    });
}
