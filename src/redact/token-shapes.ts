import { mask } from "./mask.ts";

/** Runs of the characters that tokens are made of. Each run is looked at by itself, once. */
const runs = /[A-Za-z0-9._-]{12,}/g;

/** Standard Webhooks; its base64 has characters that no other token has. */
const webhookSecret = /\bwhsec_[A-Za-z0-9+/=]{16,}/g;

/**
 * Masks whatever looks like a token of a forge, a model, a chat or a cloud, for those that are not ours and so are not known exactly. What stands before
 * it in its run stays. Branch names, SHAs and titles do not look so.
 */
export function maskTokens(text: string): string {
  return text.replace(webhookSecret, mask).replace(runs, (run) => {
    const at = Math.min(...shapes.map((beginIn) => beginIn(run)));
    return at === Infinity ? run : run.slice(0, at) + mask;
  });
}

/** Where a token of this shape begins in a run; Infinity where there is none. */
type Shape = (run: string) => number;

const shapes: Shape[] = [
  // GitHub: ghp_, gho_, ghs_ with a JSON web token behind it, github_pat_.
  (run) => startOf(run, /(?<![A-Za-z0-9])(?:gh[a-z]|github_pat)_/, hasNoWordIn(/[._-]/)),
  // GitLab.
  (run) => startOf(run, /(?<![A-Za-z0-9])gl(?:pat|ptt|dt|rt|rtr|cbt|ft|ffct|imt|agent|oas|soat|wt)-[A-Za-z0-9._-]{16}/),
  // OpenAI, Anthropic and others.
  (run) => startOf(run, /(?<![A-Za-z0-9])sk-/, hasNoWordIn(/[.-]/)),
  // Slack.
  (run) => startOf(run, /(?<![A-Za-z0-9])xox[a-z]-[A-Za-z0-9-]{10}/, (rest) => /[0-9]/.test(rest)),
  // AWS.
  (run) => startOf(run, /(?<![A-Za-z0-9])AKIA[A-Z0-9]{16}(?![A-Za-z0-9])/),
  jsonWebToken,
];

/** Somewhere behind the sign stands a stretch that is no word. */
function hasNoWordIn(between: RegExp): (rest: string) => boolean {
  return (rest) => rest.split(between).some((part) => part.length >= 30 || (part.length >= 16 && /[0-9]/.test(part)));
}

function startOf(run: string, sign: RegExp, isToken: (rest: string) => boolean = () => true): number {
  const at = run.search(sign);
  return at !== -1 && isToken(run.slice(at)) ? at : Infinity;
}

/** Three parts in base64url, the first of them a JSON object. */
function jsonWebToken(run: string): number {
  const parts = run.split(".");
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const inPart = part.search(/eyJ[A-Za-z0-9_-]{8}/);
    if (inPart !== -1 && (parts[index + 1]?.length ?? 0) >= 8 && (parts[index + 2]?.length ?? 0) >= 8)
      return at + inPart;
    at += part.length + 1;
  }
  return Infinity;
}
