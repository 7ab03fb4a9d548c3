import { PgBoss } from "pg-boss";
import type { Contender } from "./contender.ts";

const queue = "commands";

/**
 * pg-boss as one would set it up for this: strict order per key, told of new jobs by NOTIFY, heartbeats on. `nudged`: its workers are woken by hand after
 * each job, else each waits out its polling interval.
 */
export function pgBoss(
  name: string,
  makeUrl: () => Promise<{ url: string; remove: () => Promise<void> }>,
  { policy, nudged }: { policy: "key_strict_fifo" | "standard"; nudged: boolean },
): Contender {
  return {
    name,
    open: async () => {
      const { url, remove } = await makeUrl();
      const boss = new PgBoss({
        connectionString: url,
        useListenNotify: true,
        superviseIntervalSeconds: 5,
        monitorIntervalSeconds: 5,
      });
      boss.on("error", console.error);
      await boss.start();
      await boss.createQueue(queue, { policy, notify: true, heartbeatSeconds: 30, expireInSeconds: 4 * 3600 });
      const keyed = (repository: string) => (policy === "standard" ? {} : { singletonKey: repository });
      return {
        add: async (repository) => {
          await boss.send(queue, { repository }, keyed(repository));
        },
        addMany: async (repositories) => {
          for (let index = 0; index < repositories.length; index += 500)
            await boss.insert(
              queue,
              repositories
                .slice(index, index + 500)
                .map((repository) => ({ data: { repository }, ...keyed(repository) })),
            );
        },
        work: async (slots, perform) => {
          const ids: string[] = [];
          for (let slot = 0; slot < slots; slot += 1)
            ids.push(
              await boss.work<{ repository: string }>(
                queue,
                { batchSize: 1, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 0.5 },
                async ([job]) => {
                  await perform(job?.data.repository ?? "");
                  if (nudged) for (const id of ids) boss.notifyWorker(id);
                },
              ),
            );
          return { stop: () => boss.offWork(queue) };
        },
        close: async () => {
          await boss.stop({ graceful: false, close: true });
          await remove();
        },
      };
    },
  };
}
