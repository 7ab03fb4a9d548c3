import { createAppAuth } from "@octokit/auth-app";
import { z } from "zod";
import type { Clock } from "../../domain/clock.ts";
import { PullwrightError } from "../../domain/error.ts";
import { type Credential, fingerprintOf } from "../credential.ts";
import type { CallOptions, ForgeRepositoryRef, ForgeUser } from "../forge.ts";
import { keepUnlessItFails } from "../keep-unless-it-fails.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, instantField } from "./answer-fields.ts";
import type { AskGithub, GithubCall } from "./ask.ts";
import { ownerAndName } from "./client.ts";
import type { GithubCredentials } from "./credentials.ts";
import { normalisePrivateKey } from "./private-key.ts";
import { readBotUser } from "./user.ts";

export type GithubApp = {
  appId: string;
  /** PEM, read each time a token is made: a key that was replaced counts at once. */
  readPrivateKey: () => Promise<string>;
};

export type AppCredentialsDeps = {
  ask: AskGithub;
  now: Clock;
  wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Hears each token that is made, before it is used: it is a secret that no configuration knew. */
  learnSecret: (secret: string) => void;
};

/**
 * The tokens of a GitHub App: one for each repository, good for that repository alone and for an hour, kept until shortly before its end. All of one
 * installation share a standing, because GitHub counts them together.
 */
export function createAppCredentials(host: string, app: GithubApp, deps: AppCredentialsDeps): GithubCredentials {
  const { ask, now, learnSecret } = deps;
  const installations = new Map<string, Promise<Installation>>();
  const tokens = new Map<string, Promise<InstallationToken>>();
  const users = new Map<string, Promise<ForgeUser>>();
  return {
    forRepository: (ref) => (options) => tokenFor(ref, options?.refusedToken),
    permissions: async (ref, options) => (await installationOf(ref, options)).permissions,
    whoAmI: (options) => keepUnlessItFails(users, app.appId, () => findBotUser(options)),
  };

  async function findBotUser(options: CallOptions | undefined): Promise<ForgeUser> {
    const { id } = await anyInstallation(options);
    return await readBotUser(ask, { asApp, asInstallation: () => newToken(id, {}) }, options);
  }

  /** The App itself, by a signature with its key. */
  async function asApp(): Promise<Credential> {
    const auth = createAppAuth({ appId: app.appId, privateKey: normalisePrivateKey(await app.readPrivateKey()) });
    const { token } = await auth({ type: "app" });
    learnSecret(token);
    return { token, fingerprint: fingerprintOf(host, `app ${app.appId}`) };
  }

  async function tokenFor(ref: ForgeRepositoryRef, refusedToken: string | undefined): Promise<Credential> {
    const key = ref.slug.toLowerCase();
    const kept = await keepUnlessItFails(tokens, key, () => newTokenFor(ref));
    const ageMs = now().getTime() - kept.madeMs;
    if (kept.token === refusedToken && ageMs < freshMs) {
      // GitHub knows a new token not everywhere at once.
      await deps.wait(freshWaitMs, undefined);
      return { ...kept, isFresh: true };
    }
    const isGood = kept.endsMs - now().getTime() > restMsMin;
    if (isGood && kept.token !== refusedToken) return kept;
    tokens.delete(key);
    // Who is refused may have been installed anew, under another number.
    if (refusedToken !== undefined) installations.delete(key);
    return await keepUnlessItFails(tokens, key, () => newTokenFor(ref));
  }

  async function newTokenFor(ref: ForgeRepositoryRef): Promise<InstallationToken> {
    const { id } = await installationOf(ref, undefined);
    return await newToken(id, { repositories: [ownerAndName(ref).repo] });
  }

  function installationOf(ref: ForgeRepositoryRef, options: CallOptions | undefined): Promise<Installation> {
    return keepUnlessItFails(installations, ref.slug.toLowerCase(), () =>
      askAsApp(
        {
          what: `Looking for the App's installation at ${ref.slug}`,
          kind: "read",
          route: "GET /repos/{owner}/{repo}/installation",
          parameters: ownerAndName(ref),
          accept: (data) => readAnswer(installationAnswer, data),
        },
        options,
      ),
    );
  }

  async function anyInstallation(options: CallOptions | undefined): Promise<Installation> {
    const found = await askAsApp(
      {
        what: "Looking for installations of the App",
        kind: "read",
        route: "GET /app/installations",
        parameters: { per_page: 1 },
        accept: (data) => readAnswer(z.array(installationAnswer), data),
      },
      options,
    );
    const [first] = found;
    if (first === undefined)
      throw new PullwrightError(
        "GITHUB_NOT_CONFIGURED",
        `The GitHub App ${app.appId} is installed nowhere. Install it.`,
      );
    return first;
  }

  /** Asked again it is another token, and nothing else: so it counts as a read. */
  async function newToken(installationId: string, scope: { repositories?: string[] }): Promise<InstallationToken> {
    const made = await askAsApp(
      {
        what: "Making a token for the App's installation",
        kind: "read",
        route: "POST /app/installations/{installation_id}/access_tokens",
        parameters: { installation_id: installationId, ...scope },
        accept: (data) => readAnswer(tokenAnswer, data),
      },
      undefined,
    );
    learnSecret(made.token);
    const fingerprint = fingerprintOf(host, `app ${app.appId} installation ${installationId}`);
    return { token: made.token, fingerprint, endsMs: Date.parse(made.expires_at), madeMs: now().getTime() };
  }

  function askAsApp<Value>(call: GithubCall<Value>, options: CallOptions | undefined): Promise<Value> {
    return ask(call, asApp, options);
  }
}

type Installation = z.output<typeof installationAnswer>;
type InstallationToken = Credential & { endsMs: number; madeMs: number };

/** A token that has less left is not begun with: a call, and git after it, may take minutes. */
const restMsMin = 10 * 60_000;
const freshMs = 10_000;
const freshWaitMs = 2000;

const installationAnswer = z.object({ id: idField, permissions: z.record(z.string(), z.string()) });
const tokenAnswer = z.object({ token: z.string().regex(/^[\x21-\x7e]{20,4096}$/), expires_at: instantField });
