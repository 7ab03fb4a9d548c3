import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { readActivity } from "../../operations/activity.ts";
import { readJson } from "./request.ts";

/** `GET /api/v1/activity`: how much came in per stretch of time and group, the groups in the order in which they are stacked. */
export type Activity = z.output<(typeof readActivity)["output"]>;

/** One stretch of time. A group of which nothing came in may be absent. */
export type ActivityBucket = Activity["buckets"][number];

export function useActivity(hours: number, buckets: number) {
  return useQuery({
    queryKey: ["activity", hours, buckets],
    queryFn: ({ signal }) => readJson<Activity>(`/api/v1/activity?hours=${hours}&buckets=${buckets}`, signal),
    refetchInterval: 60_000,
  });
}
