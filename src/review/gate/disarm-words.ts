/** Invisible, of no width, and part of no word: what stands before and after it is no longer one word to a forge. */
export const joiner = "\u2060";

/**
 * Makes words that a forge would act on into mere words, without changing what a reader sees: nobody is mentioned, nothing is closed or referred to. For
 * the text between markup, which is cleaned already. Linear in its length; a second time changes nothing.
 */
export function disarmWords(text: string): string {
  return text
    .replaceAll("@", `@${joiner}`)
    .replaceAll(reference, `$1${joiner}$2`)
    .replaceAll(closingWord, `$1${joiner}`)
    .replaceAll(new RegExp(`${joiner}{2,}`, "g"), joiner);
}

/** `#1`, `!1`, `GH-1`, GitLab's `&1`, `%1`, `$1` and `~"label"`: an agent makes such numbers up, and a reference shows up at the other end. */
const reference = /([#!&%$]|\bGH-)(\d)/gi;

/** Before a link that our own text makes, such a word would still close what the link leads to. */
const closingWord =
  /\b(close[sd]?|closing|fix(?:e[sd]|ing)?|resolve[sd]?|resolving|implement(?:s|ed|ing)?)(?=:? {0,3}(?:issues? {1,3})?(?:[#![<(]|GH-|https?:|[\w.-]{1,100}\/[\w./-]{1,150}[#!]))/gi;

/** Whole addresses, with or without a scheme, as forges and mail programs make links of them. */
const address = /\b(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.|mailto:|xmpp:)[^\s<>]+/gi;

/** Takes the addresses out of a text: they would become links, whether we make them links or not. */
export function withoutAddresses(text: string): string {
  return text.replaceAll(address, linkLeftOut);
}

export const linkLeftOut = "(link left out)";
