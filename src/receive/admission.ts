import type { Clock } from "../domain/clock.ts";
import type { ArrivedDelivery } from "../domain/delivery.ts";
import type { Refusal } from "./answers.ts";
import type { ArrivingHeaders } from "./arriving-headers.ts";
import type { SecretKeys } from "./secret-keys.ts";
import type { SignatureCheck } from "./signature-check.ts";
import type { SourceSecrets } from "./source.ts";

/** What a provider's header rules made of a request whose body has not been read: go on and read it. */
export type Admitted = {
  kind: "admitted";
  /** Null when only the body can say it. */
  deliveryId: string | null;
  hookId: string;
  event: string;
  /** How it is answered once stored: `ping` is answered pong, an event that is none of ours is ignored. */
  reply: "accepted" | "ignored" | "pong";
  /** What is still to be proved by the body; or, where a token in the headers was the proof, whose it was. */
  proof: SignatureCheck | "current" | "previous";
};

/** One provider's rules: who may speak, and what the headers say of the delivery. Pure but for the keys, which remember. */
export type ProviderRules = {
  admit: (
    headers: ArrivingHeaders,
    secrets: SourceSecrets,
    deps: { keys: SecretKeys; clock: Clock },
  ) => Admitted | Refusal;
  /** The delivery id where `admit` could not say it. Only asked about bodies whose signature held. */
  deliveryIdFromBody: (headers: ArrivingHeaders, body: Uint8Array) => string;
  contentTypes: readonly ArrivedDelivery["contentType"][];
};

/** GUIDs and the like. No dot, because GitLab signs `{id}.{timestamp}.{body}`; nothing that means anything in a path, in JSON or in a log. */
export const deliveryIdPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
