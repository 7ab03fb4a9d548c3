import type { Command } from "@commander-js/extra-typings";
import { openStore } from "../store/open-store.ts";
import { configOf } from "./with-operations.ts";

export function addMigrateCommand(program: Command): void {
  program
    .command("migrate")
    .description("bring the store to this version's schema; `start` does it too")
    .action(async (_options, command) => {
      const { store: location } = configOf(command);
      const store = await openStore(location, "write");
      await store.close();
      process.stdout.write(
        `The store (${location.engine === "sqlite" ? location.path : "PostgreSQL"}) has this version's schema.\n`,
      );
    });
}
