import { type Fragments, fragmentsOf, readAs, type Reading } from "./secret-fragments.ts";

/** Says whether a text holds one of our secrets or a telling part of one. Linear in the text's length. */
export type LeakScan = (text: string) => boolean;

/**
 * Looks for secrets, also cut (any twelve characters in a row), backwards, in base64, hex or a URL's escapes, in other letter case, in look-alike
 * full-width letters, and with white space or marks between their characters. Secrets below eight characters are not looked for, nor pieces that are
 * ordinary words. A hit means that the text is not posted at all: what was found is one form of perhaps several.
 */
export function createLeakScan(secrets: Iterable<string>): LeakScan {
  const fragments = fragmentsOf(secrets);
  const readings: Reading[] = ["dense", "letters"];
  return (text) => {
    const plain = text.normalize("NFKC");
    const decoded = decode(plain);
    const texts = new Set([plain, decoded, decoded.replaceAll(tags, "")]);
    return [...texts].some((each) => readings.some((reading) => holds(readAs(reading, each), fragments[reading])));
  };
}

function holds(text: string, { pieces, wholes }: Fragments): boolean {
  for (const [size, ofThisSize] of pieces)
    for (let at = 0; at + size <= text.length; at += 1) if (ofThisSize.has(text.slice(at, at + size))) return true;
  return wholes.some((whole) => text.includes(whole));
}

/** HTML that a page does not show. */
const tags = /<!--(?:[^-]|-(?!->)){0,1000}-->|<[^<>]{0,1000}>/g;

/** The escapes of URLs, HTML, JSON and shells, each undone once. */
const escapes =
  /%([0-9a-f]{2})|&#(\d{1,7});?|&#x([0-9a-f]{1,6});?|\\u\{?([0-9a-f]{4,6})\}?|\\x([0-9a-f]{2})|\\(?=[^a-z0-9\s])/gi;

function decode(text: string): string {
  return text.replaceAll(escapes, (_whole, url, decimal, html, json, shell) => {
    if (decimal !== undefined) return characterOf(Number(decimal));
    const hex: unknown = url ?? html ?? json ?? shell;
    return typeof hex === "string" ? characterOf(Number.parseInt(hex, 16)) : "";
  });
}

function characterOf(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "";
}
