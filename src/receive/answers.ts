import type { ServerResponse } from "node:http";
import { errorBody, errorCodes } from "../domain/error.ts";
import type { ErrorCode } from "../domain/error.ts";

/** A finished answer: status, header lines as Node takes them, and the body. Made once where nothing in it changes. */
export type Answer = {
  status: number;
  headers: string[];
  /** The same with `Connection: close`, for a request whose body is not read. */
  closingHeaders: string[];
  body: string;
};

/** An answer that says no, and the code that it says it with. */
export type Refusal = Answer & { kind: "refused"; code: ErrorCode };

/** A refusal in the one shape of error bodies, with `Retry-After` where a time is given. */
export function refusal(
  code: ErrorCode,
  message: string,
  extra: { retryAfterSeconds?: number; allow?: string } = {},
): Refusal {
  const more: string[] = [];
  if (extra.retryAfterSeconds !== undefined)
    more.push("Retry-After", String(Math.max(1, Math.ceil(extra.retryAfterSeconds))));
  if (extra.allow !== undefined) more.push("Allow", extra.allow);
  return {
    kind: "refused",
    code,
    ...jsonAnswer(errorCodes[code].status, JSON.stringify(errorBody(code, message)), more),
  };
}

/** An answer of the receiver's own, where the status says enough: health. */
export function jsonAnswer(status: number, body: string, more: string[] = []): Answer {
  const headers = ["Content-Type", "application/json", "Content-Length", String(Buffer.byteLength(body)), ...more];
  return { status, headers, closingHeaders: [...headers, "Connection", "close"], body };
}

export const refusals = {
  methodNotAllowed: refusal("METHOD_NOT_ALLOWED", "Webhook paths take POST only.", { allow: "POST" }),
  healthMethodNotAllowed: refusal("METHOD_NOT_ALLOWED", "Health paths take GET and HEAD only.", { allow: "GET, HEAD" }),
  pathNotFound: refusal("RESOURCE_NOT_FOUND", "There is nothing at this path."),
  tooManyHeaders: refusal("HEADERS_TOO_LARGE", "The request has too many headers."),
  headersTooLarge: refusal("HEADERS_TOO_LARGE", "The headers are over 16 KiB."),
  malformedRequest: refusal("BAD_REQUEST", "The request is not well-formed HTTP."),
  requestTimeout: refusal("REQUEST_TIMEOUT", "The request came too slowly."),
  addressNotAllowed: refusal("ADDRESS_NOT_ALLOWED", "This address is outside the receiver's allow-list."),
  sourceNotFound: refusal("SOURCE_NOT_FOUND", "No source of this name is configured."),
  wrongSignature: refusal(
    "INVALID_SIGNATURE",
    "The signature does not match the body; is the same secret set on both sides?",
  ),
  bodyTooLarge: refusal("BODY_TOO_LARGE", "The body is over 25 MiB."),
  notAnObject: refusal("BAD_REQUEST", "The body is empty, or is not one JSON object."),
  contentType: refusal("UNSUPPORTED_MEDIA_TYPE", "The content type is none that this path takes."),
  contentEncoding: refusal(
    "UNSUPPORTED_MEDIA_TYPE",
    "Bodies with a content encoding are not taken; send the body as it is.",
  ),
  deliveryIdConflict: refusal(
    "DELIVERY_ID_CONFLICT",
    "This delivery id is stored with another body; the first is kept.",
  ),
  busy: refusal("STORE_UNAVAILABLE", "Too much is waiting to be stored; try again.", { retryAfterSeconds: 5 }),
  storeFailed: refusal("STORE_UNAVAILABLE", "The store cannot take this right now; try again.", {
    retryAfterSeconds: 5,
  }),
};

/** What a stored delivery is told. Ids and events have passed their patterns, so nothing in them needs escaping. */
export function sendAccepted(response: ServerResponse, deliveryId: string): void {
  sendJson(response, 202, `{"status":"accepted","delivery_id":"${deliveryId}"}`);
}

export function sendDuplicate(response: ServerResponse, deliveryId: string): void {
  sendJson(response, 200, `{"status":"duplicate","delivery_id":"${deliveryId}"}`);
}

export function sendIgnored(response: ServerResponse, deliveryId: string, event: string): void {
  sendJson(response, 202, `{"status":"ignored","delivery_id":"${deliveryId}","event":"${event}"}`);
}

export function sendPong(response: ServerResponse): void {
  sendJson(response, 200, '{"status":"pong"}');
}

export function sendAnswer(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/** Ids and events are ASCII, so that characters are bytes and Latin-1 will do; and a string body leaves with its header in one write. */
function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, ["Content-Type", "application/json", "Content-Length", String(body.length)]);
  response.end(body, "latin1");
}
