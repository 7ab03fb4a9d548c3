import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { runUntilStopped } from "./run-until-stopped.ts";
import { welcome } from "./start.ts";
import { configOf } from "./with-operations.ts";

export function addIngestCommands(program: Command): void {
  const ingest = program.command("ingest").description("take in what forges and CI say");
  const webhook = ingest.command("webhook").description("by webhooks");
  webhook
    .command("serve")
    .description("a receiver alone: webhook paths and health, nothing else, so that it can be exposed")
    .option("--port <port>", "where it listens; 0 picks a free port", parsePort)
    .option("--host <address>", "the address it listens on")
    .option("--path <path>", "one more path for GitHub's webhooks", parsePath)
    .addHelpText(
      "after",
      "\nExample:\n  PULLWRIGHT_GITHUB_WEBHOOK_SECRET=… pullwright ingest webhook serve --port 8096",
    )
    .action(async ({ port, host, path }, command) => {
      const values = {
        ...(port === undefined ? {} : { "receiver.port": String(port) }),
        ...(host === undefined ? {} : { "receiver.host": host }),
      };
      const config = configOf(command, values);
      const { startService } = await import("../app.ts");
      await runUntilStopped(
        (onDied) => startService(config, { app: false, onDied, ...(path === undefined ? {} : { receiverPath: path }) }),
        (service) => process.stdout.write(welcome(service)),
      );
    });
}

function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535)
    throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
  return Number(text);
}

function parsePath(text: string): string {
  if (!/^\/[A-Za-z0-9/_-]{0,200}$/.test(text))
    throw new InvalidArgumentError("A path starts with / and has letters, digits, /, _ and -.");
  return text;
}
