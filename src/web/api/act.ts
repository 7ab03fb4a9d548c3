import { useMutation, useQueryClient } from "@tanstack/react-query";
import { sendJson } from "./request.ts";

/** What is asked for: a path of the API, `/workflows/SCRUM-123/pause`, with what goes there, and how to say that it was done. */
export type ActRequest = { path: string; body?: Record<string, unknown>; done: string };

/** Asks for something to be done to a piece of work. Whatever the answer, what is shown is read again; a no is told without waiting for that. */
export function useAct() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ path, body }: ActRequest) => sendJson("POST", `/api/v1${path}`, body),
    onSettled: async (_answer, error) => {
      const readAgain = ["workflows", "commands", "audit", "reviews"].map((list) =>
        queries.invalidateQueries({ queryKey: [list] }),
      );
      if (error === null) await Promise.all(readAgain);
    },
  });
}
