import type { ProviderRules } from "./admission.ts";
import { deliveryIdPattern } from "./admission.ts";
import { refusal } from "./answers.ts";
import { knownGithubEvents } from "./known-events.ts";
import { liveKeys } from "./signature-check.ts";

/**
 * GitHub signs the raw body alone (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries), always in lower-case hex.
 * The delivery id and the event stand in unsigned headers; that a captured body under another id leads to one event all the same is the
 * normaliser's part.
 */
export const githubRules: ProviderRules = {
  contentTypes: ["application/json", "application/x-www-form-urlencoded"],
  admit(headers, secrets, { keys }) {
    const live = liveKeys(secrets.hmac, keys.ofText);
    if (live.keys.length === 0) return notConfigured;
    const signature = headers["x-hub-signature-256"];
    if (signature === undefined) return signatureMissing;
    if (headers.credentialRepeated || !signaturePattern.test(signature)) return signatureMalformed;

    if (headers.repeated !== undefined) return headerRepeated;
    const deliveryId = headers["x-github-delivery"];
    if (deliveryId === undefined || !deliveryIdPattern.test(deliveryId)) return deliveryIdUnusable;
    const event = headers["x-github-event"];
    if (event === undefined || !eventPattern.test(event)) return eventUnusable;
    const hookId = headers["x-github-hook-id"] ?? "";
    if (!hookIdPattern.test(hookId)) return hookIdUnusable;
    return {
      kind: "admitted",
      deliveryId,
      hookId,
      event,
      reply: event === "ping" ? "pong" : knownGithubEvents.has(event) ? "accepted" : "ignored",
      proof: { live, signedBefore: "", claimed: [Buffer.from(signature.slice(signatureStart), "hex")] },
    };
  },
  deliveryIdFromBody: () => "",
};

const signaturePattern = /^sha256=[0-9a-f]{64}$/;
const signatureStart = "sha256=".length;
const eventPattern = /^[a-z][a-z0-9_]{0,63}$/;
const hookIdPattern = /^[0-9]{0,20}$/;

const notConfigured = refusal("SOURCE_NOT_CONFIGURED", "No GitHub webhook secret is configured for this source.", {
  retryAfterSeconds: 60,
});
const signatureMissing = refusal("INVALID_SIGNATURE", "X-Hub-Signature-256 is missing; set a secret on the webhook.");
const signatureMalformed = refusal(
  "INVALID_SIGNATURE",
  "X-Hub-Signature-256 is not one `sha256=` and 64 lower-case hex digits.",
);
const headerRepeated = refusal("BAD_REQUEST", "A header that may come once came twice.");
const deliveryIdUnusable = refusal("BAD_REQUEST", "X-GitHub-Delivery is missing or malformed.");
const eventUnusable = refusal("BAD_REQUEST", "X-GitHub-Event is missing or malformed.");
const hookIdUnusable = refusal("BAD_REQUEST", "X-GitHub-Hook-ID is not a number.");
