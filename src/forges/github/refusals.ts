import { isSaying, isStatus, type PolicyRow } from "../classify-answer.ts";

/**
 * What GitHub says in words and not by its status; see classify-answer.ts. With all of these nothing was done, so `transient` may be sent again, a write
 * too.
 */
export const githubRefusals: readonly PolicyRow[] = [
  {
    // "A pull request already exists for acme:branch."
    when: (signal) => isStatus(signal, 422) && isSaying(signal, /already exists/i),
    means: { kind: "conflict", code: "FORGE_CONFLICT" },
  },
  {
    when: (signal) => isStatus(signal, 422) && isSaying(signal, /no commits between/i),
    means: { kind: "refused", code: "EMPTY_DIFF" },
  },
  {
    // A branch that was pushed a moment ago is not seen everywhere at once. GitHub names the field, or says that the head's SHA is blank.
    when: (signal) =>
      isStatus(signal, 422) && isSaying(signal, /\bhead (invalid|sha can't be blank|repo(sitory)? can't be blank)/i),
    means: { kind: "transient", code: "FORGE_UNAVAILABLE" },
  },
  {
    when: (signal) => isStatus(signal, 422) && isSaying(signal, /submitted too quickly/i),
    means: { kind: "rate", code: "FORGE_RATE_LIMITED" },
  },
  {
    // A locked conversation is closed for everybody; no right would open it.
    when: (signal) => isStatus(signal, 403) && isSaying(signal, /\b(issue|conversation) is locked\b/i),
    means: { kind: "refused", code: "FORGE_REFUSED" },
  },
];
