import { z } from "zod";
import { instantOf } from "../domain/clock.ts";
import { operation } from "./operation.ts";

const dayMs = 86_400_000;

export const readStatus = operation({
  name: "readStatus",
  kind: "read",
  summary: "How the service is and what is missing: counts, sources with what was refused, what to configure next.",
  input: z.object({}),
  output: z
    .object({
      version: z.string().nullable().describe("Of the service that answers; null where none does."),
      started_at: z.string().nullable(),
      now: z.string(),
      store: z.object({ engine: z.enum(["sqlite", "postgres"]) }),
      counts: z.object({
        prs_open: z.number().int(),
        prs_merged_7d: z.number().int(),
        prs_reverted_7d: z.number().int(),
        runs_24h: z.number().int(),
        runs_success_24h: z.number().int(),
        deliveries_received: z.number().int(),
        deliveries_dead: z.number().int(),
        workflows_failed: z.number().int(),
        workflows_paused: z.number().int(),
        commands_running: z.number().int(),
        commands_waiting: z
          .number()
          .int()
          .describe("Queued: for their time, a free worker or another of their repository."),
        commands_paused: z.number().int().describe("Queued, and their workflow is paused."),
        repositories: z.number().int(),
      }),
      sources: z.array(
        z.object({
          name: z.string(),
          provider: z.enum(["github", "gitlab", "ci"]),
          path: z.string(),
          configured: z.boolean(),
          last_delivery_at: z.string().nullable(),
          refused: z
            .array(z.object({ code: z.string(), count: z.number().int(), last_at: z.string() }))
            .describe("By this process in the last hour."),
        }),
      ),
      setup: z.array(z.object({ what: z.string(), how: z.string() })),
    })
    .meta({ id: "Status" }),
  run: async (_input, { store, clock, service }) => {
    const now = clock();
    const weekAgo = instantOf(new Date(now.getTime() - 7 * dayMs));
    const finished = await store.ciRuns.countFinishedSince(instantOf(new Date(now.getTime() - dayMs)));
    const success = finished.find((row) => row.status === "success")?.count ?? 0;
    const last = new Map(
      (await store.deliveries.lastReceivedBySource()).map((row) => [row.source, row.last_delivery_at]),
    );
    const work = await store.commands.countOpen();
    const state = service?.();
    return {
      version: state?.version ?? null,
      started_at: state?.startedAt ?? null,
      now: instantOf(now),
      store: { engine: store.engine },
      counts: {
        prs_open: await store.pullRequests.count({ state: "open" }),
        prs_merged_7d: await store.pullRequests.countMergedSince(weekAgo),
        prs_reverted_7d: await store.pullRequests.countRevertedSince(weekAgo),
        runs_24h: finished.reduce((sum, row) => sum + row.count, 0),
        runs_success_24h: success,
        deliveries_received: await store.deliveries.count({ state: "received" }),
        deliveries_dead: await store.deliveries.count({ state: "dead" }),
        workflows_failed: await store.workflows.count({ state: "failed" }),
        workflows_paused: await store.workflows.count({ state: "paused" }),
        commands_running: work.running,
        commands_waiting: work.waiting,
        commands_paused: work.paused,
        repositories: await store.repositories.count(),
      },
      sources: (state?.sources ?? []).map(({ name, provider, path, configured, refused }) => ({
        name,
        provider,
        path,
        configured,
        last_delivery_at: last.get(name) ?? null,
        refused: refused.map(({ code, count, lastAt }) => ({ code, count, last_at: lastAt })),
      })),
      setup: state?.setup ?? [],
    };
  },
});
