import { type Kysely, type Selectable, sql } from "kysely";
import type { NewWorkflow, WorkflowState } from "../domain/workflow.ts";
import { countRows, type Page, type PageRequest, readPage } from "./page.ts";
import type { Schema } from "./schema.ts";
import { type StoreTime, timeFrom } from "./store-time.ts";

export type WorkflowRow = Selectable<Schema["workflows"]>;

export type WorkflowFilter = { state?: WorkflowState; repositoryKey?: string };

export type WorkflowQueries = ReturnType<typeof workflowQueries>;

export function workflowQueries(db: Kysely<Schema>) {
  const filtered = (filter: WorkflowFilter) => {
    let query = db.selectFrom("workflows");
    if (filter.state !== undefined) query = query.where("state", "=", filter.state);
    if (filter.repositoryKey !== undefined) query = query.where("repository_key", "=", filter.repositoryKey);
    return query;
  };

  return {
    /** Begins a workflow. One that is there stays as it is. */
    async add(workflow: NewWorkflow, now: StoreTime): Promise<{ isNew: boolean }> {
      const inserted = await db
        .insertInto("workflows")
        .values({
          id: workflow.id,
          repository_key: workflow.repositoryKey,
          title: workflow.title,
          state: "active",
          checkout_dir: workflow.checkoutDir,
          issue_dir: workflow.issueDir,
          requested_by: workflow.requestedBy,
          created_at: timeFrom(now),
          updated_at: timeFrom(now),
          ended_at: null,
        })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .returning("number")
        .executeTakeFirst();
      return { isNew: inserted !== undefined };
    },

    /** Says where it stands. What stands so already is not written again. */
    async setState(id: string, state: WorkflowState, now: StoreTime): Promise<void> {
      const hasEnded = state === "succeeded" || state === "failed" || state === "cancelled";
      await db
        .updateTable("workflows")
        .set({ state, updated_at: timeFrom(now), ended_at: hasEnded ? timeFrom(now) : null })
        .where("id", "=", id)
        .where("state", "!=", state)
        .execute();
    },

    /**
     * Says where workflows stand by their commands: active while anything of them waits or runs, failed when the last command of some type failed, cancelled
     * when the very last one was, else succeeded. A paused or cancelled one stays what it is. Changes nothing that stands so already.
     */
    async settle(ids: string[], now: StoreTime): Promise<void> {
      if (ids.length === 0) return;
      // Each question ends at its first row: PostgreSQL would answer an "exists" by reading all that is open anywhere.
      await sql`
        with standing as materialized (
          select w.id, case
            when (select c.id from commands c where c.workflow_id = w.id limit 1) is null then 'active'
            when (select c.id from commands c where c.workflow_id = w.id and c.ended_at is null limit 1) is not null then 'active'
            when (select c.id from commands c where c.workflow_id = w.id and c.state = 'failed' and not exists (
              select 1 from commands l where l.workflow_id = w.id and l.type = c.type and l.id > c.id) limit 1) is not null then 'failed'
            when (select l.state from commands l where l.workflow_id = w.id order by l.id desc limit 1) = 'cancelled' then 'cancelled'
            else 'succeeded' end as state
          from workflows w where w.id in (${sql.join(ids)}) and w.state not in ('paused', 'cancelled')
        )
        update workflows set state = standing.state, updated_at = ${timeFrom(now)}, ended_at = case when standing.state <> 'active' then ${timeFrom(now)} end
        from standing where workflows.id = standing.id and workflows.state <> standing.state`.execute(db);
    },

    list(filter: WorkflowFilter, page: PageRequest): Promise<Page<WorkflowRow>> {
      return readPage(filtered(filter).select([...columns]), page, { number: "number" });
    },

    count(filter: WorkflowFilter): Promise<number> {
      return countRows(db, filtered(filter));
    },

    async get(id: string): Promise<WorkflowRow | undefined> {
      return db
        .selectFrom("workflows")
        .select([...columns])
        .where("id", "=", id)
        .executeTakeFirst();
    },
  };
}

const columns = [
  "number",
  "id",
  "repository_key",
  "title",
  "state",
  "checkout_dir",
  "issue_dir",
  "requested_by",
  "created_at",
  "updated_at",
  "ended_at",
] as const;
