import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { getWorkflow, workflowCommand, workflowRow } from "../../operations/workflows.ts";
import { readJson } from "./request.ts";

/** A row of `GET /api/v1/workflows`, with the last command of each type. */
export type WorkflowRow = z.output<typeof workflowRow>;

/** A command of such a row, with what it left behind. */
export type WorkflowCommand = z.output<typeof workflowCommand>;

export type Workflow = z.output<(typeof getWorkflow)["output"]>;

/**
 * How soon work that goes on is asked for again without a word from the live stream: a worker in another process moves it, and nobody here
 * hears of that.
 */
export const workRefetchMs = 5_000;

/** One piece of work with its commands, oldest first. */
export function useWorkflow(id: string) {
  return useQuery({
    queryKey: ["workflows", "one", id],
    queryFn: ({ signal }) => readJson<Workflow>(`/api/v1/workflows/${encodeURIComponent(id)}`, signal),
    refetchInterval: ({ state }) => (state.data?.state === "active" ? workRefetchMs : false),
  });
}
