import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";

// A thread with two readers of a database that take their time: one always begins before the other ends, so that there is never a moment without a read.
const readers = [
  new DatabaseSync(workerData as string, { readOnly: true }),
  new DatabaseSync(workerData as string, { readOnly: true }),
] as const;

const begin = (reader: DatabaseSync): void => {
  reader.exec("begin");
  reader.prepare("select count(*) from deliveries").get();
};

const pause = new Int32Array(new SharedArrayBuffer(4));
begin(readers[0]);
parentPort?.postMessage("reading");
for (let turn = 1; ; turn += 1) {
  const [next, last] = turn % 2 === 0 ? [readers[0], readers[1]] : [readers[1], readers[0]];
  begin(next);
  Atomics.wait(pause, 0, 0, 20);
  last.exec("commit");
}
