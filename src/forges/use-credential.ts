import { createHash } from "node:crypto";
import { type Clock, type Instant, instantOf } from "../domain/clock.ts";
import type { CredentialStandings } from "../domain/credential-standing.ts";
import { type ErrorCode, PullwrightError } from "../domain/error.ts";
import { letRest, restOf } from "./credential-rest.ts";
import type { Credential, CredentialSource } from "./credential.ts";
import { ForgeCallError, type ForgeCallKind } from "./forge-call-error.ts";
import { heeded } from "./heeded.ts";
import { rateWaitMs } from "./rate-wait.ts";

/** A credential in the hands of something that is not the API's caller: git. */
export type CredentialInUse = {
  token: string;
  /** Does what only looks. A forge that forbids even that has shut this credential out of this repository: it rests there. */
  looking: <Value>(act: () => Promise<Value>) => Promise<Value>;
};

export type CredentialUse = <Value>(
  source: CredentialSource,
  /** Where it is used: what one repository forbids says nothing of another. */
  repositoryKey: string,
  act: (credential: CredentialInUse) => Promise<Value>,
) => Promise<Value>;

export type CredentialUseDeps = {
  standings: CredentialStandings;
  now: Clock;
  /** Heard when the standing could not be stored. What the forge said counts all the same. */
  onUnstored: (error: unknown) => void;
};

/**
 * Lends a credential to `act`, by the same rules as for calls of the API (call-policy.ts), and with the same memory: none that rests is lent; one that is
 * refused is read once more, since it may just have been replaced, and `act` is called again with the new one; else it rests, for everybody. A forge
 * that wants to be left alone is left alone. What `act` does must therefore be fit to be done twice. `title` is the forge's name for people.
 */
export function createCredentialUse(title: string, deps: CredentialUseDeps): CredentialUse {
  const { standings, now } = deps;

  return async (source, repositoryKey, act) => {
    let credential = await source();
    for (let isSecond = false; ; isSecond = true) {
      const lent = credential;
      await refuseWhileResting(lent, repositoryKey);
      try {
        return await act({ token: lent.token, looking: (look) => looking(lent, repositoryKey, look) });
      } catch (error) {
        const code = error instanceof ForgeCallError ? null : error instanceof PullwrightError ? error.code : null;
        if (code === "FORGE_RATE_LIMITED") throw await leftAlone(lent, error);
        if (code !== "FORGE_CREDENTIAL_REFUSED") throw error;
        const next = isSecond ? lent : await source({ refusedToken: lent.token });
        if (isSecond || (next.token === lent.token && next.isFresh !== true))
          throw await rested(lent.fingerprint, "FORGE_CREDENTIAL_REFUSED", `${title} did not take it from git`, error);
        credential = next;
      }
    }
  };

  async function refuseWhileResting({ fingerprint }: Credential, repositoryKey: string): Promise<void> {
    const nowMs = now().getTime();
    const standing = await standings.read(fingerprint);
    const rest = restOf(standing, nowMs);
    if (rest !== null) throw held("FORGE_CREDENTIAL_REFUSED", "credential", restingWords(rest.because), rest.untilMs);
    const there = restOf(await standings.read(atRepository(fingerprint, repositoryKey)), nowMs);
    if (there !== null) throw held("FORGE_FORBIDDEN", "credential", restingWords(there.because), there.untilMs);
    const { forbiddenUntil, forbiddenBecause } = standing;
    const forbiddenMs = heeded(forbiddenUntil === null ? -Infinity : Date.parse(forbiddenUntil), nowMs);
    if (forbiddenMs > nowMs)
      throw held("FORGE_RATE_LIMITED", "rate", forbiddenBecause ?? `${title} asked us to wait.`, forbiddenMs);
  }

  async function looking<Value>(
    { fingerprint }: Credential,
    repositoryKey: string,
    look: () => Promise<Value>,
  ): Promise<Value> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof PullwrightError) || error.code !== "FORGE_FORBIDDEN") throw error;
      const because = `${title} forbids it to look at this repository`;
      throw await rested(atRepository(fingerprint, repositoryKey), "FORGE_FORBIDDEN", because, error);
    }
  }

  async function rested(key: string, code: ErrorCode, because: string, cause: unknown): Promise<ForgeCallError> {
    const until = await letRest(key, because, deps).catch((error: unknown) => {
      deps.onUnstored(error);
      return instantOf(new Date(now().getTime() + unstoredWaitMs));
    });
    const words = cause instanceof Error ? cause.message : String(cause);
    return new ForgeCallError(
      "credential",
      code,
      `${words} The credential rests until ${until}, or until another is in its place.`,
      { cause, waitUntil: until },
    );
  }

  /** git does not say for how long, so it is what a forge is given that names no time. */
  async function leftAlone({ fingerprint }: Credential, error: unknown): Promise<ForgeCallError> {
    const nowMs = now().getTime();
    const storing = async (): Promise<Instant> => {
      const { strikes } = await standings.read(fingerprint);
      const until = instantOf(new Date(nowMs + rateWaitMs(new Headers(), nowMs, strikes)));
      await standings.forbidUntil(fingerprint, { until, because: `${title} asked git to wait.`, isStrike: true });
      return until;
    };
    const until = await storing().catch((unstored: unknown) => {
      deps.onUnstored(unstored);
      return instantOf(new Date(nowMs + unstoredWaitMs));
    });
    const words = error instanceof Error ? error.message : String(error);
    return new ForgeCallError("rate", "FORGE_RATE_LIMITED", `${words} Not before ${until}.`, {
      cause: error,
      waitUntil: until,
    });
  }

  function held(code: ErrorCode, kind: ForgeCallKind, because: string, untilMs: number): ForgeCallError {
    const until = instantOf(new Date(untilMs));
    return new ForgeCallError(kind, code, `git was not started: ${because} Not before ${until}.`, { waitUntil: until });
  }
}

const unstoredWaitMs = 60_000;

function restingWords(because: string): string {
  return `the credential rests after ${because}.`;
}

/** A standing of its own. Says nothing of either. */
function atRepository(fingerprint: string, repositoryKey: string): string {
  return createHash("sha256").update(`${fingerprint}\0${repositoryKey}`).digest("hex").slice(0, 32);
}
