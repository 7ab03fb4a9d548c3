import { type Kysely, type Selectable, sql } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { CommandLink, CommandState, CommandType, NewCommand } from "../domain/command.ts";
import { countMax, countRows, mapPage, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";
import { type StoreTime, timeFrom } from "./store-time.ts";

type StoredCommand = Selectable<Schema["commands"]>;

/** A command without its payload and results: what lists show. */
export type CommandRow = Omit<Pick<StoredCommand, (typeof listColumns)[number]>, "repository_key"> & {
  repository_key: string | null;
};

/** A command with what it left behind, its JSON read. */
export type WorkflowCommandRow = CommandRow & { links: CommandLink[]; artifacts: Record<string, string> };

/** A command whole, its JSON read. */
export type CommandDetail = WorkflowCommandRow & {
  payload: Record<string, unknown>;
  result: Record<string, unknown>;
};

/** One line of what became of a command: how an attempt ended, or what an operator did. */
export type CommandHistoryRow = Selectable<Schema["command_history"]>;

export type CommandFilter = { state?: CommandState; type?: CommandType; workflowId?: string; repositoryKey?: string };

export type CommandQueries = ReturnType<typeof commandQueries>;

export function commandQueries(db: Kysely<Schema>) {
  const filtered = (filter: CommandFilter) => {
    let query = db.selectFrom("commands");
    if (filter.state !== undefined) query = query.where("state", "=", filter.state);
    if (filter.type !== undefined) query = query.where("type", "=", filter.type);
    if (filter.workflowId !== undefined) query = query.where("workflow_id", "=", filter.workflowId);
    if (filter.repositoryKey !== undefined) query = query.where("repository_key", "=", filter.repositoryKey);
    return query;
  };

  return {
    /**
     * Queues a command, due after so long, paused if its workflow is. The same idempotency key again is the command that is there, whatever became of it.
     * Its workflow must exist.
     */
    async add(command: NewCommand, afterMs: number, now: StoreTime): Promise<{ id: number; isNew: boolean }> {
      const inserted = await db
        .insertInto("commands")
        .values({
          type: command.type,
          workflow_id: command.workflowId,
          repository_key: command.repositoryKey ?? "",
          // What concerns no repository cannot be in another's way.
          writes: command.writes && command.repositoryKey !== null ? 1 : 0,
          idempotency_key: command.idempotencyKey,
          payload: JSON.stringify(command.payload),
          priority: command.priority,
          state: "queued",
          due: afterMs <= 0 ? 1 : 0,
          paused: (eb) =>
            eb
              .selectFrom("workflows")
              .select((of) => of.fn.count<number>("number").as("paused"))
              .where("id", "=", command.workflowId)
              .where("state", "=", "paused"),
          attempts_max: command.attemptsMax,
          available_at: timeFrom(now, Math.max(0, afterMs)),
          requested_by: command.requestedBy,
          caused_by_event_id: command.causedBy?.eventId ?? null,
          caused_by_command_id: command.causedBy?.commandId ?? null,
          created_at: timeFrom(now),
          updated_at: timeFrom(now),
        })
        .onConflict((conflict) => conflict.column("idempotency_key").doNothing())
        .returning("id")
        .executeTakeFirst();
      if (inserted !== undefined) return { id: inserted.id, isNew: true };
      const { id } = await db
        .selectFrom("commands")
        .select("id")
        .where("idempotency_key", "=", command.idempotencyKey)
        .executeTakeFirstOrThrow();
      return { id, isNew: false };
    },

    /** Puts a command that ended without success back to the start of its life. False when it is in another state. */
    async requeue(id: number, now: StoreTime): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("commands")
        .set({
          state: "queued",
          due: 1,
          paused: (eb) =>
            eb
              .selectFrom("workflows")
              .select((of) => of.fn.count<number>("number").as("paused"))
              .whereRef("workflows.id", "=", "commands.workflow_id")
              .where("workflows.state", "=", "paused"),
          attempt: 0,
          crashes: 0,
          retries: sql<number>`retries + 1`,
          cancel_requested_at: null,
          available_at: timeFrom(now),
          updated_at: timeFrom(now),
          ended_at: null,
        })
        .where("id", "=", id)
        .where("state", "in", ["failed", "skipped", "cancelled"])
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** Ends a command that nobody has begun. False when it is in another state. */
    async cancelQueued(id: number, because: string, now: StoreTime): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("commands")
        .set({
          state: "cancelled",
          outcome_code: null,
          outcome_because: because,
          updated_at: timeFrom(now),
          ended_at: timeFrom(now),
        })
        .where("id", "=", id)
        .where("state", "=", "queued")
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** Asks whoever runs the command to stop. The first asking counts. False when it does not run. */
    async requestCancel(id: number, now: StoreTime): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("commands")
        .set({ cancel_requested_at: sql<Instant>`coalesce(cancel_requested_at, ${timeFrom(now)})` })
        .where("id", "=", id)
        .where("state", "=", "running")
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    /** Takes all that has not ended of a workflow out of the claims, or lets it in again. What runs goes on. */
    async setPaused(workflowId: string, paused: boolean): Promise<void> {
      await db
        .updateTable("commands")
        .set({ paused: paused ? 1 : 0 })
        .where("workflow_id", "=", workflowId)
        .where("ended_at", "is", null)
        .execute();
    },

    /** The commands of a workflow in one of these states, oldest first. */
    async idsOfWorkflow(workflowId: string, states: CommandState[]): Promise<number[]> {
      const rows = await db
        .selectFrom("commands")
        .select("id")
        .where("workflow_id", "=", workflowId)
        .where("state", "in", states)
        .orderBy("id")
        .execute();
      return rows.map((row) => row.id);
    },

    /** The last command of each type of a workflow, the latest of all last. */
    async lastOfEachType(workflowId: string): Promise<{ id: number; state: CommandState; attempt: number }[]> {
      return db
        .selectFrom("commands")
        .select(["id", "state", "attempt"])
        .where("id", "in", (eb) =>
          eb
            .selectFrom("commands")
            .select((of) => of.fn.max("id").as("id"))
            .where("workflow_id", "=", workflowId)
            .groupBy("type"),
        )
        .orderBy("id")
        .execute();
    },

    /** What lists of workflows show: of each the last command of each type with what it left behind, oldest first. One query, however many workflows. */
    async latestOfWorkflows(workflowIds: string[]): Promise<WorkflowCommandRow[]> {
      if (workflowIds.length === 0) return [];
      const rows = await db
        .selectFrom("commands")
        .select([...listColumns, "links", "artifacts"])
        .where("id", "in", (eb) =>
          eb
            .selectFrom("commands")
            .select((of) => of.fn.max("id").as("id"))
            .where("workflow_id", "in", workflowIds)
            .groupBy(["workflow_id", "type"]),
        )
        .orderBy("id")
        .execute();
      return rows.map((row) => ({ ...withoutEmptyKey(row), ...productsOf(row) }));
    },

    async addHistory(rows: Omit<CommandHistoryRow, "id" | "at">[], now: StoreTime): Promise<void> {
      if (rows.length === 0) return;
      await db
        .insertInto("command_history")
        .values(rows.map((row) => ({ ...row, at: timeFrom(now) })))
        .execute();
    },

    /** What became of a command, first to last; of very many lines the newest. */
    async history(id: number): Promise<CommandHistoryRow[]> {
      const rows = await db
        .selectFrom("command_history")
        .select(["id", "command_id", "move", "attempt", "actor", "code", "because", "started_at", "at"])
        .where("command_id", "=", id)
        .orderBy("id", "desc")
        .limit(historyRowsMax)
        .execute();
      return rows.toReversed();
    },

    async list(filter: CommandFilter, page: PageRequest): Promise<Page<CommandRow>> {
      return mapPage(await readPage(filtered(filter).select([...listColumns]), page), withoutEmptyKey);
    },

    count(filter: CommandFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    /** How many have not ended: those that run, those that wait for their turn or time, and those whose work is paused; of what waits, exact up to 10,000. */
    async countOpen(): Promise<{ running: number; waiting: number; paused: number }> {
      const counted = (of: "running" | "queued") =>
        db
          .selectFrom(db.selectFrom("commands").select("paused").where("state", "=", of).limit(countMax).as("rows"))
          .select((eb) => [
            eb.fn.countAll<number>().as("count"),
            eb.fn.coalesce(eb.fn.sum<number | string>("paused"), eb.lit(0)).as("paused"),
          ])
          .executeTakeFirstOrThrow();
      const [running, queued] = [await counted("running"), await counted("queued")];
      const paused = Number(queued.paused);
      return { running: running.count, waiting: queued.count - paused, paused };
    },

    async get(id: number): Promise<CommandDetail | undefined> {
      const row = await db
        .selectFrom("commands")
        .select([...listColumns, "payload", "links", "artifacts", "result"])
        .where("id", "=", id)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return {
        ...withoutEmptyKey(row),
        payload: JSON.parse(row.payload) as CommandDetail["payload"],
        ...productsOf(row),
        result: JSON.parse(row.result) as CommandDetail["result"],
      };
    },
  };
}

const historyRowsMax = 200;

const listColumns = [
  "id",
  "type",
  "workflow_id",
  "repository_key",
  "writes",
  "idempotency_key",
  "priority",
  "state",
  "paused",
  "attempt",
  "attempts_max",
  "waits",
  "crashes",
  "retries",
  "fence",
  "available_at",
  "lease_owner",
  "lease_until_at",
  "cancel_requested_at",
  "outcome_code",
  "outcome_because",
  "log_path",
  "requested_by",
  "caused_by_event_id",
  "caused_by_command_id",
  "created_at",
  "updated_at",
  "started_at",
  "ended_at",
] as const satisfies (keyof StoredCommand)[];

/** The column has an empty text where the command concerns no repository: the queue sorts by it. */
function withoutEmptyKey<Row extends { repository_key: string }>(
  row: Row,
): Omit<Row, "repository_key"> & { repository_key: string | null } {
  return { ...row, repository_key: row.repository_key === "" ? null : row.repository_key };
}

function productsOf(row: { links: string; artifacts: string }): Pick<WorkflowCommandRow, "links" | "artifacts"> {
  return {
    links: JSON.parse(row.links) as CommandLink[],
    artifacts: JSON.parse(row.artifacts) as Record<string, string>,
  };
}
