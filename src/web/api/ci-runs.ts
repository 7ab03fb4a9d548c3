import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { ciRunRow, getCiRun } from "../../operations/ci-runs.ts";
import { readJson } from "./request.ts";

/** A row of `GET /api/v1/runs`. */
export type CiRunRow = z.output<typeof ciRunRow>;

export type CiRunStatus = CiRunRow["status"];

export type CiRun = z.output<(typeof getCiRun)["output"]>;

/** One run with the payload that it was last told by. */
export function useCiRun(id: string) {
  return useQuery({
    queryKey: ["runs", "one", id],
    queryFn: ({ signal }) => readJson<CiRun>(`/api/v1/runs/${encodeURIComponent(id)}`, signal),
  });
}
