import { randomUUID } from "node:crypto";
import type { ModelTurn } from "./model-server.ts";

/** What each answer claims to have used. */
export const openaiUsage = {
  input_tokens: 1200,
  input_tokens_details: { cached_tokens: 200 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 1230,
};

/** The events of an answer of the Responses API. */
export function openaiEvents(turn: Extract<ModelTurn, { kind: "say" | "call" | "cut" }>, model: string): string[] {
  const id = `resp_${randomUUID()}`;
  const item =
    turn.kind === "call"
      ? {
          type: "function_call",
          id: `fc_${randomUUID()}`,
          call_id: `call_${randomUUID()}`,
          status: "completed",
          name: turn.tool,
          arguments: JSON.stringify(turn.input),
        }
      : {
          type: "message",
          id: `msg_${randomUUID()}`,
          role: "assistant",
          status: "completed",
          content: [
            {
              type: "output_text",
              text: turn.text,
              annotations: [],
            },
          ],
        };
  const response = { id, object: "response", model, status: "in_progress", output: [] as unknown[] };
  return [
    event("response.created", { response }),
    event("response.output_item.added", { output_index: 0, item }),
    event("response.output_item.done", { output_index: 0, item }),
    event("response.completed", { response: { ...response, status: "completed", output: [item], usage: openaiUsage } }),
  ];
}

function event(type: string, data: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}
