import pg from "pg";
const { createDatabase, startPostgres } = await import("../test/support/postgres.ts");
const { ours } = await import("./queues/ours.ts");
const server = await startPostgres({});
const url = (await createDatabase(server.url)).url;
const n = 3000;
const c = ours("x", async () => ({ location: { engine: "postgres", url }, remove: async () => {} }), "own-process");
const q = await c.open();
await q.addMany(Array.from({ length: n }, (_, i) => `r${i % 50}`));
let done = 0; const f = Promise.withResolvers<void>();
const w = await q.work(10, async () => { done++; if (done === 1000) f.resolve(); });
await f.promise; await w.stop();
const client = new pg.Client({ connectionString: url }); await client.connect();
const type = "'create_pull_request'";
const isReady = "c.state = 'queued' and c.due = 1 and c.paused = 0";
const sql = `
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
      ), ranked as (
        select h.id, c.priority,
          (select count(b.id) from commands b where b.state = 'running' and b.repository_key = h.repository_key) as busy,
          coalesce((select max(s.started_at) from commands s where s.repository_key = h.repository_key), '') as served_at,
          row_number() over (partition by h.repository_key order by c.priority desc, c.id) as place
        from heads h join commands c on c.id = h.id
      ), chosen as (select c.id from ranked r join commands c on c.id = r.id where r.place = 1 and c.state = 'queued' order by r.priority desc, r.busy, r.served_at, r.id limit 10 for update of c skip locked)
      update commands set state = 'running', attempt = attempt + 1 from chosen where commands.id = chosen.id returning commands.id`;
for (const [name, s] of [["claim", sql], ["due", `update commands set due = 1 where state = 'queued' and due = 0 and available_at <= (select to_char(clock_timestamp(), 'YYYY'))`], ["settle", `
        update workflows set state = s.state, updated_at = 'x', ended_at = case when s.state <> 'active' then 'x' end
        from (
          select w.id, case
            when not exists (select 1 from commands c where c.workflow_id = w.id) then 'active'
            when exists (select 1 from commands c where c.workflow_id = w.id and c.ended_at is null) then 'active'
            when exists (select 1 from commands c where c.workflow_id = w.id and c.state = 'failed' and not exists (
              select 1 from commands l where l.workflow_id = w.id and l.type = c.type and l.id > c.id)) then 'failed'
            when (select l.state from commands l where l.workflow_id = w.id order by l.id desc limit 1) = 'cancelled' then 'cancelled'
            else 'succeeded' end as state
          from workflows w where w.id in (select id from workflows limit 10)
        ) as s
        where workflows.id = s.id and workflows.state not in ('paused', 'cancelled') and workflows.state <> s.state`]] as const) {
  await client.query("begin");
  const r = await client.query("explain (analyze, buffers, costs) " + s);
  console.log("==== " + name); for (const row of r.rows) console.log((row as Record<string, string>)["QUERY PLAN"]);
  await client.query("rollback");
}
await client.end(); await q.close(); await server.stop();
