import { mkdtempSync } from "node:fs";
import { DatabaseSync, StatementSync } from "node:sqlite";
const times = new Map<string, [number, number]>();
const origPrepare = DatabaseSync.prototype.prepare;
DatabaseSync.prototype.prepare = function (sql: string) {
  const st = origPrepare.call(this, sql) as StatementSync;
  for (const m of ["all", "run"] as const) {
    const f = st[m].bind(st) as (...a: unknown[]) => unknown;
    (st as unknown as Record<string, unknown>)[m] = (...a: unknown[]) => { const t = performance.now(); try { return f(...a); } finally { const e = times.get(sql) ?? [0, 0]; e[0]++; e[1] += performance.now() - t; times.set(sql, e); } };
  }
  return st;
};
const { ours } = await import("./queues/ours.ts");
const n = 3000;
const c = ours("x", async () => ({ location: { engine: "sqlite", path: mkdtempSync("/tmp/q/s-") + "/d/p.db" }, remove: async () => {} }), "own-process");
const q = await c.open();
await q.addMany(Array.from({ length: n }, (_, i) => `r${i % 50}`));
times.clear();
let done = 0; const f = Promise.withResolvers<void>();
const w = await q.work(10, async () => { done++; if (done === n) f.resolve(); });
await f.promise; await w.stop(); await q.close();
for (const [s, [c2, t]] of [...times].sort((a, b) => b[1][1] - a[1][1]).slice(0, 14)) console.log(c2, t.toFixed(0), "ms", (t / c2 * 1000).toFixed(0), "us", s.replace(/\s+/g, " ").slice(0, 160));
