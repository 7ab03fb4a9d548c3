import { exerciseForgeAnswers } from "./forge-answers.ts";
import { exerciseForgeFaults } from "./forge-faults.ts";
import { exerciseForgeRates } from "./forge-rates.ts";
import type { StartForgeWorld } from "./forge-world.ts";

/** What a forge must do to be one, whichever it is: see `Forge` in src/forges/forge.ts. Each test has a forge of its own. */
export function exerciseForge(start: StartForgeWorld): void {
  exerciseForgeAnswers(start);
  exerciseForgeFaults(start);
  exerciseForgeRates(start);
}
