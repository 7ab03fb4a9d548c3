import type { WebhookProvider } from "../domain/delivery.ts";
import type { ArrivingHeaders, ReadHeader } from "./arriving-headers.ts";

/**
 * The headers that are stored with a delivery. A list of what is kept, not of what is dropped: a signature, a token, or a secret that a forge
 * sends by mistake (GitHub's `X-Github-Encoded-Secret` of 2025) is in no list and so in no store and no log.
 */
const keptHeaders: Record<WebhookProvider, readonly ReadHeader[]> = {
  github: [
    "content-type",
    "user-agent",
    "x-github-event",
    "x-github-delivery",
    "x-github-hook-id",
    "x-github-hook-installation-target-id",
    "x-github-hook-installation-target-type",
    "x-github-enterprise-host",
    "x-github-enterprise-version",
  ],
  gitlab: [
    "content-type",
    "user-agent",
    "x-gitlab-event",
    "x-gitlab-event-uuid",
    "x-gitlab-webhook-uuid",
    "x-gitlab-instance",
    "idempotency-key",
    "webhook-id",
    "webhook-timestamp",
  ],
  ci: ["content-type", "user-agent", "circleci-event-type", "x-delivery-id"],
};

/** Longer values are cut: nothing that is read later is longer. */
const valueCharactersMax = 512;

export function headersToKeep(provider: WebhookProvider, headers: ArrivingHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of keptHeaders[provider]) {
    const value = headers[name];
    if (value !== undefined)
      kept[name] = value.length > valueCharactersMax ? value.slice(0, valueCharactersMax) : value;
  }
  return kept;
}
