import { styleText } from "node:util";
import type { Command } from "@commander-js/extra-typings";
import type { z } from "zod";
import type { readStatus } from "../operations/status.ts";
import { withOperations } from "./with-operations.ts";

type Status = z.output<(typeof readStatus)["output"]>;

export function addStatusCommand(program: Command): void {
  program
    .command("status")
    .description("what is there in numbers: pull requests, CI, deliveries, work; read from the store, service or not")
    .option("--json", "the API's own object")
    .addHelpText("after", "\nExamples:\n  pullwright status\n  pullwright status --json")
    .action(async ({ json }, command) => {
      await withOperations(command, "read", async (perform) => {
        const status = await perform("readStatus", {});
        process.stdout.write(json ? `${JSON.stringify(status, null, 2)}\n` : statusLines(status));
      });
    });
}

function statusLines({ counts, store }: Status): string {
  const lines: [what: string, words: string, advice: string][] = [
    [
      "Pull requests",
      `${counts.prs_open} open; in 7 days ${counts.prs_merged_7d} merged, ${counts.prs_reverted_7d} reverted`,
      "",
    ],
    ["CI runs", `${counts.runs_success_24h} of ${counts.runs_24h} passed in 24 hours`, ""],
    [
      "Deliveries",
      `${counts.deliveries_received} waiting, ${counts.deliveries_dead} dead`,
      counts.deliveries_dead === 0 ? "" : "pullwright deliveries list --state dead",
    ],
    [
      "Work",
      `${counts.workflows_failed} failed, ${counts.workflows_paused} paused`,
      counts.workflows_failed === 0 ? "" : "pullwright workflows list --state failed",
    ],
    [
      "Commands",
      `${counts.commands_running} running, ${counts.commands_waiting} waiting, ${counts.commands_paused} held by paused work`,
      "",
    ],
    ["Store", `${store.engine === "postgres" ? "PostgreSQL" : "SQLite"}, ${counts.repositories} repositories`, ""],
  ];
  return lines
    .map(([what, words, advice]) => {
      const asksForALook = advice !== "";
      return `${styleText("dim", what.padEnd(13))}  ${asksForALook ? styleText("red", words) : words}${asksForALook ? `  (${advice})` : ""}\n`;
    })
    .join("");
}
