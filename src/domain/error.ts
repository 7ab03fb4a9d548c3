/** One row of the closed list: what a code means, how HTTP says it, and what its reader can do. Generates docs/reference/errors.md. */
type ErrorDescription = { status: number; retryable: boolean; meaning: string; remedy: string };

/** Every code that Pullwright answers, stores or prints. A new one is added here first. */
export const errorCodes = {
  // Receiving
  INVALID_SIGNATURE: {
    status: 403,
    retryable: false,
    meaning: "The signature or token is missing, malformed, wrong or stale.",
    remedy: "Set the same secret at the sender and in Pullwright; check both clocks when the signature carries a time.",
  },
  SOURCE_NOT_CONFIGURED: {
    status: 503,
    retryable: true,
    meaning: "No webhook secret is configured for this source.",
    remedy: "Set its secret (see `pullwright config`); nothing is accepted unverified.",
  },
  SOURCE_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: "The path names a source that is not configured.",
    remedy: "Add it under `sources` or correct the webhook's URL.",
  },
  BAD_REQUEST: {
    status: 400,
    retryable: false,
    meaning: "A required header is missing or malformed, or the body is not one JSON object.",
    remedy: "Send what the forge's own webhooks send.",
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    meaning: "Webhook paths take POST only.",
    remedy: "Send a POST.",
  },
  REQUEST_TIMEOUT: {
    status: 408,
    retryable: true,
    meaning: "The request came too slowly.",
    remedy: "Send headers within 5 and the body within 15 seconds.",
  },
  DELIVERY_ID_CONFLICT: {
    status: 409,
    retryable: false,
    meaning: "This delivery id is stored with another body; the first is kept.",
    remedy: "Give each delivery its own id.",
  },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    meaning: "The body is over 25 MiB.",
    remedy: "GitHub's own limit is 25 MB; send less.",
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    retryable: false,
    meaning: "The content type is not JSON or form-encoded, or the body has a content encoding.",
    remedy: "Send application/json without compression.",
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    retryable: false,
    meaning: "The headers are over 16 KiB.",
    remedy: "Send fewer or shorter headers.",
  },
  ADDRESS_NOT_ALLOWED: {
    status: 403,
    retryable: false,
    meaning: "The sender's address is outside the allow-list.",
    remedy: "Add the address to `receiver.allow` or switch the list off.",
  },
  RATE_LIMITED: {
    status: 429,
    retryable: true,
    meaning: "This address sent more than the configured rate.",
    remedy: "Wait, or raise `receiver.rate_limit_per_minute`.",
  },
  STORE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: "The store cannot take this right now.",
    remedy: "The log says why; senders may try again.",
  },
  STORE_FULL: {
    status: 503,
    retryable: true,
    meaning: "The disk or the backlog is full.",
    remedy: "Make room on the disk of the data directory.",
  },
  // Digesting: why a delivery is dead
  BAD_JSON: {
    status: 422,
    retryable: false,
    meaning: "The body is not JSON.",
    remedy: "Look at the raw body; replay it after a fix.",
  },
  BAD_UTF8: {
    status: 422,
    retryable: false,
    meaning: "The body is not UTF-8.",
    remedy: "Look at the raw body; replay it after a fix.",
  },
  TOO_DEEP: {
    status: 422,
    retryable: false,
    meaning: "The body is nested deeper than 64 levels.",
    remedy: "No forge sends this; look at who holds the secret.",
  },
  BAD_FORM: {
    status: 422,
    retryable: false,
    meaning: "The form-encoded body does not hold exactly one `payload`.",
    remedy: "Use application/json for the webhook.",
  },
  BAD_SHAPE: {
    status: 422,
    retryable: false,
    meaning: "The payload lacks a field that its event must have, or has it in another form.",
    remedy: "Replay after an upgrade; report the event if it is a forge's own.",
  },
  BAD_REPO: {
    status: 422,
    retryable: false,
    meaning: "The payload's repository name is not one that the forge could give.",
    remedy: "Look at who holds the secret.",
  },
  BAD_SHA: {
    status: 422,
    retryable: false,
    meaning: "A commit id in the payload is not 40 or 64 hex digits.",
    remedy: "Look at who holds the secret.",
  },
  REPO_NOT_BOUND: {
    status: 422,
    retryable: false,
    meaning: "The source is bound to other repositories than the payload's.",
    remedy: "Add the repository to the source's `repositories`, then replay.",
  },
  NORMALISER_CRASHED: {
    status: 422,
    retryable: false,
    meaning: "The normaliser failed on this payload three times.",
    remedy: "Report it with the event's name; replay after an upgrade.",
  },
  // Asking
  UNAUTHORIZED: {
    status: 401,
    retryable: false,
    meaning: "The bearer token is missing or wrong.",
    remedy: "Use the token in the data directory's `api-token`, or the sign-in link that `pullwright start` prints.",
  },
  HOST_NOT_ALLOWED: {
    status: 421,
    retryable: false,
    meaning: "The Host header names no address of this service.",
    remedy: "Add the name to `app.allowed_hosts` or set PULLWRIGHT_BASE_URL.",
  },
  ORIGIN_NOT_ALLOWED: {
    status: 403,
    retryable: false,
    meaning: "The request comes from another web site.",
    remedy: "Open the dashboard itself.",
  },
  VALIDATION_ERROR: {
    status: 422,
    retryable: false,
    meaning: "A parameter, cursor or field is not what it must be.",
    remedy: "The message names it; see /api/docs.",
  },
  RESOURCE_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: "There is nothing by that id or path.",
    remedy: "List first; ids are in the lists.",
  },
  INTERNAL: {
    status: 500,
    retryable: true,
    meaning: "Something failed that should not.",
    remedy: "The log has the cause under the same request id.",
  },
  // Starting
  CONFIG_INVALID: {
    status: 500,
    retryable: false,
    meaning: "The configuration has an unknown key or a value of the wrong form.",
    remedy: "The message names the key, where it stands, and the nearest known one.",
  },
  SECRET_MALFORMED: {
    status: 500,
    retryable: false,
    meaning: "A secret is empty, or holds line breaks, NUL or other characters that no header can carry.",
    remedy: "Write the secret as one line.",
  },
  SECRET_NOT_FOUND: {
    status: 500,
    retryable: false,
    meaning: "The file that should hold a secret is missing, not a regular file, or outside the secrets directory.",
    remedy: "Create it with mode 0600.",
  },
  SECRET_EXPOSED: {
    status: 500,
    retryable: false,
    meaning: "Others may write to the file or directory of a secret.",
    remedy: "chmod 0600 the file and 0700 its directory.",
  },
  SQLITE_TOO_OLD: {
    status: 500,
    retryable: false,
    meaning: "This Node's SQLite has the WAL-reset bug that can corrupt a database.",
    remedy: "Use Node 24.15 or newer.",
  },
  NETWORK_FILESYSTEM: {
    status: 500,
    retryable: false,
    meaning: "The data directory is on a network file system, where SQLite's locks do not hold.",
    remedy: "Use a local disk, or PostgreSQL.",
  },
  DATABASE_TOO_NEW: {
    status: 500,
    retryable: false,
    meaning: "A newer Pullwright has migrated this database.",
    remedy: "Start that version or a newer one; there is no way back.",
  },
  DATABASE_NOT_DURABLE: {
    status: 500,
    retryable: false,
    meaning: "PostgreSQL runs with synchronous_commit off for this role or database.",
    remedy: "Set synchronous_commit = on.",
  },
  PORT_IN_USE: {
    status: 500,
    retryable: false,
    meaning: "Another program listens on the port.",
    remedy: "Stop it, or choose another port (0 picks a free one).",
  },
} as const satisfies Record<string, ErrorDescription>;

export type ErrorCode = keyof typeof errorCodes;

/** A foreseen failure with its code. The message is for the person who must act: what, which, and what now. Never a token, a body or an e-mail address. */
export class PullwrightError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "PullwrightError";
    this.code = code;
  }
}

/** The one shape of an error body, on every door that speaks HTTP. */
export type ErrorBody = { detail: { error_code: ErrorCode; message: string; retryable: boolean } };

export function errorBody(code: ErrorCode, message: string): ErrorBody {
  return { detail: { error_code: code, message, retryable: errorCodes[code].retryable } };
}
