import type { Command } from "@commander-js/extra-typings";
import type { z } from "zod";
import { type Config, loadConfig } from "../config.ts";
import { PullwrightError } from "../domain/error.ts";
import type { OperationName, operations } from "../operations/operations.ts";
import { perform, performDepsOf } from "../operations/perform.ts";
import { readableSecrets } from "../config/readable-secrets.ts";
import { workOptionsOf } from "../config/work-options.ts";
import { readText } from "../engine/read-text.ts";
import { createRedact } from "../redact/redact.ts";
import { redactDeep } from "../redact/redact-deep.ts";
import { openStore } from "../store/open-store.ts";
import { createWebhookSources, secretValues } from "../webhook-sources.ts";

/** Asks for an operation and gives its answer, redacted. */
export type Perform = <Name extends OperationName>(
  name: Name,
  input: z.input<(typeof operations)[Name]["input"]>,
) => Promise<z.output<(typeof operations)[Name]["output"]>>;

/** The configuration as the command line changes it: by its general options, and by `values` that a command's own options stand for. */
export function configOf(command: { optsWithGlobals: () => object }, values: Record<string, string> = {}): Config {
  const { config, dataDir } = command.optsWithGlobals() as { config?: string; dataDir?: string };
  return loadConfig({
    values,
    ...(config === undefined ? {} : { configPath: config }),
    ...(dataDir === undefined ? {} : { dataDir }),
  });
}

/** Opens the store as this command needs it, whether a service runs beside it or not, and closes it when `work` is done. */
export async function withOperations(
  command: Pick<Command, "optsWithGlobals">,
  mode: "read" | "write",
  work: (perform: Perform) => Promise<void>,
): Promise<void> {
  const config = configOf(command);
  const store = await openStore(config.store, mode);
  try {
    const sources = createWebhookSources(config, () => performance.now(), {
      secretsRead: () => {},
      unreadable: () => {},
    });
    const redact = createRedact([...secretValues(sources), ...readableSecrets(config)]);
    const deps = performDepsOf(store, redact, workOptionsOf(config), readText);
    await work(async (name, input) => {
      try {
        return redactDeep(await perform(name, input, { actor: "operator" }, deps), redact) as never;
      } catch (error) {
        // The message quotes what was asked.
        throw error instanceof PullwrightError
          ? new PullwrightError(error.code, redact(error.message), { cause: error.cause })
          : error;
      }
    });
  } finally {
    await store.close();
  }
}
