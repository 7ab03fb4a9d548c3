import { appendFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock, systemSteadyClock } from "../../src/domain/clock.ts";
import { isGone, newOwner } from "../../src/queue/owner.ts";
import { createQueueClock } from "../../src/queue/queue-clock.ts";
import { runWorkers } from "../../src/queue/run-workers.ts";
import { openStore, type StoreLocation } from "../../src/store/open-store.ts";

// A process that works commands off until it is told to stop. It prints what it does, and appends "<repository> begin|end <id>" to a file that all share.
// A command whose payload says `hang` never ends by itself. Arguments: the location as JSON, the file, how many at once.
const [location = "", journal = "", instances = "2"] = process.argv.slice(2);
const store = await openStore(JSON.parse(location) as StoreLocation, "write");
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const workers = await runWorkers(
  { slots: { create_pull_request: { instances: Number(instances), timeoutMs: 600_000 } }, leaseMs: 30_000 },
  {
    store,
    clock: createQueueClock(store.engine, { clock: systemClock, steadyMs: systemSteadyClock }),
    random: Math.random,
    owner: newOwner(),
    isGone,
    perform: async (command, { signal }) => {
      const note = (what: string): void => appendFileSync(journal, `${command.repositoryKey} ${what} ${command.id}\n`);
      note("begin");
      say(`begin ${command.id}`);
      if (command.payload["hang"] === true && command.attempt === 1) {
        await new Promise<never>((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        }).catch((reason: { kind?: string }) => {
          say(`stopped ${command.id} ${reason.kind}`);
          throw reason;
        });
      }
      await wait(5);
      note("end");
      say(`end ${command.id}`);
      return { kind: "succeeded", because: "Done." };
    },
    followUps: () => [],
    redact: (text) => text,
    log: { info: () => {}, warn: () => {}, error: (_fields, message) => say(`error ${message}`) },
    reach: () => {},
    onChanged: () => {},
  },
);
process.on("SIGTERM", () => {
  void workers
    .stop()
    .then(() => store.close())
    .then(() => say("stopped"));
});
say("ready");
