import type { ArrivedDelivery } from "../domain/delivery.ts";
import { Refusal } from "./refusal.ts";
import { markLongIntegers, scanJson } from "./scan-json.ts";

/** A payload as text, and its top-level fields. */
export type JsonBody = { text: string; fields: Record<string, unknown> };

/**
 * Reads a delivery's bytes into one JSON object. Linear in the number of bytes, whatever they are. Refuses with
 * BAD_UTF8, BAD_FORM, TOO_DEEP, BAD_JSON or BAD_SHAPE. Whole numbers of 16 digits or more come back as text, because
 * a double would round them; nothing else is changed.
 */
export function readJsonBody(contentType: ArrivedDelivery["contentType"], body: Uint8Array): JsonBody {
  const bodyText = textOf(body);
  const text = contentType === "application/x-www-form-urlencoded" ? payloadParameterOf(bodyText) : bodyText;
  const scan = scanJson(text);
  if (scan.isTooDeep) throw new Refusal("TOO_DEEP", "The body is nested deeper than 64 levels.");
  if (scan.hasTooManyValues) throw new Refusal("BAD_SHAPE", "The body has more than 500,000 values.");
  const value = parse(markLongIntegers(text, scan));
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Refusal("BAD_SHAPE", "The body is JSON, but not an object.");
  }
  return { text, fields: value as Record<string, unknown> };
}

function textOf(body: Uint8Array): string {
  try {
    // A byte order mark stays in the text, where JSON does not allow one: what is read is what was signed.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new Refusal("BAD_UTF8", "The body is not UTF-8.");
  }
}

/** The value of the one parameter called `payload`. Others may stand beside it. */
function payloadParameterOf(form: string): string {
  let payload: string | undefined;
  for (let from = 0; from <= form.length;) {
    const ampersand = form.indexOf("&", from);
    const to = ampersand === -1 ? form.length : ampersand;
    const part = form.slice(from, to);
    const equals = part.indexOf("=");
    const name = equals === -1 ? part : part.slice(0, equals);
    // A name longer than this is not `payload`, however it is encoded; not decoding it keeps the loop cheap.
    if (name.length <= 64 && decodedPart(name) === "payload") {
      if (payload !== undefined) throw new Refusal("BAD_FORM", "The form has more than one payload.");
      payload = equals === -1 ? "" : part.slice(equals + 1);
    }
    from = to + 1;
  }
  if (payload === undefined) throw new Refusal("BAD_FORM", "The form has no payload.");
  return decodedPart(payload);
}

function decodedPart(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll("+", " "));
  } catch {
    if (/%(?![0-9a-f]{2})/i.test(part))
      throw new Refusal("BAD_FORM", "The form has a percent sign without two hex digits.");
    throw new Refusal("BAD_UTF8", "The form's payload is not UTF-8.");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // The parser's own message quotes the body.
    const position = error instanceof Error ? /at position \d+/.exec(error.message)?.[0] : undefined;
    throw new Refusal(
      "BAD_JSON",
      position === undefined ? "The body is not JSON." : `The body is not JSON ${position}.`,
    );
  }
}
