/** The one JSON object that a text holds. `none`: there is nothing like one. `several`: which one was meant is not ours to guess. */
export type FoundJson = { kind: "found"; value: unknown } | { kind: "none" } | { kind: "several" } | { kind: "broken" };

/**
 * Finds the JSON object in an answer: the whole text, or what stands in it between other words or in a code block. An object that does not end is broken,
 * and two are one too many. Linear.
 */
export function jsonInText(text: string): FoundJson {
  const whole = parsed(text.trim());
  if (whole !== null) return { kind: "found", value: whole };
  const objects: unknown[] = [];
  let isBroken = false;
  for (let at = text.indexOf("{"); at !== -1;) {
    const end = endOfObject(text, at);
    if (end === -1) {
      isBroken = looksLikeJson(text, at);
      break;
    }
    const value = parsed(text.slice(at, end));
    if (value !== null) objects.push(value);
    else if (looksLikeJson(text, at)) isBroken = true;
    at = text.indexOf("{", end);
  }
  if (objects.length > 1) return { kind: "several" };
  if (isBroken) return { kind: "broken" };
  return objects.length === 0 ? { kind: "none" } : { kind: "found", value: objects[0] };
}

function parsed(text: string): Record<string, unknown> | null {
  if (!text.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function looksLikeJson(text: string, at: number): boolean {
  return /^\{\s{0,200}"/.test(text.slice(at, at + 210));
}

/** Behind the brace that closes the one at this place, strings left out; -1 when none does. */
function endOfObject(text: string, begin: number): number {
  let depth = 0;
  let isString = false;
  for (let at = begin; at < text.length; at += 1) {
    const sign = text[at];
    if (isString) {
      if (sign === "\\") at += 1;
      else if (sign === '"') isString = false;
    } else if (sign === '"') isString = true;
    else if (sign === "{") depth += 1;
    else if (sign === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}
