import { type Kysely, sql } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { ClaimedCommand, CommandType } from "../domain/command.ts";
import type { Schema } from "./schema.ts";
import { type StoreTime, timeFrom } from "./store-time.ts";

export type CommandClaim = {
  type: CommandType;
  /** At most so many, each of another repository. */
  limit: number;
  owner: string;
  leaseMs: number;
  now: StoreTime;
};

export type CommandClaimQueries = ReturnType<typeof commandClaimQueries>;

/** How commands come to be due and find a worker. What becomes of a claim is in command-leases.ts. */
export function commandClaimQueries(db: Kysely<Schema>, locking: "skip-locked" | "none") {
  // Without statistics SQLite would read all that is queued instead of the few that wait for their time.
  const waiting = locking === "skip-locked" ? sql`commands` : sql`commands indexed by idx_commands_later`;

  return {
    /**
     * Claims commands that are due: first the larger priority; then the repository with the fewest running, then the one that was served longest ago,
     * then the oldest. Per repository at most one, so that a batch is as fair as one by one. Of the commands that write to a repository none starts
     * while another runs, and none before an earlier one of its own workflow has ended, also while that one waits for its time.
     *
     * Reads one entry per repository that has something due, whatever the backlog. Several processes may claim at once: on PostgreSQL each passes over
     * what another is claiming, SQLite has one writer at a time.
     */
    async claim(claim: CommandClaim): Promise<ClaimedCommand[]> {
      for (;;) {
        try {
          return await claimOnce(claim);
        } catch (error) {
          // Another process claimed a command of the same repository that this statement could not see yet. Its row is there now.
          if (!isOneWriterViolation(error) || db.isTransaction) throw error;
        }
      }
    },

    /** Whether a claim of one of these types might find something; cheap, and writes nothing. */
    async hasDue(types: CommandType[], now: StoreTime): Promise<boolean> {
      const { rows } = await sql<{ due: number }>`
        select case when exists (select 1 from commands c where ${isReady} and c.type in (${sql.join(types)}))
          or exists (select 1 from ${waiting} where state = 'queued' and due = 0 and available_at <= ${timeFrom(now)}) then 1 else 0 end as due`.execute(
        db,
      );
      return rows[0]?.due === 1;
    },

    /** Makes commands due whose time has come. */
    async makeDue(now: StoreTime): Promise<void> {
      await sql`update ${waiting} set due = 1 where state = 'queued' and due = 0 and available_at <= ${timeFrom(now)}`.execute(
        db,
      );
    },

    /** Makes commands due whose time was set by a clock that has since been set back: they would wait for as much longer. */
    async makeDueAfterSetback(now: StoreTime): Promise<void> {
      await sql`update ${waiting} set due = 1 where state = 'queued' and due = 0 and updated_at > ${timeFrom(now, clockSlackMs)}`.execute(
        db,
      );
    },

    /** How long until the next command becomes due, null when none waits for its time. Never less than nothing. */
    async msUntilDue(now: StoreTime): Promise<number | null> {
      const { rows } = await sql<{ available_at: Instant | null; now: Instant }>`
        select (select min(available_at) from ${waiting} where state = 'queued' and due = 0) as available_at, ${timeFrom(now)} as now`.execute(
        db,
      );
      const [row] = rows;
      if (row === undefined || row.available_at === null) return null;
      return Math.max(0, Date.parse(row.available_at) - Date.parse(row.now));
    },

    /** Tells workers in other processes that there may be something for them, when the caller's transaction is committed. SQLite's see it by themselves. */
    async announce(): Promise<void> {
      if (locking === "skip-locked") await sql`select pg_notify(${queueChannel}, '')`.execute(db);
    },
  };

  async function claimOnce({ type, limit, owner, leaseMs, now }: CommandClaim): Promise<ClaimedCommand[]> {
    // SQLite's transaction is the only one that writes. Joined there all the same, the state would lead its planner astray. What is ranked is kept: PostgreSQL,
    // which thinks that nothing is queued until it has looked at the table for the first time, would rank it anew for each command.
    const chosen =
      locking === "skip-locked"
        ? sql`select c.id from ranked r join commands c on c.id = r.id where r.place = 1 and c.state = 'queued' ${inOrder} limit ${limit} for update of c skip locked`
        : sql`select r.id from ranked r where r.place = 1 ${inOrder} limit ${limit}`;
    const { rows } = await sql<ClaimedRow>`
      with recursive repositories_due (repository_key) as (
        select (select min(c.repository_key) from commands c where ${isReady} and c.type = ${type})
        union all
        select (select min(c.repository_key) from commands c where ${isReady} and c.type = ${type} and c.repository_key > r.repository_key)
        from repositories_due r where r.repository_key is not null
      ), heads as materialized (
        select r.repository_key, case when kind.writes = 1 and exists (
            select 1 from commands w where w.state = 'running' and w.writes = 1 and w.repository_key = r.repository_key
          ) then null else (
            select c.id from commands c
            where ${isReady} and c.type = ${type} and c.repository_key = r.repository_key and c.writes = kind.writes
              and (kind.writes = 0 or not exists (
                select 1 from commands e where e.workflow_id = c.workflow_id and e.ended_at is null and e.writes = 1 and e.id < c.id))
            order by c.priority desc, c.id limit 1
          ) end as id
        from repositories_due r cross join (select 0 as writes union all select 1 as writes) kind
        where r.repository_key is not null
      ), prioritised as materialized (
        select h.id, h.repository_key, (select c.priority from commands c where c.id = h.id) as priority from heads h where h.id is not null
      ), ranked as materialized (
        select p.id, p.priority,
          (select count(b.id) from commands b where b.state = 'running' and b.repository_key = p.repository_key) as busy,
          coalesce((select max(s.started_at) from commands s where s.repository_key = p.repository_key), '') as served_at,
          row_number() over (partition by p.repository_key order by p.priority desc, p.id) as place
        from prioritised p
      ), chosen as (${chosen})
      update commands set state = 'running', attempt = attempt + 1, fence = fence + 1, lease_owner = ${owner},
        lease_until_at = ${timeFrom(now, leaseMs)}, started_at = ${timeFrom(now)}, updated_at = ${timeFrom(now)}
      from chosen where commands.id = chosen.id
      returning commands.id, type, workflow_id, repository_key, payload, attempt, attempts_max, fence, requested_by, created_at`.execute(
      db,
    );
    return rows.map(claimedCommand).toSorted((a, b) => a.id - b.id);
  }
}

/** On which PostgreSQL's workers hear of new work. */
export const queueChannel = "pullwright_queue";

const inOrder = sql`order by r.priority desc, r.busy, r.served_at, r.id`;

/** In the words of the partial index, which is used only by who says the same. */
const isReady = sql`c.state = 'queued' and c.due = 1 and c.paused = 0`;

/** By so much clocks are set right every day. */
const clockSlackMs = 60_000;

type ClaimedRow = {
  id: number;
  type: CommandType;
  workflow_id: string;
  repository_key: string;
  payload: string;
  attempt: number;
  attempts_max: number;
  fence: number;
  requested_by: string;
  created_at: Instant;
};

function claimedCommand(row: ClaimedRow): ClaimedCommand {
  return {
    id: row.id,
    type: row.type,
    workflowId: row.workflow_id,
    repositoryKey: row.repository_key === "" ? null : row.repository_key,
    payload: JSON.parse(row.payload) as Record<string, unknown>,
    attempt: row.attempt,
    attemptsMax: row.attempts_max,
    fence: row.fence,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
  };
}

function isOneWriterViolation(error: unknown): boolean {
  return error instanceof Error && "constraint" in error && error.constraint === "idx_commands_one_writer";
}
