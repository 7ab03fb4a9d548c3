import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { ClaimedCommand, CommandProducts, CommandState, CommandType } from "../domain/command.ts";
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

/** A running command as who looks for abandoned ones sees it. */
export type CommandLease = {
  id: number;
  fence: number;
  owner: string;
  /** Changes with every heartbeat. */
  leaseUntilAt: Instant;
};

/** A running command in the hands of the one whose fence it bears. */
export type HeldCommand = {
  workflowId: string;
  attempt: number;
  attemptsMax: number;
  crashes: number;
  isCancelRequested: boolean;
  startedAt: Instant | null;
};

/** How a command leaves the state `running`. What is not said stays as it was. */
export type CommandEnding = {
  to: Exclude<CommandState, "running">;
  code: string | null;
  because: string;
  products?: CommandProducts;
  /** For `queued`: when it may be claimed again, and what the attempt is said to have cost. */
  again?: { afterMs: number; attempt: number; waits: number; crashes: number };
};

export type CommandClaimQueries = ReturnType<typeof commandClaimQueries>;

/**
 * The queue's moving parts: claim, lease, and how a claim ends. Whatever is written on behalf of a claimed command names its fence, and says when that
 * matched nothing: then somebody else has the command.
 */
export function commandClaimQueries(db: Kysely<Schema>, locking: "skip-locked" | "none") {
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
        select case when exists (select 1 from commands c where ${isReady} and c.type in (${sql.join(types)})) or ${isLate(now)} then 1 else 0 end as due`.execute(
        db,
      );
      return rows[0]?.due === 1;
    },

    /** Makes commands due whose time has come; also those whose time was set by a clock that has since been set back, by a minute or more. */
    async makeDue(now: StoreTime): Promise<number> {
      const { numAffectedRows } = await sql`
        update commands set due = 1
        where state = 'queued' and due = 0 and (available_at <= ${timeFrom(now)} or updated_at > ${timeFrom(now, clockSlackMs)})`.execute(
        db,
      );
      return Number(numAffectedRows ?? 0n);
    },

    /** How long until the next command becomes due, null when none waits for its time. Never less than nothing. */
    async msUntilDue(now: StoreTime): Promise<number | null> {
      const { rows } = await sql<{ available_at: Instant | null; now: Instant }>`
        select (select min(available_at) from commands where state = 'queued' and due = 0) as available_at, ${timeFrom(now)} as now`.execute(
        db,
      );
      const [row] = rows;
      if (row === undefined || row.available_at === null) return null;
      return Math.max(0, Date.parse(row.available_at) - Date.parse(row.now));
    },

    /** Says that these still run, and gives back those of them that are still this owner's; who is not among them has lost its command. */
    async extendLeases(
      owner: string,
      ids: number[],
      leaseMs: number,
      now: StoreTime,
    ): Promise<{ id: number; fence: number; isCancelRequested: boolean }[]> {
      if (ids.length === 0) return [];
      const rows = await db
        .updateTable("commands")
        .set({ lease_until_at: timeFrom(now, leaseMs) })
        .where("id", "in", ids)
        .where("state", "=", "running")
        .where("lease_owner", "=", owner)
        .returning(["id", "fence", "cancel_requested_at"])
        .execute();
      return rows.map(({ id, fence, cancel_requested_at }) => ({
        id,
        fence,
        isCancelRequested: cancel_requested_at !== null,
      }));
    },

    /** Which of this owner's running commands somebody wants to end. */
    async cancelRequestsOf(owner: string): Promise<number[]> {
      const rows = await db
        .selectFrom("commands")
        .select("id")
        .where("state", "=", sql.lit("running"))
        .where("lease_owner", "=", owner)
        .where("cancel_requested_at", "is not", null)
        .execute();
      return rows.map((row) => row.id);
    },

    /** Every running command with its lease. */
    async leases(): Promise<CommandLease[]> {
      const rows = await db
        .selectFrom("commands")
        .select(["id", "fence", "attempt", "attempts_max", "crashes", "workflow_id", "lease_owner", "lease_until_at"])
        .where("state", "=", sql.lit("running"))
        .execute();
      return rows.map((row) => ({
        id: row.id,
        fence: row.fence,
        owner: row.lease_owner ?? "",
        leaseUntilAt: row.lease_until_at ?? "",
      }));
    },

    /** The command, if it still runs under this fence. Until the caller's transaction is over, nobody else can end, cancel or take it. */
    async hold(id: number, fence: number): Promise<HeldCommand | undefined> {
      const held = db
        .selectFrom("commands")
        .select(["workflow_id", "attempt", "attempts_max", "crashes", "cancel_requested_at", "started_at"])
        .where("id", "=", id)
        .where("fence", "=", fence)
        .where("state", "=", "running");
      const row = await (locking === "skip-locked" ? held.forUpdate() : held).executeTakeFirst();
      return row === undefined
        ? undefined
        : {
            workflowId: row.workflow_id,
            attempt: row.attempt,
            attemptsMax: row.attempts_max,
            crashes: row.crashes,
            isCancelRequested: row.cancel_requested_at !== null,
            startedAt: row.started_at,
          };
    },

    /** Ends a claim. False when the command no longer runs under this fence, or its lease is not the one that was seen: then nothing was written. */
    async endClaim(
      { id, fence, leaseUntilAt }: { id: number; fence: number; leaseUntilAt?: Instant },
      ending: CommandEnding,
      now: StoreTime,
    ): Promise<boolean> {
      const { again, products } = ending;
      const columns = {
        state: ending.to,
        lease_owner: null,
        lease_until_at: null,
        outcome_code: ending.code,
        outcome_because: ending.because,
        updated_at: timeFrom(now),
        ...(products?.links === undefined ? {} : { links: JSON.stringify(products.links) }),
        ...(products?.artifacts === undefined ? {} : { artifacts: JSON.stringify(products.artifacts) }),
        ...(products?.result === undefined ? {} : { result: JSON.stringify(products.result) }),
      };
      const leaving =
        again === undefined
          ? { ended_at: timeFrom(now) }
          : {
              due: again.afterMs <= 0 ? 1 : 0,
              available_at: timeFrom(now, Math.max(0, again.afterMs)),
              attempt: again.attempt,
              waits: sql<number>`waits + ${again.waits}`,
              crashes: again.crashes,
            };
      let update = db
        .updateTable("commands")
        .set({ ...columns, ...leaving })
        .where("id", "=", id)
        .where("fence", "=", fence)
        .where("state", "=", "running");
      if (leaseUntilAt !== undefined) update = update.where("lease_until_at", "=", leaseUntilAt);
      const { numUpdatedRows } = await update.executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** Tells workers in other processes that there may be something for them, when the caller's transaction is committed. SQLite's see it by themselves. */
    async announce(): Promise<void> {
      if (locking === "skip-locked") await sql`select pg_notify(${queueChannel}, '')`.execute(db);
    },

    /** Where the output of what runs is written, to be looked at while it runs. False when the lease is lost. */
    async setLogPath(id: number, fence: number, path: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("commands")
        .set({ log_path: path })
        .where("id", "=", id)
        .where("fence", "=", fence)
        .where("state", "=", "running")
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };

  async function claimOnce({ type, limit, owner, leaseMs, now }: CommandClaim): Promise<ClaimedCommand[]> {
    const passOverLocked = locking === "skip-locked" ? sql`for update of c skip locked` : sql``;
    const { rows } = await sql<ClaimedRow>`
      with recursive repositories_due (repository_key) as (
        select (select min(c.repository_key) from commands c where ${isReady} and c.type = ${type})
        union all
        select (select min(c.repository_key) from commands c where ${isReady} and c.type = ${type} and c.repository_key > r.repository_key)
        from repositories_due r where r.repository_key is not null
      ), heads as (
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
      ), ranked as (
        select h.id, c.priority,
          (select count(b.id) from commands b where b.state = 'running' and b.repository_key = h.repository_key) as busy,
          coalesce((select max(s.started_at) from commands s where s.repository_key = h.repository_key), '') as served_at,
          row_number() over (partition by h.repository_key order by c.priority desc, c.id) as place
        from heads h join commands c on c.id = h.id
      ), chosen as (
        select c.id from ranked r join commands c on c.id = r.id
        where r.place = 1 and c.state = 'queued'
        order by r.priority desc, r.busy, r.served_at, r.id limit ${limit} ${passOverLocked}
      )
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

/** In the words of the partial index, which is used only by who says the same. */
const isReady = sql`c.state = 'queued' and c.due = 1 and c.paused = 0`;

/** In the words of the index of what waits for its time. */
function isLate(now: StoreTime): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from commands where state = 'queued' and due = 0 and (available_at <= ${timeFrom(now)} or updated_at > ${timeFrom(now, clockSlackMs)}))`;
}

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
