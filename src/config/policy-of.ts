import type { Config } from "../config.ts";
import type { Policy } from "../decide/policy.ts";
import { builtInCommandTypes, commandTypes } from "../domain/command.ts";

/** What may happen by itself, and what somebody here can do. */
export function policyOf({ safety, workers }: Config): Policy {
  return {
    safety,
    performed: new Set(
      commandTypes.filter(
        (type) => workers[type].enabled && (workers[type].program !== null || builtInCommandTypes.has(type)),
      ),
    ),
    attemptsMax: Object.fromEntries(
      commandTypes.map((type) => [type, workers[type].attemptsMax]),
    ) as Policy["attemptsMax"],
  };
}
