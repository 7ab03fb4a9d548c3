import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { digestNext } from "../../src/flow.ts";
import { openStore, type StoreLocation } from "../../src/store/open-store.ts";
import { digester } from "./digester.ts";

// A process that opens a store, says so, waits for a word, and digests the backlog in small batches until none is left. It then prints how many deliveries
// it took. Argument: the location as JSON.
const store = await openStore(JSON.parse(process.argv[2] ?? "") as StoreLocation, "write");
process.stdout.write("ready\n");
await once(process.stdin, "data");
let digested = 0;
for (;;) {
  const taken = await digestNext(
    { deliveries: 3, bodyBytes: 10_000_000 },
    digester(store, { owner: `child/${process.pid}` }),
  );
  if (taken === 0) break;
  digested += taken;
  // The other gets its turn: SQLite's lock is not given in the order of asking.
  await wait(5);
}
await store.close();
process.stdout.write(`${digested}\n`);
process.stdin.destroy();
