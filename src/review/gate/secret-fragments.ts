/** So many characters of a secret in a row betray it. */
export const fragmentCharacters = 12;

/** Shorter than this a secret cannot be told from words that have nothing to do with it, and is not looked for. */
const secretCharactersMin = 8;

/** What is looked for in a text: pieces of exactly so many characters, by their number, and secrets of words, which only as a whole are telling. */
export type Fragments = { pieces: Map<number, Set<string>>; wholes: string[] };

/** Both readings of the same text: its characters without white space, and its letters and digits alone. */
export type Reading = "dense" | "letters";

/** Case never hides a secret, nor does what stands between its characters. */
export function readAs(reading: Reading, text: string): string {
  return reading === "dense" ? text.replaceAll(/\s+/g, "").toLowerCase() : lettersOf(text).toLowerCase();
}

/**
 * All pieces by which a secret is known in a text: of itself, backwards, in base64 (wherever in a longer text it began), in hex and in a URL. The pieces
 * that anybody could write are left out: what every token of its kind begins with, words, and rows of digits.
 */
export function fragmentsOf(secrets: Iterable<string>): Record<Reading, Fragments> {
  const fragments = { dense: emptyFragments(), letters: emptyFragments() };
  for (const secret of secrets) {
    const core = coreOf(secret);
    if (core.length < secretCharactersMin) continue;
    for (const form of formsOf(core)) {
      addPieces(fragments.dense, form.replaceAll(/\s+/g, ""));
      addPieces(fragments.letters, lettersOf(form));
    }
    if (isMoreThanAWord(core))
      fragments.dense.wholes.push(...[core, backwards(core)].map((each) => readAs("dense", each)));
  }
  return fragments;
}

function emptyFragments(): Fragments {
  return { pieces: new Map(), wholes: [] };
}

/**
 * A secret without the beginning that it shares with every other of its kind, but for so many characters of it that no piece is made of them alone, and
 * without a key file's first and last line.
 */
function coreOf(secret: string): string {
  const inner = secret
    .trim()
    .replaceAll(/-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----/g, "")
    .trim();
  return inner.replace(commonHead, "").replace(tokenSign, (sign) => sign.slice(-7));
}

/** The head of a JSON web token; what each RSA key's base64 begins with. */
const commonHead = /^(?:eyJ[A-Za-z0-9_-]{1,200}\.|MII[A-Za-z0-9+/]{13})/;

/** The signs of forges', models' and chats' tokens. */
const tokenSign = /^(?:gh[a-z]_|github_pat_|gl[a-z]{1,6}-|sk-ant-[a-z0-9]{1,8}-|sk-proj-|sk-|xox[a-z]-|whsec_|AKIA)/;

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret, "utf8");
  const reversed = backwards(secret);
  return [
    secret,
    reversed,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
    Buffer.from(reversed).toString("hex"),
    ...[0, 1, 2].flatMap((offset) => [insideBase64(bytes, offset), insideBase64(Buffer.from(reversed), offset)]),
  ].flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

/** The characters that say nothing but bits of the secret, at one of three places in a longer text. */
function insideBase64(bytes: Uint8Array, offset: number): string {
  const base64 = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  return base64.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.byteLength) * 8) / 6));
}

function addPieces(fragments: Fragments, form: string): void {
  if (form.length < secretCharactersMin) return;
  const size = Math.min(fragmentCharacters, form.length);
  for (let at = 0; at + size <= form.length; at += 1) {
    const piece = form.slice(at, at + size);
    if (isTelling(piece)) add(fragments, piece);
  }
}

function add({ pieces }: Fragments, piece: string): void {
  const ofThisSize = pieces.get(piece.length) ?? new Set();
  pieces.set(piece.length, ofThisSize.add(piece.toLowerCase()));
}

/** A secret such as `development` would stop every text that speaks of it. */
function isMoreThanAWord(secret: string): boolean {
  return secret.length >= fragmentCharacters || /\d/.test(secret) || /[a-z].*[A-Z]/.test(secret);
}

function backwards(text: string): string {
  return Array.from(text).toReversed().join("");
}

/** Nobody writes it by chance: digits or capitals among letters, or letters that no word has; and no row such as 0123456789. */
function isTelling(piece: string): boolean {
  if (new Set(piece.toLowerCase()).size < 5 || rowLength(piece.toLowerCase()) >= 7) return false;
  if (/[b-df-hj-np-tv-xz]{5}/i.test(piece)) return true;
  const changes = Array.from(piece).filter(
    (character, at) => at > 0 && kindOf(character) !== kindOf(piece[at - 1] ?? ""),
  );
  if (/^\d+$/.test(piece)) return true;
  if (!/\d/.test(piece)) return /[a-z][A-Z]/.test(piece) && changes.length >= 5;
  return /[A-Za-z]/.test(piece) && (changes.length >= 3 || !/[a-z]{5}/i.test(piece));
}

function kindOf(character: string): string {
  if (/\d/.test(character)) return "digit";
  if (/[a-z]/.test(character)) return "small";
  return /[A-Z]/.test(character) ? "large" : "other";
}

/** The longest run in which each character follows the one before it in the table. */
function rowLength(text: string): number {
  let longest = 1;
  let run = 1;
  for (let at = 1; at < text.length; at += 1) {
    run = text.charCodeAt(at) === text.charCodeAt(at - 1) + 1 ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

function lettersOf(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9]+/g, "");
}
