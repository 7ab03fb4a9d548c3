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
  // Work
  PAYLOAD_INVALID: {
    status: 422,
    retryable: false,
    meaning: "The command's payload lacks a field, or has it in another form.",
    remedy: "The message names the field; `pullwright worker run TYPE --help` shows an example.",
  },
  INVALID_STATE_TRANSITION: {
    status: 409,
    retryable: false,
    meaning: "This cannot be done in the state that the thing is in.",
    remedy: "Look at its state; docs/reference/lifecycle.md has the allowed moves.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retryable: false,
    meaning: "This Idempotency-Key was used for another request.",
    remedy: "Use a new key for a new request.",
  },
  WORKER_NOT_CONFIGURED: {
    status: 422,
    retryable: false,
    meaning:
      "Nothing here can do commands of this type: there is no built-in worker, or it is switched off, and no program is configured.",
    remedy: "Set `workers.<type>.command`, or `workers.<type>.enabled: true`.",
  },
  WORKER_FAILED: {
    status: 502,
    retryable: true,
    meaning: "The worker program ended with an error.",
    remedy: "Its standard output and error are kept with the command.",
  },
  WORKER_TIMED_OUT: {
    status: 504,
    retryable: true,
    meaning: "The worker program ran over its time and was ended with all that it started.",
    remedy: "Raise `workers.<type>.timeout_seconds`, or look at why it hangs.",
  },
  WORKER_NO_RESULT: {
    status: 502,
    retryable: true,
    meaning: "The worker program ended well but wrote no result file.",
    remedy: "It must write JSON to PULLWRIGHT_WORKER_RESULT_PATH before it ends.",
  },
  WORKER_RESULT_INVALID: {
    status: 502,
    retryable: false,
    meaning: "The worker program's result file is not what the protocol asks for.",
    remedy: "docs/operate.md shows the result file; the message names the field.",
  },
  LEASE_LOST: {
    status: 409,
    retryable: true,
    meaning: "Another worker has taken this command over.",
    remedy: "Nothing: the other one finishes it.",
  },
  OUTCOME_UNKNOWN: {
    status: 502,
    retryable: false,
    meaning: "It could not be learned whether the forge did what was asked.",
    remedy: "Look at the forge, then retry the command: it looks again before it acts.",
  },
  AUDIT_CHAIN_BROKEN: {
    status: 500,
    retryable: false,
    meaning: "An entry of the audit log does not follow from the one before it, or entries are missing at its end.",
    remedy: "Somebody changed the table by hand; compare with a backup.",
  },
  // Git
  GIT_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: "There is no git that can be used.",
    remedy: "Install git 2.38.1 or newer.",
  },
  GIT_FAILED: {
    status: 502,
    retryable: true,
    meaning: "git ended with an error.",
    remedy: "The message has git's own words.",
  },
  GIT_TIMED_OUT: {
    status: 504,
    retryable: true,
    meaning: "git ran over its time and was ended with all that it started.",
    remedy: "Look at the network and the remote; it is tried again.",
  },
  CLONE_FAILED: {
    status: 502,
    retryable: true,
    meaning: "The base of the work could not be fetched from the remote.",
    remedy: "The message has git's own words; look at the address, the token and the network.",
  },
  CHECKOUT_NOT_FOUND: {
    status: 422,
    retryable: false,
    meaning: "The directory is no git checkout, or cannot be read.",
    remedy: "Name the checkout that holds the work.",
  },
  CHECKOUT_UNSAFE: {
    status: 422,
    retryable: false,
    meaning: "Something in the checkout cannot be taken safely.",
    remedy: "The message says what; nothing was written.",
  },
  COMMIT_LOG_MISSING: {
    status: 422,
    retryable: false,
    meaning: "There is no commit log, or it is empty.",
    remedy: "Write `commit_log.md`, or name it with `commit_log_path`.",
  },
  BASE_NOT_ON_REMOTE: {
    status: 422,
    retryable: false,
    meaning: "The commit that the work stands on is not at the remote.",
    remedy: "Start the work from a commit of the base branch.",
  },
  EMPTY_DIFF: {
    status: 422,
    retryable: false,
    meaning: "The work changes nothing against the commit it stands on.",
    remedy: "Nothing to do; or name the files that were changed.",
  },
  WORK_TOO_LARGE: {
    status: 422,
    retryable: false,
    meaning: "The work has more or larger files than may be taken.",
    remedy: "Leave build products out (.gitignore), or name the files in `changed_files`.",
  },
  PATH_INVALID: {
    status: 422,
    retryable: false,
    meaning: "A path is not one that may be written into a repository.",
    remedy: "Use a relative path without `..`, `.git`, control characters or a Windows device name.",
  },
  PATH_IS_SYMLINK: {
    status: 422,
    retryable: false,
    meaning: "A path goes through, or is, a symbolic link.",
    remedy: "Name the file itself.",
  },
  UNSUPPORTED_ENTRY: {
    status: 422,
    retryable: false,
    meaning: "A path is a submodule, a large-file pointer or something else that cannot be edited here.",
    remedy: "Leave it out of the work.",
  },
  HOSTILE_OBJECT: {
    status: 422,
    retryable: false,
    meaning: "The remote sent objects that git's own checks refuse.",
    remedy: "Look at who can push there.",
  },
  BRANCH_NAME_INVALID: {
    status: 422,
    retryable: false,
    meaning: "A branch name is not one that may be made.",
    remedy: "Use letters, digits, `.`, `_`, `-` and `/`; not the base branch, not a protected one.",
  },
  BRANCH_EXISTS: {
    status: 409,
    retryable: false,
    meaning: "The branch is at the remote already, with commits that are not ours.",
    remedy: "Delete or rename that branch, then retry.",
  },
  BRANCH_CONFLICT: {
    status: 409,
    retryable: false,
    meaning: "A branch stands in the way: `a` and `a/b` cannot both be.",
    remedy: "Delete or rename the other branch, then retry.",
  },
  PUSH_REJECTED: {
    status: 422,
    retryable: false,
    meaning: "The remote took the connection and refused the push.",
    remedy: "The message has the remote's own words; look at its rules and the token's rights.",
  },
  HEAD_MISMATCH: {
    status: 502,
    retryable: false,
    meaning: "The forge shows another commit than the one that was pushed.",
    remedy: "Look at the branch; somebody else may have written to it.",
  },
  SECRET_IN_WORK: {
    status: 422,
    retryable: false,
    meaning: "The work contains a secret that Pullwright holds; nothing was sent.",
    remedy: "Take it out of the files or the text, and change the secret if others saw it.",
  },
  // Forges
  REPOSITORY_URL_INVALID: {
    status: 422,
    retryable: false,
    meaning: "This is not the address of a repository on a known forge.",
    remedy: "Write https://host/owner/repo; a self-hosted forge is known by its configured API base URL.",
  },
  GITHUB_NOT_CONFIGURED: {
    status: 503,
    retryable: true,
    meaning: "There is no credential for GitHub.",
    remedy: "Set PULLWRIGHT_GITHUB_TOKEN or its file, or the App's id and key.",
  },
  GITLAB_NOT_CONFIGURED: {
    status: 503,
    retryable: true,
    meaning: "There is no credential for GitLab.",
    remedy: "Set PULLWRIGHT_GITLAB_TOKEN or its file.",
  },
  FORGE_UNREACHABLE: {
    status: 503,
    retryable: true,
    meaning: "The forge could not be reached; nothing was sent.",
    remedy: "Look at the network and the API base URL; it is tried again.",
  },
  FORGE_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: "The forge failed to answer, or answered that it is unwell.",
    remedy: "Nothing; it is tried again.",
  },
  FORGE_RATE_LIMITED: {
    status: 429,
    retryable: true,
    meaning: "The forge asked us to wait.",
    remedy: "Nothing; the work goes on at the time that the forge named.",
  },
  FORGE_CREDENTIAL_REFUSED: {
    status: 503,
    retryable: true,
    meaning: "The forge does not know the credential; its work is paused.",
    remedy: "Put a valid token in place; the work goes on by itself.",
  },
  FORGE_FORBIDDEN: {
    status: 403,
    retryable: false,
    meaning: "The credential may not do this.",
    remedy: "Give the token the rights that the message names.",
  },
  FORGE_NOT_FOUND: {
    status: 404,
    retryable: false,
    meaning: "The forge has no such thing, or hides it from this credential.",
    remedy: "Check the name and the token's access.",
  },
  FORGE_CONFLICT: {
    status: 409,
    retryable: false,
    meaning: "What was asked contradicts what is there.",
    remedy: "The message has the forge's own words.",
  },
  FORGE_REFUSED: {
    status: 422,
    retryable: false,
    meaning: "The forge refused the request.",
    remedy: "The message has the forge's own words.",
  },
  FORGE_BAD_RESPONSE: {
    status: 502,
    retryable: true,
    meaning: "The answer is none that the forge could give.",
    remedy: "Look at what stands between: a proxy, a login page.",
  },
  REDIRECT_REFUSED: {
    status: 502,
    retryable: false,
    meaning: "The forge sent us elsewhere; a credential is not taken along.",
    remedy: "Correct the API base URL or the repository's address.",
  },
  // Agents and reviews
  SANDBOX_UNAVAILABLE: {
    status: 503,
    retryable: false,
    meaning: "Agents cannot be shut in on this machine, so none is run.",
    remedy:
      "Install bubblewrap, or allow user namespaces; `agent.sandbox: none-i-accept-the-risk` runs agents unguarded.",
  },
  AGENT_NOT_CONFIGURED: {
    status: 422,
    retryable: false,
    meaning: "No agent is configured.",
    remedy: "Set PULLWRIGHT_REVIEW_AGENT to codex, claude or command.",
  },
  AGENT_UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: "The agent's program is missing, cannot be started, or needs somebody to sign it in.",
    remedy: "Install it, or say where it is with PULLWRIGHT_REVIEW_COMMAND; give it a key. The work waits meanwhile.",
  },
  AGENT_UNSUPPORTED: {
    status: 422,
    retryable: false,
    meaning: "The installed version of the agent lacks a flag without which it is not safe to run.",
    remedy: "Install a newer version; the message names the flag.",
  },
  AGENT_TIMED_OUT: {
    status: 504,
    retryable: true,
    meaning: "The agent ran over its time and was ended with all that it started.",
    remedy: "Raise PULLWRIGHT_REVIEW_TIMEOUT_SECONDS, or look at its log.",
  },
  AGENT_OVER_LIMIT: {
    status: 502,
    retryable: false,
    meaning: "The agent used more memory, time, processes or output than it may, and was ended.",
    remedy: "Its log is kept with the command.",
  },
  AGENT_RATE_LIMITED: {
    status: 429,
    retryable: true,
    meaning: "The model's provider asked us to wait, or a quota is used up.",
    remedy: "Nothing; it is tried again. Look at the provider's limits when it stays so.",
  },
  AGENT_FAILED: {
    status: 502,
    retryable: true,
    meaning: "The agent ended with an error.",
    remedy: "Its log is kept with the command.",
  },
  AGENT_EMPTY: {
    status: 502,
    retryable: true,
    meaning: "The agent ended well and said nothing.",
    remedy: "Its log is kept with the command.",
  },
  AGENT_ANSWER_INVALID: {
    status: 502,
    retryable: false,
    meaning: "The agent's answer is not in the form that was asked for, or not to the question that was asked.",
    remedy: "Nothing is posted as a verdict; its words are kept with the command.",
  },
  LEAK_SUSPECTED: {
    status: 422,
    retryable: false,
    meaning: "A text that an agent wrote holds a secret of ours or a part of one; it was not posted.",
    remedy: "Look at the log; change the secret if others may have seen it.",
  },
  BUDGET_EXHAUSTED: {
    status: 429,
    retryable: false,
    meaning: "The rounds or the money for this pull request or this day are used up.",
    remedy: "Raise `review.rounds_max` or the budgets, or wait for tomorrow; `pullwright review` asks for one more.",
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
