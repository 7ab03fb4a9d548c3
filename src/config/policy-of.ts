import type { Config } from "../config.ts";
import type { Policy } from "../decide/policy.ts";
import { builtInCommandTypes, type CommandType, commandTypes } from "../domain/command.ts";

/** What may happen by itself, and what somebody here can do. */
export function policyOf({ safety, workers, review }: Config): Policy {
  const isDoneHere = (type: CommandType): boolean =>
    workers[type].program !== null || builtInCommandTypes.has(type) || review.agent !== null;
  return {
    safety,
    performed: new Set(commandTypes.filter((type) => workers[type].enabled && isDoneHere(type))),
    attemptsMax: Object.fromEntries(
      commandTypes.map((type) => [type, workers[type].attemptsMax]),
    ) as Policy["attemptsMax"],
  };
}
