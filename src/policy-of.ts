import type { Config } from "./config.ts";
import type { Policy } from "./decide/policy.ts";
import { commandTypes } from "./domain/command.ts";
import { builtInWorkers } from "./work/built-in-workers.ts";

/** What may happen by itself, and what somebody here can do. */
export function policyOf({ safety, workers }: Config): Policy {
  return {
    safety,
    performed: new Set(
      commandTypes.filter(
        (type) => workers[type].enabled && (workers[type].program !== null || builtInWorkers.has(type)),
      ),
    ),
    attemptsMax: Object.fromEntries(
      commandTypes.map((type) => [type, workers[type].attemptsMax]),
    ) as Policy["attemptsMax"],
  };
}
