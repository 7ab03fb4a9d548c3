import { hash } from "node:crypto";
import type { Clock } from "../domain/clock.ts";
import type { Admitted, ProviderRules } from "./admission.ts";
import { deliveryIdPattern } from "./admission.ts";
import { refusal } from "./answers.ts";
import type { Refusal } from "./answers.ts";
import type { ArrivingHeaders } from "./arriving-headers.ts";
import { knownGitlabEvents } from "./known-events.ts";
import type { SecretKeys } from "./secret-keys.ts";
import { liveKeys } from "./signature-check.ts";
import type { SignatureCheck } from "./signature-check.ts";
import type { SourceSecrets } from "./source.ts";

/**
 * GitLab signs in the Standard Webhooks form (https://www.standardwebhooks.com) where the hook has a signing token, else it sends the hook's
 * secret itself as `X-Gitlab-Token`. Once a signing token is configured here, only a signature counts: who has seen one plain token must not be
 * able to go on speaking.
 */
export const gitlabRules: ProviderRules = {
  contentTypes: ["application/json"],
  admit(headers, secrets, deps) {
    const proof = hasSecret(secrets.signingTokens)
      ? checkOfSignature(headers, secrets, deps)
      : checkOfToken(headers, secrets, deps.keys);
    if (typeof proof !== "string" && "kind" in proof) return proof;

    if (headers.repeated !== undefined) return headerRepeated;
    const event = headers["x-gitlab-event"];
    if (event === undefined || !eventPattern.test(event)) return eventUnusable;
    const hookId = headers["x-gitlab-webhook-uuid"] ?? "";
    if (hookId !== "" && !deliveryIdPattern.test(hookId)) return hookIdUnusable;
    const deliveryId = headers["webhook-id"] ?? headers["idempotency-key"] ?? null;
    if (!deliveryIdPattern.test(deliveryId ?? headers["x-gitlab-event-uuid"] ?? "")) return deliveryIdUnusable;
    return {
      kind: "admitted",
      deliveryId,
      hookId,
      event,
      reply: knownGitlabEvents.has(event) ? "accepted" : "ignored",
      proof,
    };
  },
  /** GitLab before 17.4 has no id of the delivery; its event id is shared by all hooks and payloads that the event leads to. */
  deliveryIdFromBody: (headers, body) => `${headers["x-gitlab-event-uuid"]}-${hash("sha256", body, "hex")}`,
};

function hasSecret(secrets: readonly string[]): boolean {
  return secrets.some((secret) => secret !== "");
}

/** A signature is good for five minutes around the time in it, by our clock. */
const windowSeconds = 300;

function checkOfSignature(
  headers: ArrivingHeaders,
  secrets: SourceSecrets,
  deps: { keys: SecretKeys; clock: Clock },
): SignatureCheck | Refusal {
  const live = liveKeys(secrets.signingTokens, deps.keys.ofSigningToken);
  if (live.keys.length === 0) return signingTokenUnusable;
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  const signature = headers["webhook-signature"];
  if (signature === undefined || id === undefined || timestamp === undefined) return signatureMissing;
  if (headers.credentialRepeated || headers.repeated === "webhook-id" || headers.repeated === "webhook-timestamp")
    return signatureMalformed;
  const claimed = claimedDigests(signature);
  if (claimed.length === 0 || !timestampPattern.test(timestamp)) return signatureMalformed;
  if (Math.abs(deps.clock().getTime() / 1000 - Number(timestamp)) > windowSeconds) return signatureStale;
  return { live, signedBefore: `${id}.${timestamp}.`, claimed };
}

const timestampPattern = /^[0-9]{1,12}$/;
const signatureListPattern =
  /^v[0-9]{1,3}[a-z]{0,3},[A-Za-z0-9+/=_-]{1,256}(?: v[0-9]{1,3}[a-z]{0,3},[A-Za-z0-9+/=_-]{1,256}){0,3}$/;
/** 32 bytes have one spelling only: the last digit before `=` has two bits that must be zero. */
const digestPattern = /^v1,[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/** The `v1` digests of a list of up to four; other versions are skipped, and one malformed `v1` spoils the list. */
function claimedDigests(signature: string): Buffer[] {
  if (!signatureListPattern.test(signature)) return [];
  const claimed: Buffer[] = [];
  for (const entry of signature.split(" ")) {
    if (!entry.startsWith("v1,")) continue;
    if (!digestPattern.test(entry)) return [];
    claimed.push(Buffer.from(entry.slice(3), "base64"));
  }
  return claimed;
}

function checkOfToken(headers: ArrivingHeaders, secrets: SourceSecrets, keys: SecretKeys): Admitted["proof"] | Refusal {
  if (!hasSecret(secrets.plainTokens)) return notConfigured;
  const token = headers["x-gitlab-token"];
  if (token === undefined) return tokenMissing;
  if (headers.credentialRepeated) return tokenWrong;
  // Node reads header bytes as Latin-1; this gives back the bytes that were sent.
  return keys.secretThatIs(Buffer.from(token, "latin1"), secrets.plainTokens) ?? tokenWrong;
}

const eventPattern = /^[A-Za-z][A-Za-z0-9 _-]{0,63}$/;

const notConfigured = refusal(
  "SOURCE_NOT_CONFIGURED",
  "No GitLab signing token or secret token is configured for this source.",
  { retryAfterSeconds: 60 },
);
const signingTokenUnusable = refusal(
  "SOURCE_NOT_CONFIGURED",
  "The signing token configured for this source is not `whsec_` and base64.",
  { retryAfterSeconds: 60 },
);
const signatureMissing = refusal(
  "INVALID_SIGNATURE",
  "webhook-id, webhook-timestamp or webhook-signature is missing; this source takes signed webhooks only.",
);
const signatureMalformed = refusal("INVALID_SIGNATURE", "webhook-signature or webhook-timestamp is malformed.");
const signatureStale = refusal(
  "INVALID_SIGNATURE",
  "webhook-timestamp is more than five minutes away from this server's clock.",
);
const tokenMissing = refusal("INVALID_SIGNATURE", "X-Gitlab-Token is missing; set the secret token on the webhook.");
const tokenWrong = refusal("INVALID_SIGNATURE", "X-Gitlab-Token is not the secret of this source.");
const headerRepeated = refusal("BAD_REQUEST", "A header that may come once came twice.");
const eventUnusable = refusal("BAD_REQUEST", "X-Gitlab-Event is missing or malformed.");
const hookIdUnusable = refusal("BAD_REQUEST", "X-Gitlab-Webhook-UUID is malformed.");
const deliveryIdUnusable = refusal(
  "BAD_REQUEST",
  "webhook-id, Idempotency-Key or X-Gitlab-Event-UUID is missing or malformed.",
);
