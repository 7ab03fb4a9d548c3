import { isSaying, isStatus, type PolicyRow } from "../classify-answer.ts";

/**
 * What GitLab says in words and not by its status; see classify-answer.ts. With all of these nothing was done, so `transient` may be sent again, a write
 * too.
 */
export const gitlabRefusals: readonly PolicyRow[] = [
  {
    // A comment at a line that the diff does not have: usually 400, of some lines and versions 500. What the status means else is for the other rows.
    when: (signal) => isStatus(signal, 400, 422, 500) && isSaying(signal, /\bline_?code\b/i),
    means: { kind: "refused", code: "FORGE_REFUSED" },
  },
  {
    // A branch that was pushed a moment ago is not seen everywhere at once. GitLab names the field.
    when: (signal) => isStatus(signal, 400, 422) && isSaying(signal, /\bsource[_ ]branch does not exist\b/i),
    means: { kind: "transient", code: "FORGE_UNAVAILABLE" },
  },
  {
    // Somebody else is changing the same row; GitLab asks to try again.
    when: (signal) => isStatus(signal, 409) && isSaying(signal, /\bresource lock\b|\bplease try again\b/i),
    means: { kind: "transient", code: "FORGE_UNAVAILABLE" },
  },
];
