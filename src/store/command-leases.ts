import { type Kysely, type RawBuilder, sql } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { CommandProducts, CommandState } from "../domain/command.ts";
import type { Schema } from "./schema.ts";
import { type StoreTime, timeFrom } from "./store-time.ts";

/** A command and the number that its claim got: together they say who may write. */
export type CommandClaimKey = { id: number; fence: number };

/** A running command as who looks for abandoned ones sees it. */
export type CommandLease = CommandClaimKey & {
  owner: string;
  /** Changes with every renewal. */
  leaseUntilAt: Instant;
};

/** A running command in the hands of the one whose fence it bears. */
export type HeldCommand = CommandLease & {
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

export type CommandLeaseQueries = ReturnType<typeof commandLeaseQueries>;

/**
 * Who has which command, and how a claim ends. Whatever is written on behalf of a claimed command names its fence, and says when that matched nothing: then
 * somebody else has the command.
 */
export function commandLeaseQueries(db: Kysely<Schema>, locking: "skip-locked" | "none") {
  return {
    /** Says that these still run, and gives back those of them that are still this owner's; who is not among them has lost its command. */
    async extend(
      owner: string,
      ids: number[],
      leaseMs: number,
      now: StoreTime,
    ): Promise<(CommandClaimKey & { isCancelRequested: boolean })[]> {
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
    async list(): Promise<CommandLease[]> {
      const rows = await db
        .selectFrom("commands")
        .select(["id", "fence", "lease_owner", "lease_until_at"])
        .where("state", "=", sql.lit("running"))
        .execute();
      return rows.map(leaseOf);
    },

    /** Those of the commands that still run under these fences. Until the caller's transaction is over, nobody else can end, cancel or take them. */
    async hold(claims: CommandClaimKey[]): Promise<HeldCommand[]> {
      if (claims.length === 0) return [];
      const running = db
        .selectFrom("commands")
        .select([
          "id",
          "fence",
          "lease_owner",
          "lease_until_at",
          "workflow_id",
          "attempt",
          "attempts_max",
          "crashes",
          "cancel_requested_at",
          "started_at",
        ])
        .where(
          "id",
          "in",
          claims.map(({ id }) => id),
        )
        .where("state", "=", "running")
        // Whoever holds several takes them in one order, so that two never wait for each other.
        .orderBy("id");
      const rows = await (locking === "skip-locked" ? running.forUpdate() : running).execute();
      const fences = new Map(claims.map(({ id, fence }) => [id, fence]));
      return rows.flatMap((row) =>
        fences.get(row.id) === row.fence
          ? [
              {
                ...leaseOf(row),
                workflowId: row.workflow_id,
                attempt: row.attempt,
                attemptsMax: row.attempts_max,
                crashes: row.crashes,
                isCancelRequested: row.cancel_requested_at !== null,
                startedAt: row.started_at,
              },
            ]
          : [],
      );
    },

    /** Ends claims. Returns the commands that it ended; the others no longer run under these fences, and nothing was written of them. */
    async end(endings: (CommandClaimKey & { ending: CommandEnding })[], now: StoreTime): Promise<number[]> {
      if (endings.length === 0) return [];
      const rows = endings.map(({ id, fence, ending }) => endingRow(id, fence, ending, now));
      const { rows: ended } = await sql<{ id: number }>`
        update commands set state = e.state, lease_owner = null, lease_until_at = null, outcome_code = e.code, outcome_because = e.because,
          links = coalesce(e.links, commands.links), artifacts = coalesce(e.artifacts, commands.artifacts), result = coalesce(e.result, commands.result),
          due = coalesce(e.due, commands.due), available_at = coalesce(e.available_at, commands.available_at),
          attempt = coalesce(e.attempt, commands.attempt), waits = commands.waits + e.waits, crashes = coalesce(e.crashes, commands.crashes),
          updated_at = ${timeFrom(now)}, ended_at = case when e.due is null then ${timeFrom(now)} end
        from (${sql.join(rows, sql` union all `)}) as e
        where commands.id = e.id and commands.fence = e.fence and commands.state = 'running'
        returning commands.id`.execute(db);
      return ended.map((row) => row.id);
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
}

type LeaseRow = { id: number; fence: number; lease_owner: string | null; lease_until_at: Instant | null };

function leaseOf({ id, fence, lease_owner, lease_until_at }: LeaseRow): CommandLease {
  return { id, fence, owner: lease_owner ?? "", leaseUntilAt: lease_until_at ?? "" };
}

/** One ending as a row of a statement that ends several. The types are said because PostgreSQL cannot see what they are for. */
function endingRow(id: number, fence: number, ending: CommandEnding, now: StoreTime): RawBuilder<unknown> {
  const { again, products } = ending;
  const json = (value: unknown): RawBuilder<unknown> =>
    sql`cast(${value === undefined ? null : JSON.stringify(value)} as text)`;
  const count = (value: number | undefined): RawBuilder<unknown> => sql`cast(${value ?? null} as integer)`;
  const availableAt = again === undefined ? sql`cast(null as text)` : timeFrom(now, Math.max(0, again.afterMs));
  return sql`select cast(${id} as bigint) as id, cast(${fence} as bigint) as fence, cast(${ending.to} as text) as state,
    cast(${ending.code} as text) as code, cast(${ending.because} as text) as because, ${json(products?.links)} as links,
    ${json(products?.artifacts)} as artifacts, ${json(products?.result)} as result,
    ${count(again === undefined ? undefined : again.afterMs <= 0 ? 1 : 0)} as due, ${availableAt} as available_at,
    ${count(again?.attempt)} as attempt, ${count(again?.waits ?? 0)} as waits, ${count(again?.crashes)} as crashes`;
}
