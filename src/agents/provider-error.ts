import type { ServerResponse } from "node:http";
import type { ModelProvider } from "./model-request.ts";

/** Answers with an error in the form that the provider's own clients understand, and ends the connection, on which more may be waiting that nobody has read. */
export function answerError(response: ServerResponse, provider: ModelProvider, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const type = status === 429 ? "rate_limit_error" : status >= 500 ? "api_error" : "invalid_request_error";
  const body =
    provider === "anthropic"
      ? { type: "error", error: { type, message } }
      : { error: { message, type, param: null, code: null } };
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}
