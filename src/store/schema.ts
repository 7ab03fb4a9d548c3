import type { Generated } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { CommandState, CommandType } from "../domain/command.ts";
import type { DeliveryState, WebhookProvider } from "../domain/delivery.ts";
import type { Decision } from "../domain/decision.ts";
import type { EffectState } from "../domain/effect.ts";
import type { CiRunKind, CiRunStatus, PullRequestState, RevertEvidence } from "../domain/fact.ts";
import type { FindingState, ReviewVerdict } from "../domain/review.ts";
import type { ForgeName } from "../domain/repository.ts";
import type { WorkflowState } from "../domain/workflow.ts";
import type { BodyEncoding } from "./body-pieces.ts";

/** Kysely's view of the tables. One schema for both databases; what each column means stands in the migration that made it. */
export type Schema = {
  deliveries: DeliveriesTable;
  delivery_bodies: DeliveryBodiesTable;
  events: EventsTable;
  decisions: DecisionsTable;
  repositories: RepositoriesTable;
  repository_names: RepositoryNamesTable;
  pr_outcomes: PullRequestsTable;
  ci_runs: CiRunsTable;
  commits: CommitsTable;
  reverts: RevertsTable;
  workflows: WorkflowsTable;
  commands: CommandsTable;
  command_history: CommandHistoryTable;
  effects: EffectsTable;
  audit_log: AuditLogTable;
  audit_head: AuditHeadTable;
  credential_standing: CredentialStandingTable;
  idempotency_keys: IdempotencyKeysTable;
  reviews: ReviewsTable;
  findings: FindingsTable;
};

type DeliveriesTable = {
  id: Generated<number>;
  source: string;
  provider: WebhookProvider;
  hook_id: string;
  delivery_id: string;
  event: string;
  content_type: string;
  headers: string;
  secret_used: "current" | "previous";
  state: DeliveryState;
  received_at: Instant;
  digested_at: Instant | null;
  digest_attempts: number;
  digest_owner: string | null;
  digest_lease_until_at: Instant | null;
  duplicate_count: number;
  dead_code: string | null;
  dead_reason: string | null;
  body_id: number;
  body_from: number;
  body_bytes: number;
};

type DeliveryBodiesTable = { id: Generated<number>; encoding: BodyEncoding; content: Uint8Array };

type EventsTable = {
  id: Generated<number>;
  event_key: string;
  delivery_id: number | null;
  kind: string;
  repository_id: number | null;
  subject_kind: string;
  subject_ref: string;
  commit_sha: string | null;
  actor: string | null;
  actor_is_bot: Generated<number>;
  actor_id: string | null;
  occurred_at: Instant;
  recorded_at: Instant;
  summary: string;
};

type DecisionsTable = {
  id: Generated<number>;
  delivery_id: number;
  event_id: number | null;
  rule: string;
  verdict: Decision["verdict"];
  because: string;
  /** What was queued. */
  command_id: number | null;
  decided_at: Instant;
};

type RepositoriesTable = {
  id: Generated<number>;
  forge: ForgeName | null;
  host: string | null;
  forge_id: string | null;
  slug: string;
  slug_key: string;
  default_branch: string | null;
  url: string | null;
  state: "active" | "deleted";
  registers: string;
  recorded_at: Instant;
};

type RepositoryNamesTable = { repository_id: number; slug_key: string };

type PullRequestsTable = {
  id: Generated<number>;
  repository_id: number;
  provider: ForgeName;
  repo_slug: string;
  pr_number: number;
  title: string | null;
  state: PullRequestState;
  merged_at: Instant | null;
  reverted_at: Instant | null;
  author: string | null;
  url: string | null;
  draft: number;
  base_branch: string | null;
  head_branch: string | null;
  head_sha: string | null;
  merge_commit_sha: string | null;
  commits_count: number | null;
  changed_files_count: number | null;
  opened_at: Instant | null;
  closed_at: Instant | null;
  updated_at: Instant;
  truth_wanted: number;
  registers: string;
  raw_json: string;
};

type CiRunsTable = {
  id: Generated<number>;
  repository_id: number;
  provider: string;
  repo_slug: string;
  kind: CiRunKind;
  run_id: string;
  run_attempt: number;
  commit_sha: string;
  status: CiRunStatus;
  workflow_name: string | null;
  branch: string | null;
  event: string | null;
  url: string | null;
  started_ts: Instant | null;
  completed_ts: Instant | null;
  updated_at: Instant;
  truth_wanted: number;
  registers: string;
  raw_json: string;
};

type CommitsTable = {
  id: Generated<number>;
  repository_id: number;
  sha: string;
  subject: string;
  message: string;
  author_name: string;
  author_email: string;
  url: string | null;
  committed_at: Instant;
  landed_at: Instant | null;
  landed_by_sha: string | null;
  landed_branch: string | null;
  landed_depth: number | null;
  landed_with: number | null;
  reverted_at: Instant | null;
};

type RevertsTable = {
  id: Generated<number>;
  repository_id: number;
  reverter_kind: "pull-request" | "commit";
  reverter_ref: string;
  target_kind: "pull-request" | "commit";
  target_ref: string;
  target_key: string;
  evidence: RevertEvidence;
};

type WorkflowsTable = {
  number: Generated<number>;
  id: string;
  repository_key: string | null;
  title: string | null;
  state: WorkflowState;
  checkout_dir: string | null;
  issue_dir: string | null;
  requested_by: string;
  created_at: Instant;
  updated_at: Instant;
  ended_at: Instant | null;
};

type CommandsTable = {
  id: Generated<number>;
  type: CommandType;
  workflow_id: string;
  repository_key: string;
  writes: number;
  series: string | null;
  idempotency_key: string;
  payload: string;
  priority: number;
  state: CommandState;
  due: number;
  paused: Generated<number>;
  attempt: Generated<number>;
  attempts_max: number;
  waits: Generated<number>;
  crashes: Generated<number>;
  retries: Generated<number>;
  fence: Generated<number>;
  available_at: Instant;
  lease_owner: string | null;
  lease_until_at: Instant | null;
  cancel_requested_at: Instant | null;
  outcome_code: string | null;
  outcome_because: string | null;
  links: Generated<string>;
  artifacts: Generated<string>;
  result: Generated<string>;
  log_path: string | null;
  requested_by: string;
  caused_by_event_id: number | null;
  caused_by_command_id: number | null;
  created_at: Instant;
  updated_at: Instant;
  started_at: Instant | null;
  ended_at: Instant | null;
};

type CommandHistoryTable = {
  id: Generated<number>;
  command_id: number;
  move: string;
  attempt: number;
  actor: string;
  code: string | null;
  because: string | null;
  started_at: Instant | null;
  at: Instant;
};

type EffectsTable = {
  id: Generated<number>;
  key: string;
  kind: string;
  command_id: number;
  repository_key: string;
  state: EffectState;
  marker: string;
  request_hash: string;
  intent: string;
  result: Generated<string>;
  sends: Generated<number>;
  checks: Generated<number>;
  duplicates_repaired: Generated<number>;
  code: string | null;
  because: string | null;
  intended_at: Instant;
  sent_at: Instant | null;
  check_after_at: Instant | null;
  done_at: Instant | null;
};

type AuditLogTable = {
  id: Generated<number>;
  at: Instant;
  actor: string;
  action: string;
  subject: string;
  detail: string;
  previous_hash: string;
  hash: string;
};

/** One row: where the audit log ends. */
type AuditHeadTable = { number: number; entry_id: number; hash: string; entries: number };

type CredentialStandingTable = { fingerprint: string; standing: string };

type IdempotencyKeysTable = { key: string; request_hash: string; answer: string; created_at: Instant };

type ReviewsTable = {
  id: Generated<number>;
  command_id: number;
  workflow_id: string;
  repository_key: string;
  pull_request_key: string;
  repository: string;
  pr_number: number;
  pr_title: string;
  pr_url: string;
  head_sha: string;
  base_sha: string;
  diff_sha256: string;
  round: number;
  verdict: ReviewVerdict;
  code: string | null;
  because: string;
  explanation: string;
  agent: string;
  model: string | null;
  input_tokens: number | null;
  cached_input_tokens: number | null;
  output_tokens: number | null;
  cost_micro_usd: number | null;
  coverage: string;
  findings: string;
  posting: string;
  artifacts_dir: string;
  requested_by: string;
  started_at: Instant;
  ended_at: Instant;
  summary_url: string | null;
  posted_at: Instant | null;
};

type FindingsTable = {
  number: Generated<number>;
  pull_request_key: string;
  id: string;
  title: string;
  body: string;
  priority: number;
  confidence_percent: number | null;
  path: string;
  start_line: number;
  end_line: number;
  suggestion: string | null;
  code_sha256: string;
  state: FindingState;
  first_seen_sha: string;
  last_confirmed_sha: string;
  thread_id: string | null;
  url: string | null;
  updated_at: Instant;
};
