import { z } from "zod";
import { instantOf } from "../domain/clock.ts";
import { operation } from "./operation.ts";
import { wholeNumber } from "./whole-number.ts";

const groups = ["pull requests", "ci", "pushes", "other", "dead"] as const;
type Group = (typeof groups)[number];

export const readActivity = operation({
  name: "readActivity",
  kind: "read",
  summary: "How much happened when, in equal spans of time, for a picture.",
  input: z.object({
    hours: wholeNumber(1, 24 * 14)
      .default(24)
      .describe("How far back, in hours; 24 unless said."),
    buckets: wholeNumber(1, 200).default(48).describe("How many spans at most; 48 unless said."),
  }),
  output: z
    .object({
      from: z.string(),
      to: z.string(),
      bucket_ms: z.number(),
      groups: z.array(z.string()),
      buckets: z.array(z.object({ at: z.string(), counts: z.record(z.string(), z.number().int()) })),
    })
    .meta({ id: "Activity" }),
  run: async ({ hours, buckets: count }, { store, clock }) => {
    const bucketMs = Math.max(60_000, Math.ceil((hours * 3_600_000) / count / 60_000) * 60_000);
    // Whole spans, so that the picture does not shift under its reader's eyes.
    const to = (Math.floor(clock().getTime() / bucketMs) + 1) * bucketMs;
    const from = to - count * bucketMs;
    const buckets = Array.from({ length: count }, (_, index) => ({
      at: instantOf(new Date(from + index * bucketMs)),
      counts: {} as Record<string, number>,
    }));
    const add = (minute: string, group: Group, n: number): void => {
      const bucket = buckets[Math.floor((Date.parse(`${minute}:00.000Z`) - from) / bucketMs)];
      if (bucket !== undefined) bucket.counts[group] = (bucket.counts[group] ?? 0) + n;
    };
    for (const row of await store.events.countByMinute(instantOf(new Date(from))))
      add(row.minute, groupOf(row.kind), row.count);
    for (const row of await store.deliveries.countDeadByMinute(instantOf(new Date(from))))
      add(row.minute, "dead", row.count);
    return {
      from: instantOf(new Date(from)),
      to: instantOf(new Date(to)),
      bucket_ms: bucketMs,
      groups: [...groups],
      buckets,
    };
  },
});

function groupOf(kind: string): Group {
  if (kind.includes(".pull_request")) return "pull requests";
  if (kind.includes(".push.")) return "pushes";
  if (/^ci\.|\.(workflow_run|workflow_job|check_run|check_suite|status)\b/.test(kind)) return "ci";
  return "other";
}
