import type { WebhookProvider } from "../domain/delivery.ts";

/** The secrets that are live for one source. In each list index 0 is the current secret and 1 the previous one, while a rotation lasts; empty strings count as none. */
export type SourceSecrets = {
  /** GitHub's webhook secret, and that of the generic CI body. */
  hmac: string[];
  /** What GitLab sends as `X-Gitlab-Token`. Not looked at once a signing token is set. */
  plainTokens: string[];
  /** GitLab's signing tokens, `whsec_<base64>`. */
  signingTokens: string[];
  /** CircleCI's webhook secret. */
  circleci: string[];
};

/** Somebody who may send webhooks: the default one of its provider, or one by name with a path and secrets of its own. */
export type Source = {
  name: string;
  provider: WebhookProvider;
  /** Asked once per request, so that a rotated secret counts at once; it must be cheap. */
  secrets: () => SourceSecrets;
};

/** The default source of a provider when `name` is undefined, else the one of that name; undefined when there is none. */
export type FindSource = (provider: WebhookProvider, name: string | undefined) => Source | undefined;
