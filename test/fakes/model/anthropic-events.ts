import { randomUUID } from "node:crypto";
import type { ModelTurn } from "./model-server.ts";

/** What each answer claims to have used. */
export const anthropicUsage = {
  input_tokens: 900,
  cache_creation_input_tokens: 100,
  cache_read_input_tokens: 200,
  output_tokens: 30,
};

/** The events of an answer of the Messages API. */
export function anthropicEvents(turn: Extract<ModelTurn, { kind: "say" | "call" | "cut" }>, model: string): string[] {
  const message = {
    id: `msg_${randomUUID()}`,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: {
      ...anthropicUsage,
      output_tokens: 1,
    },
  };
  const [block, delta, stop] =
    turn.kind === "call"
      ? [
          { type: "tool_use", id: `toolu_${randomUUID().replaceAll("-", "")}`, name: turn.tool, input: {} },
          { type: "input_json_delta", partial_json: JSON.stringify(turn.input) },
          "tool_use",
        ]
      : [{ type: "text", text: "" }, { type: "text_delta", text: turn.text }, "end_turn"];
  return [
    event("message_start", { message }),
    event("content_block_start", { index: 0, content_block: block }),
    event("content_block_delta", { index: 0, delta }),
    event("content_block_stop", { index: 0 }),
    event("message_delta", {
      delta: { stop_reason: stop, stop_sequence: null },
      usage: { output_tokens: anthropicUsage.output_tokens },
    }),
    event("message_stop", {}),
  ];
}

function event(type: string, data: Record<string, unknown>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}
