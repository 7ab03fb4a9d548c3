import { Logger, makeWorkerUtils, run, type RunnerOptions } from "graphile-worker";
import pg from "pg";
import type { Contender } from "./contender.ts";

const task = "command";

/** graphile-worker with a named queue per repository, which keeps order and runs one at a time; jobs are committed one by one, so that none is lost at a stop. */
export function graphileWorker(
  name: string,
  makeUrl: () => Promise<{ url: string; remove: () => Promise<void> }>,
): Contender {
  return {
    name,
    open: async () => {
      const { url, remove } = await makeUrl();
      const pgPool = new pg.Pool({ connectionString: url, max: 14 });
      pgPool.on("error", () => {});
      pgPool.on("connect", (client) => client.on("error", () => {}));
      const logger = new Logger(() => () => {});
      const utils = await makeWorkerUtils({ pgPool, logger });
      await utils.migrate();
      return {
        add: async (repository) => {
          await utils.addJob(task, { repository }, { queueName: repository });
        },
        addMany: async (repositories) => {
          for (let index = 0; index < repositories.length; index += 500)
            await utils.addJobs(
              repositories
                .slice(index, index + 500)
                .map((repository) => ({ identifier: task, payload: { repository }, queueName: repository })),
            );
        },
        work: async (slots, perform) => {
          const options: RunnerOptions = {
            pgPool,
            logger,
            concurrency: slots,
            pollInterval: 500,
            noHandleSignals: true,
            preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
            taskList: { [task]: (payload) => perform((payload as { repository: string }).repository) },
          };
          const runner = await run(options);
          return { stop: () => runner.stop() };
        },
        close: async () => {
          await utils.release();
          await pgPool.end();
          await remove();
        },
      };
    },
  };
}
