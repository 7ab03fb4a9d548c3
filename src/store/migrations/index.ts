import type { Migration } from "./migration.ts";
import { deliveries } from "./0001-deliveries.ts";
import { repositories } from "./0002-repositories.ts";
import { eventsAndDecisions } from "./0003-events-and-decisions.ts";
import { outcomes } from "./0004-outcomes.ts";
import { workflows } from "./0005-workflows.ts";
import { commands } from "./0006-commands.ts";
import { effects } from "./0007-effects.ts";
import { auditLog } from "./0008-audit-log.ts";
import { credentialStanding } from "./0009-credential-standing.ts";
import { idempotencyKeys } from "./0010-idempotency-keys.ts";
import { reviews } from "./0011-reviews.ts";

/** Every migration, in the order in which they run. Listed by hand: no directory is scanned. */
export const migrations: Migration[] = [
  deliveries,
  repositories,
  eventsAndDecisions,
  outcomes,
  workflows,
  commands,
  effects,
  auditLog,
  credentialStanding,
  idempotencyKeys,
  reviews,
];
