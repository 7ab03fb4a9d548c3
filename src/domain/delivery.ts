import type { Instant } from "./clock.ts";

/** Who speaks on a webhook path: one set of header and signature rules each. */
export type WebhookProvider = "github" | "gitlab" | "ci";

/** `received`: stored, not yet understood. `digested`: understood, its decisions stand. `dead`: set aside with its reason, to be replayed. */
export type DeliveryState = "received" | "digested" | "dead";

/**
 * A verified webhook as it arrived. The body stays bytes: the signature covers these bytes, and a replay must see what the forge sent.
 * Unique by (source, hookId, deliveryId): an organisation's, a repository's and an App's hook share GitHub's delivery id.
 */
export type ArrivedDelivery = {
  /** Name of the configured source: `github`, `gitlab`, `ci`, or the name in the path. */
  source: string;
  provider: WebhookProvider;
  /** The forge's id of the hook (`X-GitHub-Hook-ID`, `X-Gitlab-Webhook-UUID`), empty where it sends none. */
  hookId: string;
  deliveryId: string;
  /** The event header's value; for CI, which has none, the kind of sender: `circleci` or `generic`. */
  event: string;
  contentType: "application/json" | "application/x-www-form-urlencoded";
  /** Only the headers on the receiver's list, lower-case names. No signature, no token. */
  headers: Record<string, string>;
  body: Uint8Array;
  /** Which of the live secrets it was signed with. */
  secretUsed: "current" | "previous";
  receivedAt: Instant;
};

/** How the store took a delivery. Every kind but `shed` is final and may be answered; `shed` stored nothing. */
export type AcceptOutcome =
  | { kind: "accepted" }
  | { kind: "duplicate" }
  | { kind: "conflict" }
  | { kind: "shed"; code: "STORE_UNAVAILABLE" | "STORE_FULL"; because: string; retryAfterSeconds: number };

/**
 * Stores a batch in one synced transaction and answers in the batch's order. Safe to call again with the same deliveries: they come back
 * as duplicates. Never rejects for a store that is full or down; those deliveries are `shed`.
 */
export type AcceptDeliveries = (batch: ArrivedDelivery[]) => Promise<AcceptOutcome[]>;
