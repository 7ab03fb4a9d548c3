import type { Users } from "@gitbeaker/rest";

/** What each of Gitbeaker's resources is made with. */
export type ResourceOptions = NonNullable<ConstructorParameters<typeof Users>[0]>;

type RequesterFunction = NonNullable<ResourceOptions["requesterFn"]>;
type Requester = ReturnType<RequesterFunction>;
type RequestOptions = NonNullable<Parameters<Requester["get"]>[1]>;

/**
 * Makes Gitbeaker's resources send through `fetch`, one request for each call of a method. Gitbeaker's own requester is left out: it sends a write again
 * after a 502, follows redirects with the token, and reads an answer whole however large it becomes. Its way of turning pages is left out too (it gets no
 * `Link` header to see): it would ask for the next page before anybody has looked at this one. `webUrl` is the address before `/api/v4`.
 */
export function resourceOptions(webUrl: string, fetch: typeof globalThis.fetch): ResourceOptions {
  return {
    host: webUrl,
    // The time that a request may take is counted where it is sent.
    queryTimeout: null,
    requesterFn: ({ url }) => {
      const send = async (method: string, endpoint: string, options: RequestOptions = {}) => {
        const response = await fetch(addressOf(url, endpoint, options.searchParams), {
          method,
          headers: {
            accept: "application/json",
            "user-agent": "pullwright",
            ...(hasBody(options) ? { "content-type": "application/json" } : {}),
          },
          ...(hasBody(options) ? { body: JSON.stringify(underscored(options.body)) } : {}),
        });
        if (!response.ok) throw new Error(`GitLab answered ${response.status}`);
        return { body: await response.json(), headers: {}, status: response.status };
      };
      return {
        get: (endpoint, options) => send("GET", endpoint, options),
        post: (endpoint, options) => send("POST", endpoint, options),
        put: (endpoint, options) => send("PUT", endpoint, options),
        patch: (endpoint, options) => send("PATCH", endpoint, options),
        delete: (endpoint, options) => send("DELETE", endpoint, options),
      };
    },
  };
}

/** `url` ends in a slash for some resources and in `/projects` for others. */
function addressOf(url: string, endpoint: string, searchParams: Record<string, unknown> = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(underscored(searchParams)))
    if (typeof value === "string" || typeof value === "number") query.set(name, String(value));
  return `${url.replace(/\/$/, "")}/${endpoint}${query.size === 0 ? "" : `?${query}`}`;
}

function hasBody(options: RequestOptions): options is RequestOptions & { body: Record<string, unknown> } {
  return options.body !== undefined && !(options.body instanceof FormData) && Object.keys(options.body).length > 0;
}

/** Gitbeaker writes `sourceBranch` what the API calls `source_branch`. Values stay as they are. */
function underscored(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}
