import { type Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import { demoConfig, makeSecrets } from "../demo/demo-config.ts";
import { leaveDemoFolder, makeDemoFolder } from "../demo/demo-folder.ts";
import { type DemoForge, startDemoForge } from "../demo/demo-forge.ts";
import { runDemo } from "../demo/run-demo.ts";
import { reportFailure } from "./report-failure.ts";
import { runUntilStopped } from "./run-until-stopped.ts";
import { configOf } from "./with-operations.ts";

export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("a story of pull requests, CI and reverts, told to a real service; no account needed")
    .option("--speed <times>", "how many times as fast as the minute and a half that it takes", parseSpeed, 1)
    .option("--once", "end when the story is told, instead of going on until Ctrl-C")
    .addHelpText(
      "after",
      "\nThe demo has a folder of its own, your data directory's name with -demo behind it or what --data-dir says, and begins with an empty one each time.\n\nExamples:\n  pullwright demo\n  pullwright demo --speed 10 --once",
    )
    .action(async ({ speed, once }, command) => {
      const config = configOf(command);
      const { dataDir: chosen } = command.optsWithGlobals() as { dataDir?: string };
      const dataDir = chosen === undefined ? `${config.dataDir}-demo` : resolve(config.dataDir);
      const secrets = makeSecrets();
      makeDemoFolder(dataDir);
      const { startService } = await import("../app.ts");
      let told: Promise<void> = Promise.resolve();
      let local: DemoForge | null = null;
      try {
        local = await startDemoForge(dataDir, speed);
        const { work, forge, missing } = local;
        await runUntilStopped(
          async (onDied) => startService(await demoConfig(config, dataDir, secrets, work), { app: true, onDied }),
          (service, { stopping, stop }) => {
            const options = { dataDir, speed, secrets, forge, missing, goesOn: once !== true };
            const story = runDemo(service, options, stopping, (text) => process.stdout.write(text));
            told = story.then(
              (asExpected) => {
                if (!asExpected && !stopping.aborted) process.exitCode = 1;
                if (once === true) stop();
              },
              (error: unknown) => {
                if (!stopping.aborted) process.exitCode = reportFailure(error);
                stop();
              },
            );
          },
        );
        await told;
      } finally {
        await local?.forge?.close();
        leaveDemoFolder(dataDir);
      }
    });
}

function parseSpeed(text: string): number {
  const speed = Number(text);
  if (!/^\d{1,4}(\.\d{1,3})?$/.test(text) || speed < 0.1 || speed > 1000)
    throw new InvalidArgumentError("It is a number from 0.1 to 1000.");
  return speed;
}
