import { readdirSync, readFileSync } from "node:fs";
import type { WebhookProvider } from "../../src/domain/delivery.ts";
import type { NormaliseInput } from "../../src/normalise/normalise.ts";

const folder = new URL("../fixtures/webhooks/", import.meta.url);

/** When every fixture arrived, and the id that all of GitHub's hooks share for it. */
export const receivedAt = "2026-03-10T12:00:00.000Z";
const headers = { "x-github-delivery": "72d3162e-0000-4a8b-9c1d-0a1b2c3d4e5f" };

/** The headers with which GitLab sends its kinds of payload. */
export const gitlabEvents: Record<string, string> = {
  build: "Job Hook",
  issue: "Issue Hook",
  job: "Job Hook",
  merge_request: "Merge Request Hook",
  note: "Note Hook",
  pipeline: "Pipeline Hook",
  push: "Push Hook",
  tag_push: "Tag Push Hook",
};

export type WebhookFixture = { name: string; input: NormaliseInput; expected: unknown };

/**
 * The project's own payloads, made up after the shapes of real ones: `<provider>/<event>.<action>[.<what is special>].json`, and under
 * `normalised/` what each means (for what is understood without `payloadText`, which is the file itself).
 */
export function webhookFixtures(): WebhookFixture[] {
  return (["github", "gitlab", "ci"] as const).flatMap((provider) =>
    readdirSync(new URL(`${provider}/`, folder))
      .toSorted()
      .map((file) => {
        const body = readFileSync(new URL(`${provider}/${file}`, folder));
        const expected: unknown = JSON.parse(readFileSync(new URL(`normalised/${provider}/${file}`, folder), "utf8"));
        return {
          name: `${provider}/${file}`,
          input: deliveryOf(provider, eventOf(provider, file, body), body),
          expected,
        };
      }),
  );
}

export function deliveryOf(provider: WebhookProvider, event: string, body: Uint8Array | string): NormaliseInput {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return { provider, event, contentType: "application/json", headers, body: bytes, receivedAt };
}

function eventOf(provider: WebhookProvider, file: string, body: Uint8Array): string {
  const first = file.split(".")[0] ?? "";
  if (provider !== "gitlab") return first;
  const { object_kind } = JSON.parse(new TextDecoder().decode(body)) as { object_kind: string };
  const event = gitlabEvents[object_kind] ?? object_kind;
  return file.includes("confidential") ? `Confidential ${event}` : event;
}
