import { mask } from "./mask.ts";
import { formsOf } from "./secret-forms.ts";
import { maskTokens } from "./token-shapes.ts";

/** Masks secrets in text that leaves the process or is stored. Pure, and linear in the text's length. */
export type Redact = (text: string) => string;

/** Shorter than this a form would be found in texts that have nothing to do with it. */
const charactersMin = 6;

/**
 * Makes the redaction for a set of known secrets: each in the forms in which it could travel is masked first, then whatever looks like a token. No
 * pattern here repeats something that repeats itself, so that no text can make it slow.
 */
export function createRedact(secrets: Iterable<string>): Redact {
  const known = patternOf(secrets);
  return (text) => {
    const clean = known === null ? text : text.replace(known, mask);
    return maskTokens(clean)
      .replace(authorization, (whole, before: string, credential: string) =>
        looksRandom(credential) ? before + mask : whole,
      )
      .replace(urlWithPassword, `$1${mask}@`);
  };
}

/** Says whether a text holds one of these secrets, in any of the forms in which it could travel. What only looks like a token does not count. */
export function createSecretFinder(secrets: Iterable<string>): (text: string) => boolean {
  const known = patternOf(secrets);
  // Without a state of its own: a global expression would go on where the last text ended.
  return known === null ? () => false : (text) => text.search(known) !== -1;
}

function patternOf(secrets: Iterable<string>): RegExp | null {
  const forms = new Set([...secrets].flatMap(formsOf).filter((form) => form.length >= charactersMin));
  // The longest first: where two begin at one place, all of the longer one goes.
  const exact = [...forms].toSorted((a, b) => b.length - a.length);
  return exact.length === 0 ? null : new RegExp(exact.map(escapeForRegExp).join("|"), "g");
}

/** `Authorization: Bearer …`, also as JSON and as git writes it. */
const authorization =
  /(\bauthorization["']?\s{0,4}[:=]\s{0,4}["']?(?:basic|bearer|token)\s{1,4})([A-Za-z0-9._~+/=-]{16,})/gi;

const urlWithPassword = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@:]*:[^\s/@]+@/gi;

/** Not a word that people write: `Authorization: Basic authentication-support` is a title. */
function looksRandom(text: string): boolean {
  return /[0-9+/=_~]/.test(text) || (/[a-z]/.test(text) && /[A-Z]/.test(text.slice(1)));
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
