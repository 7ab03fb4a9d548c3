/**
 * Looks at the kernel's door whether any delivery is acknowledged before it is on the disk: under strace, for each `202` the write of that delivery into
 * the SQLite log must have been followed by a finished sync of the log. A second run, with the sync taken out, must fail.
 *
 *   node scripts/run.mjs bench/strace-order.ts [--acknowledged 1000]
 */
import { spawnSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startTestService } from "../test/support/service.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { campaignDelivery } from "./campaign-deliveries.ts";
import { keepSending } from "./keep-sending.ts";

export type OrderResult = {
  acknowledged: number;
  writes: number;
  syncs: number;
  /** Delivery ids whose `202` left before their own write was synced. */
  early: string[];
};

/** True where strace is installed and may trace. */
export function canTrace(): boolean {
  return spawnSync("strace", ["-f", "-e", "trace=fsync", "true"], { stdio: "ignore" }).status === 0;
}

/** Sends until so many deliveries are acknowledged, and judges the trace. `weakened` takes the sync out of commits. */
export async function checkSyncOrder(options: {
  acknowledged: number;
  connections: number;
  weakened: boolean;
}): Promise<OrderResult> {
  await using folder = await temporaryDirectory();
  const trace = join(folder.path, "trace");
  const calls = "trace=pwrite64,pwritev,pwritev2,write,writev,sendto,sendmsg,fdatasync,fsync";
  await using service = await startTestService({
    // 4096 bytes are a page; the path behind each number of a file says which file it is.
    wrapper: [
      "strace",
      "-f",
      "--seccomp-bpf",
      "-qq",
      "-y",
      "-s",
      "4200",
      "-e",
      calls,
      "-e",
      "signal=none",
      "-o",
      trace,
    ],
    ...(options.weakened
      ? { nodeArguments: ["--import", fileURLToPath(new URL("weakened/synchronous-normal.ts", import.meta.url))] }
      : {}),
  });
  let serial = 0;
  const enough = Promise.withResolvers<void>();
  const senders = keepSending(
    { connections: options.connections, pauseMs: 0 },
    () => service.receiverUrl,
    service.secrets,
    () => campaignDelivery(serial++),
    (count) => count >= options.acknowledged && enough.resolve(),
  );
  await enough.promise;
  await senders.stop();
  await service.stop();
  return await judgeTrace(createInterface({ input: createReadStream(trace) }));
}

/**
 * Reads the trace line by line. A write counts from when the call begins, a sync only when it has ended; an answer when its call begins. So a doubt
 * about the order of two threads is always held against the service.
 */
export async function judgeTrace(lines: AsyncIterable<string> | Iterable<string>): Promise<OrderResult> {
  const waiting = new Map<string, Delivery>();
  const unsynced = new Set<Delivery>();
  const underWay = new Map<string, Delivery[]>();
  const result: OrderResult = { acknowledged: 0, writes: 0, syncs: 0, early: [] };

  for await (const line of lines) {
    const [thread, call] = splitAtSpace(line);
    if (/^(pwrite64|pwritev2?|write)\(\d+<[^>]*\.db-wal>/.test(call)) {
      result.writes += 1;
      for (const [id] of call.matchAll(deliveryId)) {
        if (waiting.has(id)) continue;
        const delivery = { id, isSynced: false };
        waiting.set(id, delivery);
        unsynced.add(delivery);
      }
    } else if (/^f(data)?sync\(\d+<[^>]*\.db-wal>/.test(call)) {
      // What is written while a sync runs may not be in it.
      underWay.set(thread, [...unsynced]);
      if (!call.endsWith("<unfinished ...>")) finishSync(thread, call);
    } else if (/^<\.\.\. f(data)?sync resumed>/.test(call)) {
      finishSync(thread, call);
    } else if (call.includes("HTTP/1.1 202")) {
      for (const [, id = ""] of call.matchAll(/delivery_id\\":\\"([0-9a-f-]{36})/g)) {
        result.acknowledged += 1;
        if (waiting.get(id)?.isSynced !== true) result.early.push(id);
      }
    }
  }
  return result;

  function finishSync(thread: string, call: string): void {
    const covered = underWay.get(thread);
    underWay.delete(thread);
    if (covered === undefined || !call.trimEnd().endsWith("= 0")) return;
    result.syncs += 1;
    for (const delivery of covered) {
      delivery.isSynced = true;
      unsynced.delete(delivery);
    }
  }
}

type Delivery = { id: string; isSynced: boolean };

const deliveryId = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}/g;

function splitAtSpace(line: string): [string, string] {
  const at = line.indexOf(" ");
  return [line.slice(0, at), line.slice(at + 1).trimStart()];
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { acknowledged: { type: "string", default: "1000" }, connections: { type: "string", default: "8" } },
  });
  if (!canTrace()) {
    process.stdout.write("There is no strace here that may trace; nothing was checked.\n");
    process.exit(3);
  }
  const order = { acknowledged: Number(values.acknowledged), connections: Number(values.connections) };
  const asItIs = await checkSyncOrder({ ...order, weakened: false });
  const weakened = await checkSyncOrder({ ...order, weakened: true });
  console.table({
    "as it is": { ...asItIs, early: asItIs.early.length },
    "without the sync": { ...weakened, early: weakened.early.length },
  });
  const holds = asItIs.early.length === 0 && weakened.early.length > 0;
  process.stdout.write(
    holds
      ? "No delivery was acknowledged before it was on the disk, and the check sees it when one is.\n"
      : "The promise is broken, or the check sees nothing.\n",
  );
  process.exitCode = holds ? 0 : 1;
}
