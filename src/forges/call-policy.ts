import { type Clock, type Instant, instantOf } from "../domain/clock.ts";
import type {
  CredentialStanding,
  CredentialStandings,
  ForbiddenWindow,
  WriteLimits,
} from "../domain/credential-standing.ts";
import type { Redact } from "../redact/redact.ts";
import { callError } from "./call-error.ts";
import { createCallGate, Postponed } from "./call-gate.ts";
import { createCircuit } from "./circuit.ts";
import { type CallKind, classify, type FailedVerdict, type PolicyRow, type Verdict } from "./classify-answer.ts";
import { letRest } from "./credential-rest.ts";
import type { Credential } from "./credential.ts";
import type { ForgeCall, ForgeCaller } from "./forge-call.ts";
import { ForgeCallError } from "./forge-call-error.ts";
import type { ForgeAnswer, ForgeFetch } from "./forge-fetch.ts";
import { forgeWords } from "./forge-words.ts";
import { exhaustedWaitMs, rateWaitMs } from "./rate-wait.ts";
import { type Sent, sendOnce } from "./send-once.ts";

export type CallLimits = WriteLimits & {
  triesMax: number;
  /** For all tries and waits of one call. Whoever must wait longer goes back to the queue. */
  wholeMs: number;
};

export type ForgeCallerOptions = {
  /** As people call the forge: `GitHub`. */
  title: string;
  /** How a token travels. */
  authorize: (token: string) => Record<string, string>;
  /** What this forge says differently; see classify-answer.ts. */
  ownRows?: readonly PolicyRow[];
  limits?: Partial<CallLimits>;
};

export type ForgeCallerDeps = {
  fetch: ForgeFetch;
  standings: CredentialStandings;
  redact: Redact;
  now: Clock;
  /** Ends early when the signal is aborted; does not throw. */
  wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** 0 to 1. */
  random: () => number;
  /** Heard when the forge's clock is more than two minutes from ours; positive when it is ahead. */
  onSkew: (skewMs: number) => void;
  /** Heard when the standing could not be stored after a request. What the forge answered counts all the same, and this process still knows. */
  onUnstored?: (error: unknown) => void;
};

/**
 * How every call to a forge is made; classify-answer.ts says what each answer means. A read is tried three times within a minute. A write is sent once:
 * again only where nothing was sent, or the forge itself said no before it did anything. No request goes out while the forge wants to be left alone, and
 * writes with one credential go out one at a time, a second apart. A token that is refused is asked for once more, since it may just have been replaced,
 * and then rests. One caller per host. What it gives back throws ForgeCallError.
 */
export function createForgeCaller(options: ForgeCallerOptions, deps: ForgeCallerDeps): ForgeCaller {
  const { title, authorize, ownRows = [] } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const { standings, redact } = deps;
  const circuit = createCircuit();
  const gate = createCallGate({ standings, circuit, limits, title, now: deps.now, wait: deps.wait });
  const nowMs = (): number => deps.now().getTime();

  return async (call) => {
    const endsMs = nowMs() + limits.wholeMs;
    let credential = await call.credential();
    let isSecondToken = false;
    for (let tries = 1; ; tries += 1) {
      const tried = await attempt(call, credential, endsMs);
      if ("value" in tried) return tried.value;
      const { error } = tried;
      if (error.kind === "credential") {
        if (isSecondToken) throw await rest(credential, error);
        const now = await call.credential({ refusedToken: credential.token });
        if (now.token === credential.token && now.isFresh !== true) throw await rest(credential, error);
        credential = now;
        isSecondToken = true;
        continue;
      }
      if (tries >= limits.triesMax || !mayBeSentAgain(error, call)) throw error;
      if (error.kind !== "rate") await pauseAfter(tries, error, call, endsMs);
      else if (Date.parse(error.waitUntil ?? "") > endsMs) throw error;
    }
  };

  /** Waits until a request may go out, sends it, and says what came of it. */
  async function attempt<Value>(call: ForgeCall<Value>, credential: Credential, endsMs: number): Promise<Tried<Value>> {
    const { fingerprint } = credential;
    const held = (verdict: FailedVerdict, because: string, waitUntil?: Instant): ForgeCallError =>
      callError(verdict, { what: call.what, title, mishap: { was: "held", because }, waitUntil }, redact);
    for (;;) {
      const pass = await gate.pass({ fingerprint, kind: call.kind, endsMs, signal: call.signal, held });
      let window: ForbiddenWindow | null = null;
      try {
        const sent = await sendOnce(call, {
          fetch: deps.fetch,
          authorization: authorize(credential.token),
          beforeSend: pass.beforeSend,
          heard: (answer) => {
            window = windowNamedBy(answer, pass.standing);
            if (window !== null) gate.forbid(fingerprint, Date.parse(window.until));
          },
        });
        if (sent.was === "stopped" && sent.error instanceof Postponed) continue;
        if (sent.was === "stopped") throw sent.error;
        await unlessUnstored(remember(sent, window, fingerprint, pass.standing));
        return sent.was === "value" ? { value: sent.value } : { error: failed(call, sent, window) };
      } finally {
        await unlessUnstored(pass.leave());
      }
    }
  }

  /** A store that is down must not make a write that was done look as if it were not. */
  async function unlessUnstored(storing: Promise<void>): Promise<void> {
    try {
      await storing;
    } catch (error) {
      deps.onUnstored?.(error);
    }
  }

  function windowNamedBy(answer: ForgeAnswer, standing: CredentialStanding): ForbiddenWindow | null {
    const isStrike = verdictOn(answer, "read").kind === "rate";
    const waitMs = isStrike
      ? rateWaitMs(answer.headers, nowMs(), standing.strikes)
      : exhaustedWaitMs(answer.headers, nowMs());
    if (waitMs === null) return null;
    const words = wordsOf(answer);
    const because = isStrike
      ? `${title} asked us to wait${words === "" ? "" : ` (“${words.slice(0, 200)}”)`}.`
      : `${title}'s number of requests is used up.`;
    return { until: instantOf(new Date(nowMs() + waitMs)), because, isStrike };
  }

  function verdictOn(answer: ForgeAnswer, kind: CallKind): Verdict {
    return classify({ was: "answer", call: kind, answer, words: wordsOf(answer) }, ownRows);
  }

  function wordsOf(answer: ForgeAnswer): string {
    return answer.status < 300 ? "" : forgeWords(answer.headers.get("content-type"), answer.body, redact);
  }

  /** What this request taught about the host, its clock and the credential. */
  async function remember(
    sent: Outcome,
    window: ForbiddenWindow | null,
    fingerprint: string,
    standing: CredentialStanding,
  ): Promise<void> {
    if (sent.was === "failure") {
      if (sent.failure.sent) circuit.reached();
      else if (sent.failure.reason !== "cancelled") circuit.unreachable(nowMs());
      return;
    }
    circuit.reached();
    reportSkew(sent.answer);
    if (window !== null) await standings.forbidUntil(fingerprint, window);
    const isWelcome = sent.answer.status !== 401 && window?.isStrike !== true;
    // Only what stood before this request went out: an answer that comes late does not forgive what was asked since.
    if (isWelcome && (standing.strikes > 0 || standing.pausedUntil !== null)) await standings.clear(fingerprint);
  }

  function reportSkew({ headers }: ForgeAnswer): void {
    const skewMs = Date.parse(headers.get("date") ?? "") - nowMs();
    if (Math.abs(skewMs) > skewMsMax) deps.onSkew(skewMs);
  }

  function failed(call: ForgeCall<unknown>, sent: Mishap, window: ForbiddenWindow | null): ForgeCallError {
    const mishap = sent.was === "refusal" ? { ...sent, words: wordsOf(sent.answer) } : sent;
    const verdict = verdictFor(call, sent);
    const waitUntil =
      verdict.kind === "rate" && window !== null
        ? window.until
        : // Who may not even look may be let in later; who may not write is told so.
          verdict.kind === "permission" && call.kind === "read"
          ? instantOf(new Date(nowMs() + forbiddenLookMs))
          : undefined;
    return callError(verdict, { what: call.what, title, mishap, waitUntil }, redact);
  }

  function verdictFor(call: ForgeCall<unknown>, sent: Mishap): FailedVerdict {
    const verdict =
      sent.was === "refusal" ? verdictOn(sent.answer, call.kind) : classify({ ...sent, call: call.kind }, ownRows);
    if (verdict.kind === "ok") throw new Error(`${call.what}: what is no value was judged to be good`);
    const isLag = verdict.kind === "not-found" && call.isNew === true;
    return isLag ? { kind: "transient", code: "FORGE_UNAVAILABLE" } : verdict;
  }

  /** The forge does not know this token. */
  async function rest({ fingerprint }: Credential, error: ForgeCallError): Promise<ForgeCallError> {
    const until = await letRest(fingerprint, `${title} answered ${error.status ?? 401}`, deps);
    return new ForgeCallError(
      "credential",
      error.code,
      `${error.message} The credential rests until ${until}, or until another is in its place.`,
      { cause: error, waitUntil: until, ...(error.status === null ? {} : { status: error.status }) },
    );
  }

  async function pauseAfter(
    tries: number,
    error: ForgeCallError,
    { signal }: ForgeCall<unknown>,
    endsMs: number,
  ): Promise<void> {
    const waitMs = backoffMs * 4 ** (tries - 1) * (0.5 + deps.random());
    if (nowMs() + waitMs > endsMs) throw error;
    await deps.wait(waitMs, signal);
    if (signal?.aborted === true) throw error;
  }
}

type Tried<Value> = { value: Value } | { error: ForgeCallError };
type Mishap = Exclude<Sent<unknown>, { was: "value" } | { was: "stopped" }>;
type Outcome = Exclude<Sent<unknown>, { was: "stopped" }>;

/** A second between writes, 80 a minute and 500 an hour are what GitHub asks of everybody; GitLab asks for less. */
const defaultLimits: CallLimits = {
  triesMax: 3,
  wholeMs: 60_000,
  gapMs: 1000,
  perMinute: 80,
  perHour: 500,
  // Somewhat more than a request can take.
  turnMs: 45_000,
};
const backoffMs = 1000;
const skewMsMax = 120_000;
const forbiddenLookMs = 15 * 60_000;

/** A write only where it is certain that it was not done. */
function mayBeSentAgain({ kind }: ForgeCallError, call: ForgeCall<unknown>): boolean {
  if (call.signal?.aborted === true) return false;
  return (
    call.kind === "write" ? ["not-sent", "rate", "transient"] : ["not-sent", "rate", "transient", "liar"]
  ).includes(kind);
}
