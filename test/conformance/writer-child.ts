import { openStore, type StoreLocation } from "../../src/store/open-store.ts";
import { arrived } from "./delivery.ts";

// A process that opens a store, stores deliveries one by one and says how it went. Arguments: the location as JSON, and its own name.
const [, , location = "", name = ""] = process.argv;
const store = await openStore(JSON.parse(location) as StoreLocation, "write");
let accepted = 0;
let known = 0;
for (let index = 0; index < 25; index += 1) {
  const outcomes = await store.accept([
    arrived({ deliveryId: `${name}-${index}` }),
    arrived({ deliveryId: `shared-${index}` }),
  ]);
  if (outcomes[0]?.kind === "accepted") accepted += 1;
  if (outcomes[1]?.kind === "accepted" || outcomes[1]?.kind === "duplicate") known += 1;
}
await store.close();
process.stdout.write(`${accepted} accepted, ${known} known to all`);
