import type { AcceptDeliveries } from "../domain/delivery.ts";
import type { AuditLogQueries } from "./audit-log.ts";
import type { CiRunQueries } from "./ci-runs.ts";
import type { CommandClaimQueries } from "./command-claims.ts";
import type { CommandLeaseQueries } from "./command-leases.ts";
import type { CommandQueries } from "./commands.ts";
import type { CommitQueries } from "./commits.ts";
import type { CredentialStandingQueries } from "./credential-standing.ts";
import type { DecisionQueries } from "./decisions.ts";
import type { DeliveryQueries } from "./deliveries.ts";
import type { EffectQueries } from "./effects.ts";
import type { EventQueries } from "./events.ts";
import type { FindingQueries } from "./findings.ts";
import type { IdempotencyKeyQueries } from "./idempotency-keys.ts";
import type { PullRequestQueries } from "./pull-requests.ts";
import type { RepositoryQueries } from "./repositories.ts";
import type { ReviewQueries } from "./reviews.ts";
import type { RevertQueries } from "./reverts.ts";
import type { WorkflowQueries } from "./workflows.ts";

/** What can be asked of the store and told to it, grouped by noun. The same on both databases; one suite holds both to it. */
export type StoreQueries = {
  deliveries: DeliveryQueries;
  events: EventQueries;
  decisions: DecisionQueries;
  repositories: RepositoryQueries;
  pullRequests: PullRequestQueries;
  ciRuns: CiRunQueries;
  commits: CommitQueries;
  reverts: RevertQueries;
  workflows: WorkflowQueries;
  commands: CommandQueries;
  commandClaims: CommandClaimQueries;
  commandLeases: CommandLeaseQueries;
  effects: EffectQueries;
  auditLog: AuditLogQueries;
  credentialStandings: CredentialStandingQueries;
  idempotencyKeys: IdempotencyKeyQueries;
  reviews: ReviewQueries;
  findings: FindingQueries;
};

/** An open store. A process has one that writes; on SQLite others of the process only read. */
export type Store = StoreQueries & {
  engine: "sqlite" | "postgres";
  /** Stores webhooks durably. When it rejects, its senders may be told to come again: what was stored all the same is a duplicate then. */
  accept: AcceptDeliveries;
  /** Runs `work` in one transaction, the only one of its kind at that time, also with others on the same database; inside it only `queries` may be used. */
  transaction: <T>(work: (queries: StoreQueries) => Promise<T>) => Promise<T>;
  /** Calls `onChange` when another process may have queued, resumed or cancelled something; also now and then without a reason. */
  watchQueue: (onChange: () => void) => Promise<{ close: () => Promise<void> }>;
  /** True when a write would be taken now. */
  isWritable: () => Promise<boolean>;
  /** Bytes that the disk under the store has left, null where the store is elsewhere. */
  freeBytes: () => number | null;
  close: () => Promise<void>;
};
