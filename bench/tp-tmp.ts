import { mkdtempSync } from "node:fs";
import { ours } from "./queues/ours.ts";
import { createDatabase, startPostgres } from "../test/support/postgres.ts";
const which = process.argv[2];
const n = Number(process.argv[3] ?? 3000);
const server = which === "pg" ? await startPostgres({}) : null;
const c = ours("x", async () => {
  if (server) { const d = await createDatabase(server.url); return { location: { engine: "postgres", url: d.url }, remove: async () => {} }; }
  return { location: { engine: "sqlite", path: mkdtempSync("/tmp/q/s-") + "/d/p.db" }, remove: async () => {} };
}, "own-process");
const q = await c.open();
let t = performance.now();
await q.addMany(Array.from({ length: n }, (_, i) => `r${i % 50}`));
console.log("put", Math.round(n / (performance.now() - t) * 1000), "/s");
let done = 0; const f = Promise.withResolvers<void>();
t = performance.now();
const w = await q.work(10, async () => { done++; if (done === n) f.resolve(); });
await f.promise;
console.log("work", Math.round(n / (performance.now() - t) * 1000), "/s");
await w.stop(); await q.close(); await server?.stop();
