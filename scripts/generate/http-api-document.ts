import { startAppServer } from "../../src/http/app-server.ts";

/** JSON as it is read. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const token = "made for this run only";

/**
 * The description that the app itself answers at /api/openapi.json, asked from an app without a store on a free loopback port. Names of objects
 * are sorted, and the version is left out, so that it changes only when the API does.
 */
export async function httpApiDocument(): Promise<{ [key: string]: Json }> {
  const app = await startAppServer(
    { host: "127.0.0.1", port: 0, allowedHosts: [], baseUrl: null, token, version: "", webDirectory: "/nowhere" },
    {
      perform: () => Promise.reject(new Error("Nothing is performed to describe the API")),
      receiver: () => false,
      events: { lastEventId: () => Promise.resolve(0), eventsAfter: () => Promise.resolve([]) },
      redact: (text) => text,
      clock: () => new Date(0),
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    },
  );
  try {
    const answer = await fetch(`${app.url}/api/openapi.json`, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`/api/openapi.json answered ${answer.status}: ${await answer.text()}`);
    return sorted((await answer.json()) as Json) as { [key: string]: Json };
  } finally {
    await app.stop();
  }
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).map(([key, part]): [string, Json] => [key, sorted(part)]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
