import { styleText } from "node:util";
import type { Command } from "@commander-js/extra-typings";
import { configOf } from "./with-operations.ts";

export function addConfigCommand(program: Command): void {
  program
    .command("config")
    .description("what is in force, and where each value came from; secrets are never shown")
    .option("--json", "as JSON")
    .action((options, command) => {
      const { provenance, warnings } = configOf(command);
      if (options.json) {
        process.stdout.write(`${JSON.stringify({ settings: provenance, warnings }, null, 2)}\n`);
        return;
      }
      const width = Math.max(...provenance.map(({ key }) => key.length));
      for (const { key, value, from } of provenance)
        process.stdout.write(`${key.padEnd(width)}  ${value}  ${styleText("dim", `(${from})`)}\n`);
      for (const warning of warnings) process.stderr.write(`pullwright: ${warning}\n`);
    });
}
