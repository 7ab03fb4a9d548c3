import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { once } from "node:events";
import type { Clock } from "../domain/clock.ts";
import type { ModelFailure } from "./model-proxy.ts";
import type { ModelProvider } from "./model-request.ts";
import { createUsageReader, type AnswerUsage } from "./model-usage.ts";
import { answerError } from "./provider-error.ts";

/** Where a provider is, and what it wants to see so that it answers us. */
export type Upstream = {
  /** With its path, without a slash at the end: `https://api.openai.com/v1`, `https://api.anthropic.com`. */
  baseUrl: string;
  /** Read anew for each request: keys are rotated. Never seen by who asks. */
  headers: () => Promise<Record<string, string>>;
};

export type UpstreamDeps = { fetch: typeof fetch; clock: Clock };

export type UpstreamAsked = { usage: AnswerUsage | null; failure: ModelFailure | null; answerBytes: number };

/** Of what is asked only these go on: a form of content, a version, and names of trial features, none of which can reach anywhere by itself. */
const headersPassedUp = ["content-type", "accept", "anthropic-version", "anthropic-beta", "openai-beta"];
const headersPassedDown = ["content-type", "retry-after", "request-id", "x-request-id"];
const answerTimeoutMs = 900_000;

/** Asks a provider with our key and passes its answer on as it comes. Never follows a redirect, and never throws for what the provider does. */
export async function askUpstream(
  question: {
    provider: ModelProvider;
    path: string;
    body: Uint8Array;
    model: string | null;
    headers: IncomingHttpHeaders;
  },
  upstream: Upstream,
  response: ServerResponse,
  { answerBytesMax, signal }: { answerBytesMax: number; signal: AbortSignal },
  deps: UpstreamDeps,
): Promise<UpstreamAsked> {
  const { provider } = question;
  let answer: Response;
  try {
    const own = await upstream.headers();
    answer = await deps.fetch(urlOf(provider, question.path, upstream.baseUrl), {
      method: "POST",
      headers: { ...passedUp(question.headers, own), ...own, "accept-encoding": "identity" },
      body: question.body as Uint8Array<ArrayBuffer>,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
    });
  } catch {
    answerError(response, provider, 502, "The model cannot be reached.");
    return { usage: null, failure: signal.aborted ? null : { status: 0, retryAfterMs: null }, answerBytes: 0 };
  }
  if (answer.status < 200 || (answer.status >= 300 && answer.status < 400)) {
    await answer.body?.cancel().catch(() => {});
    answerError(response, provider, 502, "The model's address sent us elsewhere.");
    return { usage: null, failure: { status: answer.status, retryAfterMs: null }, answerBytes: 0 };
  }
  const failure = answer.ok
    ? null
    : { status: answer.status, retryAfterMs: retryAfterMsOf(answer.headers, deps.clock) };
  response.writeHead(answer.status, passedDown(answer.headers));
  const passed = await pass(answer, response, answerBytesMax);
  const isCut = passed.isCut && !signal.aborted ? { status: 0, retryAfterMs: null } : null;
  // An answer that was cut off before it said what it used has been paid for too.
  const guessed = {
    model: question.model,
    inputTokens: Math.ceil(question.body.length / 4),
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
  };
  const usage = passed.usage ?? (answer.ok && !question.path.includes("count_tokens") ? guessed : null);
  return {
    usage: question.path.includes("count_tokens") ? null : usage,
    failure: failure ?? isCut,
    answerBytes: passed.bytes,
  };
}

/** OpenAI's base has the version in it, Anthropic's has not. */
function urlOf(provider: ModelProvider, path: string, baseUrl: string): string {
  return baseUrl.replace(/\/+$/, "") + (provider === "openai" ? path.replace(/^\/v1/, "") : path);
}

/** A value that our own headers have too is put together with it, as a list: a login wants a trial feature of its own. */
function passedUp(asked: IncomingHttpHeaders, own: Record<string, string>): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of headersPassedUp) {
    const value = asked[name];
    if (typeof value !== "string" || value.length > 1000 || !/^[\x20-\x7e]*$/.test(value)) continue;
    if (name === "anthropic-beta" && own[name] !== undefined) own[name] = [own[name], value].join(",");
    else passed[name] = value;
  }
  return passed;
}

function passedDown(headers: Headers): Record<string, string> {
  const passed: Record<string, string> = {};
  for (const name of headersPassedDown) {
    const value = headers.get(name);
    if (value !== null) passed[name] = value;
  }
  return passed;
}

async function pass(
  answer: Response,
  response: ServerResponse,
  bytesMax: number,
): Promise<{ usage: AnswerUsage | null; bytes: number; isCut: boolean }> {
  const reader = createUsageReader((answer.headers.get("content-type") ?? "").includes("text/event-stream"));
  let bytes = 0;
  try {
    for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      reader.push(chunk);
      if (bytes > bytesMax || response.destroyed) throw new Error("cut");
      if (!response.write(chunk)) await Promise.race([once(response, "drain"), once(response, "close")]);
    }
    response.end();
    return { usage: reader.end(), bytes, isCut: false };
  } catch {
    response.destroy();
    return { usage: reader.end(), bytes, isCut: true };
  }
}

/** In seconds or as a date, at most a day; null where it does not say. */
function retryAfterMsOf(headers: Headers, clock: Clock): number | null {
  const said = headers.get("retry-after");
  if (said === null) return null;
  const ms = /^\d+(\.\d+)?$/.test(said) ? Number(said) * 1000 : Date.parse(said) - clock().getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 1000), 86_400_000) : null;
}
