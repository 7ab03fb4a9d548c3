import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { commandRow, getCommand } from "../../operations/commands.ts";
import { readJson } from "./request.ts";
import { workRefetchMs } from "./workflows.ts";

/** A command as lists show it. */
export type CommandRow = z.output<typeof commandRow>;

/** One command with its history, its effects and what it left behind. */
export type Command = z.output<(typeof getCommand)["output"]>;

export type HistoryLine = Command["history"][number];

export type Effect = Command["effects"][number];

export type EffectStep = Effect["steps"][number];

export function useCommand(id: number | string, { enabled = true } = {}) {
  return useQuery({
    queryKey: ["commands", "one", String(id)],
    queryFn: ({ signal }) => readJson<Command>(`/api/v1/commands/${encodeURIComponent(id)}`, signal),
    enabled,
    refetchInterval: ({ state }) =>
      state.data?.state === "queued" || state.data?.state === "running" ? workRefetchMs : false,
  });
}
