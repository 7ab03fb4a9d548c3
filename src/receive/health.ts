import type { IncomingMessage, ServerResponse } from "node:http";
import { jsonAnswer, refusal, refusals, sendAnswer } from "./answers.ts";
import type { FindSource } from "./source.ts";

export type HealthDeps = {
  sources: FindSource;
  health: {
    /** Ready means that the store is writable and the digester runs; `because` is a sentence for the operator. */
    ready: () => Promise<{ ready: boolean; because?: string }>;
    githubTokenConfigured: () => boolean;
  };
};

/** Answers GET and HEAD on a health path. Needs no token, and so says nothing that a stranger may not know. */
export async function answerHealth(
  of: "service" | "readiness" | "github",
  request: IncomingMessage,
  response: ServerResponse,
  deps: HealthDeps,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return sendAnswer(response, refusals.healthMethodNotAllowed);
  if (of === "service") return sendAnswer(response, live);
  if (of === "github") return sendAnswer(response, githubHealth(deps));
  let state: { ready: boolean; because?: string };
  try {
    state = await deps.health.ready();
  } catch {
    state = { ready: false };
  }
  sendAnswer(
    response,
    state.ready ? ready : refusal("STORE_UNAVAILABLE", state.because ?? "Not ready.", { retryAfterSeconds: 5 }),
  );
}

const live = jsonAnswer(200, '{"status":"healthy"}');
const ready = jsonAnswer(200, '{"status":"ready"}');

function githubHealth(deps: HealthDeps): ReturnType<typeof jsonAnswer> {
  const secretConfigured =
    deps
      .sources("github", undefined)
      ?.secrets()
      .hmac.some((secret) => secret !== "") ?? false;
  const body = {
    status: "healthy",
    webhook_secret_configured: secretConfigured,
    github_token_configured: deps.health.githubTokenConfigured(),
  };
  return jsonAnswer(200, JSON.stringify(body));
}
