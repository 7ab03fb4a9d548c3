import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Agent } from "../agents/agent.ts";
import { removeTree } from "../child/remove-tree.ts";
import { createAgent } from "../agents/create-agent.ts";
import { readSecretPlace } from "../config/secret-files.ts";
import type { WorkOptions } from "../config/work-options.ts";
import type { Clock, SteadyClock } from "../domain/clock.ts";
import type { Log } from "../log.ts";
import type { Redact } from "../redact/redact.ts";
import { createSandbox } from "../sandbox/create-sandbox.ts";

export type ConfiguredAgentDeps = {
  redact: Redact;
  learn: (secrets: string[]) => void;
  log: Log;
  clock: Clock;
  steadyMs: SteadyClock;
};

/** The agent that is configured, in its sandbox, and the folder that its runs need; null where none is. Disposing of it removes the folder. */
export async function configuredAgent(
  { review, agent, childEnvironment }: Pick<WorkOptions, "review" | "agent" | "childEnvironment">,
  { redact, learn, log, clock, steadyMs }: ConfiguredAgentDeps,
): Promise<({ agent: Agent } & AsyncDisposable) | null> {
  if (review.agent === null) return null;
  // Not in the data directory: sockets are made in it, and a socket's path may not be long.
  const temporaryDir = await mkdtemp(join(tmpdir(), "pullwright-"));
  const sandbox = createSandbox(
    { sandbox: agent.needsSandbox ? "required" : "none-i-accept-the-risk", temporaryDir },
    { steadyClock: steadyMs, warn: (message) => log.warn(message) },
  );
  const made = createAgent(
    {
      name: review.agent,
      command: review.command,
      args: review.args,
      model: review.model,
      showPaths: agent.showPaths,
      searchPath: childEnvironment.PATH ?? "/usr/local/bin:/usr/bin:/bin",
      openaiBaseUrl: agent.openaiBaseUrl,
      anthropicBaseUrl: agent.anthropicBaseUrl,
      home: childEnvironment.HOME ?? null,
      temporaryDir,
    },
    {
      sandbox,
      secrets: { redact, learn: (secrets) => learn([...secrets]) },
      readKey: async (provider) => {
        const place = provider === "openai" ? agent.openaiApiKey : agent.anthropicApiKey;
        return place === null ? null : readSecretPlace(place);
      },
      clock,
      steadyClock: steadyMs,
      fetch,
    },
  );
  return {
    agent: made,
    [Symbol.asyncDispose]: () => removeTree(temporaryDir),
  };
}
