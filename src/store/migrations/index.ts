import type { Migration } from "./migration.ts";
import { deliveries } from "./0001-deliveries.ts";
import { repositories } from "./0002-repositories.ts";
import { eventsAndDecisions } from "./0003-events-and-decisions.ts";
import { outcomes } from "./0004-outcomes.ts";

/** Every migration, in the order in which they run. Listed by hand: no directory is scanned. */
export const migrations: Migration[] = [deliveries, repositories, eventsAndDecisions, outcomes];
