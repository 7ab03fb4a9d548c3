/** A piece of indented JSON: what it is, for its colour, and its exact text. */
export type JsonPiece = { kind: "key" | "string" | "number" | "word" | "punctuation" | "space"; text: string };

/**
 * Indents a JSON text without reading its values, so that every number keeps its digits (ids may pass 2^53), every string its escapes and
 * every key its place, also a repeated one. Null when the text is not JSON.
 */
export function indentJson(text: string): JsonPiece[] | null {
  if (!isJson(text)) return null;
  const pieces: JsonPiece[] = [];
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  const newLine = () => pieces.push({ kind: "space", text: `\n${"  ".repeat(depth)}` });
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1];
    if (token === "{" || token === "[") {
      pieces.push({ kind: "punctuation", text: token });
      if (next === "}" || next === "]") continue;
      depth += 1;
      newLine();
    } else if (token === "}" || token === "]") {
      const previous = tokens[index - 1];
      if (previous !== "{" && previous !== "[") {
        depth -= 1;
        newLine();
      }
      pieces.push({ kind: "punctuation", text: token });
    } else if (token === ",") {
      pieces.push({ kind: "punctuation", text: "," });
      newLine();
    } else if (token === ":") {
      pieces.push({ kind: "punctuation", text: ": " });
    } else if (token.startsWith('"')) {
      pieces.push({ kind: next === ":" ? "key" : "string", text: token });
    } else {
      pieces.push({ kind: /^[-\d]/.test(token) ? "number" : "word", text: token });
    }
  }
  return pieces;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
