import { styleText } from "node:util";
import type { Command } from "@commander-js/extra-typings";
import type { RunningService } from "../app.ts";
import { runUntilStopped } from "./run-until-stopped.ts";
import { configOf } from "./with-operations.ts";

export function addStartCommand(program: Command): void {
  program
    .command("start")
    .description("everything: receiver, dashboard, API and digester on the embedded store")
    .option("--json", "print one line of JSON with the addresses when ready, for programs")
    .addHelpText(
      "after",
      "\nExamples:\n  PULLWRIGHT_GITHUB_WEBHOOK_SECRET=… pullwright start\n  PULLWRIGHT_APP_PORT=0 PULLWRIGHT_RECEIVER_PORT=0 pullwright start   free ports, printed",
    )
    .action(async ({ json }, command) => {
      const config = configOf(command);
      const say = (service: RunningService): void =>
        void process.stdout.write(json ? `${JSON.stringify(addresses(service))}\n` : welcome(service));
      // Only here, because a listing should not wait for a web server to be read.
      const { startService } = await import("../app.ts");
      await runUntilStopped((onDied) => startService(config, { app: true, onDied }), say);
    });
}

/** What a program needs to go on. */
function addresses(service: RunningService) {
  return {
    appUrl: service.appUrl,
    receiverUrl: service.receiverUrl,
    githubListenerUrl: service.githubListenerUrl,
    signInUrl: service.signInLink(),
  };
}

/** What a person needs to go on, and nothing else. */
export function welcome(service: RunningService): string {
  const head = (text: string): string => styleText("bold", text);
  const link = service.signInLink();
  const lines = [
    "",
    `${head("Pullwright is running.")}  Ctrl-C stops it.`,
    "",
    ...(link === null
      ? []
      : [
          `  Dashboard   ${service.appUrl}`,
          `  Sign in     ${styleText("cyan", link)}`,
          styleText("dim", "              (works once, within ten minutes)"),
        ]),
    `  Webhooks    ${service.receiverUrl}`,
    ...service.sources.list.map(
      (source) =>
        `              ${source.path.padEnd(32)} ${source.isConfigured() ? styleText("green", "ready") : styleText("yellow", "no secret yet")}`,
    ),
    ...(service.githubListenerUrl === null ? [] : [`  GitHub      ${service.githubListenerUrl}`]),
    ...service.setup().flatMap(({ what, how }) => ["", `  ${styleText("yellow", what)}`, `  ${how}`]),
    "",
  ];
  return `${lines.join("\n")}\n`;
}
