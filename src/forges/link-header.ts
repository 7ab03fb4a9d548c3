import { WrongAnswer } from "./forge-call.ts";

/**
 * The address of the next page from a `Link` header (RFC 8288), or null on the last page. Reads each character once: the usual regular expression needs
 * seconds for 64 KB of `<`. Throws WrongAnswer where the header cannot be read or leads to another origin than `from`: a list that ends too early would
 * make us believe that something is not there.
 */
export function nextPage(header: string | null, from: string): string | null {
  if (header === null) return null;
  let at = 0;
  for (;;) {
    at = afterAny(header, at, " \t,");
    if (at === header.length) return null;
    if (header[at] !== "<") throw new WrongAnswer("its Link header cannot be read");
    const close = header.indexOf(">", at);
    if (close === -1) throw new WrongAnswer("its Link header cannot be read");
    const address = header.slice(at + 1, close);
    const end = endOf(header, close + 1, ",");
    if (isNext(header.slice(close + 1, end))) return sameOrigin(address, from);
    at = end;
  }
}

function afterAny(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && characters.includes(text[at] ?? "")) at += 1;
  return at;
}

/** Where the sign stands that ends this part, outside quotes. */
function endOf(text: string, from: number, sign: string): number {
  let isQuoted = false;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === sign && !isQuoted) return at;
  }
  return text.length;
}

function isNext(parameters: string): boolean {
  for (let at = 0; at < parameters.length;) {
    const end = endOf(parameters, at, ";");
    const [name = "", value = ""] = parameters.slice(at, end).split("=", 2);
    const relations = value.trim().replaceAll('"', "").toLowerCase().split(" ");
    if (name.trim().toLowerCase() === "rel" && relations.includes("next")) return true;
    at = end + 1;
  }
  return false;
}

function sameOrigin(address: string, from: string): string {
  const url = URL.parse(address, from);
  if (url === null || url.origin !== new URL(from).origin)
    throw new WrongAnswer("its next page is at another address than the forge's");
  return url.href;
}
