import type { ForgeCall } from "./forge-call.ts";
import { WrongAnswer } from "./forge-call.ts";
import { type ForgeAnswer, type ForgeFetch, ForgeFetchFailure } from "./forge-fetch.ts";

/** What one request brought. `stopped`: our own `beforeSend` threw, so nothing was sent. */
export type Sent<Value> =
  | { was: "value"; value: Value; answer: ForgeAnswer }
  | { was: "refusal"; answer: ForgeAnswer }
  | { was: "wrong"; answer: ForgeAnswer; because: string }
  | { was: "failure"; failure: ForgeFetchFailure }
  | { was: "stopped"; error: unknown };

export type SendDeps = {
  fetch: ForgeFetch;
  /** Goes with the request, and nowhere else: the forge's library never sees the token. */
  authorization: Record<string, string>;
  beforeSend: () => void;
  /** Called in the moment in which the answer is there, before anything else can be sent. */
  heard: (answer: ForgeAnswer) => void;
};

/**
 * Lets a forge's library make one request, and sees what comes of it with its own eyes: libraries put errors into other errors and lose on the way
 * whether anything was sent.
 */
export async function sendOnce<Value>(call: ForgeCall<Value>, deps: SendDeps): Promise<Sent<Value>> {
  const seen: { answer?: ForgeAnswer; failure?: unknown } = {};
  let requests = 0;
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    requests += 1;
    if (requests > 1) throw new Error("A try is one request; the library made a second one");
    try {
      seen.answer = await deps.fetch({
        method: init.method ?? "GET",
        url: input instanceof Request ? input.url : String(input),
        headers: { ...Object.fromEntries(new Headers(init.headers)), ...deps.authorization },
        beforeSend: deps.beforeSend,
        ...(init.body === undefined || init.body === null ? {} : { body: textOf(init.body) }),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
    } catch (error) {
      seen.failure = error;
      throw error;
    }
    deps.heard(seen.answer);
    return responseOf(seen.answer);
  };

  let data: unknown;
  try {
    data = await call.send(fetch);
  } catch (error) {
    const { answer, failure } = seen;
    if (failure instanceof ForgeFetchFailure) return { was: "failure", failure };
    if (failure !== undefined) return { was: "stopped", error: failure };
    if (answer === undefined) throw error;
    if (!isSuccess(answer)) return { was: "refusal", answer };
    return { was: "wrong", answer, because: notJson(answer) ?? "the answer could not be read" };
  }
  const { answer } = seen;
  if (answer === undefined) throw new Error(`${call.what}: the library made no request`);
  if (!isSuccess(answer)) return { was: "refusal", answer };
  const because = notJson(answer);
  if (because !== null) return { was: "wrong", answer, because };
  try {
    return { was: "value", value: call.accept(data, answer), answer };
  } catch (error) {
    if (!(error instanceof WrongAnswer)) throw error;
    return { was: "wrong", answer, because: error.message };
  }
}

function textOf(body: unknown): string {
  if (typeof body !== "string") throw new TypeError("A request to a forge has a body of text");
  return body;
}

function isSuccess(answer: ForgeAnswer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

function notJson(answer: ForgeAnswer): string | null {
  if (answer.body === "") return "the answer is empty";
  const type = answer.headers.get("content-type") ?? "";
  return /^application\/([a-z.-]+\+)?json\b/i.test(type) ? null : `the answer is not JSON but ${type || "of no type"}`;
}

/** As the libraries want it. They read the address too, which `Response` does not let one give. */
function responseOf({ status, headers, body, url }: ForgeAnswer): Response {
  const hasBody = ![204, 205, 304].includes(status);
  const response = new Response(hasBody ? body : null, { status, headers });
  return Object.defineProperty(response, "url", { value: url });
}
