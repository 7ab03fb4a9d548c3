import type { HttpAnswer } from "../support/http-request.ts";
import type { TestService } from "../support/service.ts";

/** Posts JSON to the API with the bearer token; `headers` come on top. */
export function post(
  service: TestService,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  return service.ask(`/api/v1${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${service.token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

/** Begins three pieces of work, `1` to `3`, with a command each that nobody begins today, and holds them: rows for every list of work. */
export async function askForWork(service: TestService): Promise<void> {
  for (const id of ["1", "2", "3"]) {
    const asked = { type: "create_pull_request", workflow_id: id, repository: "acme/web", delay_seconds: 86_400 };
    for (const { status } of [
      await post(service, "/workflows", { workflow_id: id, title: `Work ${id}`, repository: "acme/web" }),
      await post(service, "/commands", asked),
      await post(service, `/workflows/${id}/pause`),
    ])
      if (status >= 300) throw new Error(`Asking for work was answered with ${status}`);
  }
}
