import { hash } from "node:crypto";
import type { ProviderRules } from "./admission.ts";
import { refusal } from "./answers.ts";
import type { Refusal } from "./answers.ts";
import type { ArrivingHeaders } from "./arriving-headers.ts";
import { topLevelId } from "./top-level-id.ts";
import type { SecretKeys } from "./secret-keys.ts";
import { liveKeys } from "./signature-check.ts";
import type { SignatureCheck } from "./signature-check.ts";
import type { SourceSecrets } from "./source.ts";

/**
 * Two kinds of CI senders share the path, told apart by their signature's header: CircleCI's webhooks
 * (https://circleci.com/docs/outbound-webhooks), and anything that can post the generic body and sign it.
 */
export const ciRules: ProviderRules = {
  contentTypes: ["application/json"],
  admit(headers, secrets, { keys }) {
    const fromCircleci = headers["circleci-signature"] !== undefined;
    const proof = fromCircleci ? circleciCheck(headers, secrets, keys) : genericCheck(headers, secrets, keys);
    if ("kind" in proof) return proof;

    if (headers.repeated !== undefined) return headerRepeated;
    const deliveryId = headers["x-delivery-id"] ?? null;
    if (deliveryId !== null && !ciDeliveryIdPattern.test(deliveryId)) return deliveryIdUnusable;
    const reply = fromCircleci && headers["circleci-event-type"] === "ping" ? "pong" : "accepted";
    return { kind: "admitted", deliveryId, hookId: "", event: fromCircleci ? "circleci" : "generic", reply, proof };
  },
  /** CircleCI repeats the id in the body when it tries again; any other sender is recognised by the same body. */
  deliveryIdFromBody(headers, body) {
    const id = headers["circleci-signature"] === undefined ? null : topLevelId(body);
    return id !== null && ciDeliveryIdPattern.test(id) ? id : hash("sha256", body, "hex");
  },
};

function circleciCheck(headers: ArrivingHeaders, secrets: SourceSecrets, keys: SecretKeys): SignatureCheck | Refusal {
  const live = liveKeys(secrets.circleci, keys.ofText);
  if (live.keys.length === 0) return circleciNotConfigured;
  // Two kinds of proof in one request: whichever was looked at, the other would be a claim that nobody checked.
  if (headers.credentialRepeated || headers["x-webhook-signature-256"] !== undefined) return signatureMalformed;
  const signature = headers["circleci-signature"] as string;
  if (!circleciListPattern.test(signature)) return signatureMalformed;
  const first = signature.split(",").filter((entry) => entry.startsWith("v1="));
  if (first.length !== 1 || !circleciV1Pattern.test(first[0] as string)) return signatureMalformed;
  return { live, signedBefore: "", claimed: [Buffer.from((first[0] as string).slice(3), "hex")] };
}

function genericCheck(headers: ArrivingHeaders, secrets: SourceSecrets, keys: SecretKeys): SignatureCheck | Refusal {
  const live = liveKeys(secrets.hmac, keys.ofText);
  const signature = headers["x-webhook-signature-256"];
  if (signature === undefined)
    return live.keys.length > 0 || liveKeys(secrets.circleci, keys.ofText).keys.length > 0
      ? signatureMissing
      : notConfigured;
  if (live.keys.length === 0) return notConfigured;
  if (headers.credentialRepeated || !genericPattern.test(signature)) return signatureMalformed;
  return { live, signedBefore: "", claimed: [Buffer.from(signature.slice(7), "hex")] };
}

/** `vN=…` entries with commas between; only v1 is defined, and the others are left alone. */
const circleciListPattern = /^v[0-9]{1,3}=[0-9A-Za-z+/=_-]{0,256}(?:,v[0-9]{1,3}=[0-9A-Za-z+/=_-]{0,256}){0,7}$/;
const circleciV1Pattern = /^v1=[0-9a-f]{64}$/;
const genericPattern = /^sha256=[0-9a-f]{64}$/;
const ciDeliveryIdPattern = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

const notConfigured = refusal("SOURCE_NOT_CONFIGURED", "No CI webhook secret is configured for this source.", {
  retryAfterSeconds: 60,
});
const circleciNotConfigured = refusal(
  "SOURCE_NOT_CONFIGURED",
  "No CircleCI webhook secret is configured for this source.",
  { retryAfterSeconds: 60 },
);
const signatureMissing = refusal("INVALID_SIGNATURE", "circleci-signature or X-Webhook-Signature-256 is missing.");
const signatureMalformed = refusal(
  "INVALID_SIGNATURE",
  "The signature header is malformed, or there is more than one.",
);
const headerRepeated = refusal("BAD_REQUEST", "A header that may come once came twice.");
const deliveryIdUnusable = refusal("BAD_REQUEST", "X-Delivery-Id is malformed.");
