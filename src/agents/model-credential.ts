import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import type { Upstream } from "./ask-upstream.ts";
import type { ModelProvider } from "./model-request.ts";

export type CredentialFound =
  | { kind: "found"; baseUrl: string; headers: Record<string, string>; secrets: string[] }
  /** With what to do about it. */
  | { kind: "missing"; because: string };

export type CredentialOptions = {
  openaiBaseUrl: string;
  anthropicBaseUrl: string;
  /** Whose logins are asked when there is no key; null for nobody's. */
  home: string | null;
};

export type CredentialDeps = { readKey: (provider: ModelProvider) => Promise<string | null>; clock: Clock };

/** Where ChatGPT's own accounts are served, which OpenAI's API does not know. */
const chatGptBaseUrl = "https://chatgpt.com/backend-api/codex";
/** An Anthropic login is answered only with this. */
const loginBeta = "oauth-2025-04-20";
/** A login that ends sooner than this is as good as ended. */
const remainingMsMin = 60_000;

/**
 * What opens a model's door: the configured key, else the login that the agent's own command line has stored. Read where it is used, outside of any sandbox; a login
 * is never renewed by us, because its owner would lose it.
 */
export async function findCredential(
  provider: ModelProvider,
  options: CredentialOptions,
  deps: CredentialDeps,
): Promise<CredentialFound> {
  const key = await deps.readKey(provider);
  if (provider === "openai")
    return key === null
      ? codexLogin(options, deps.clock)
      : found(options.openaiBaseUrl, { authorization: `Bearer ${key}` }, key);
  return key === null ? claudeLogin(options, deps.clock) : found(options.anthropicBaseUrl, { "x-api-key": key }, key);
}

/** An upstream that asks for its credential anew each time. @throws when there is none any more */
export function upstreamOf(
  first: Extract<CredentialFound, { kind: "found" }>,
  again: () => Promise<CredentialFound>,
): Upstream {
  return {
    baseUrl: first.baseUrl,
    headers: async () => {
      const now = await again();
      if (now.kind === "missing") throw new Error(now.because);
      return { ...now.headers };
    },
  };
}

const codexAuth = z.object({
  OPENAI_API_KEY: z.string().nullish(),
  tokens: z.object({ access_token: z.string(), account_id: z.string().nullish() }).nullish(),
});

async function codexLogin({ home, openaiBaseUrl }: CredentialOptions, clock: Clock): Promise<CredentialFound> {
  const missing =
    "There is no key for OpenAI: set PULLWRIGHT_OPENAI_API_KEY, or run `codex login` as the user that Pullwright runs as.";
  const auth = codexAuth.safeParse(await readJson(home, ".codex/auth.json")).data;
  if (auth?.OPENAI_API_KEY)
    return found(openaiBaseUrl, { authorization: `Bearer ${auth.OPENAI_API_KEY}` }, auth.OPENAI_API_KEY);
  if (!auth?.tokens) return { kind: "missing", because: missing };
  const { access_token: token, account_id: account } = auth.tokens;
  const endsAt = endOf(token);
  if (endsAt !== null && endsAt - clock().getTime() < remainingMsMin)
    return {
      kind: "missing",
      because: "Codex's login has run out: run `codex` once, or set PULLWRIGHT_OPENAI_API_KEY.",
    };
  const headers = { authorization: `Bearer ${token}`, ...(account ? { "chatgpt-account-id": account } : {}) };
  return found(chatGptBaseUrl, headers, token);
}

const claudeCredentials = z.object({
  claudeAiOauth: z.object({ accessToken: z.string().min(1), expiresAt: z.number().nullish() }),
});

async function claudeLogin({ home, anthropicBaseUrl }: CredentialOptions, clock: Clock): Promise<CredentialFound> {
  const login = claudeCredentials.safeParse(await readJson(home, ".claude/.credentials.json")).data?.claudeAiOauth;
  if (login === undefined)
    return {
      kind: "missing",
      because:
        "There is no key for Anthropic: set PULLWRIGHT_ANTHROPIC_API_KEY, or sign Claude Code in as the user that Pullwright runs as.",
    };
  if (login.expiresAt && login.expiresAt - clock().getTime() < remainingMsMin)
    return {
      kind: "missing",
      because: "Claude Code's login has run out: run `claude` once, or set PULLWRIGHT_ANTHROPIC_API_KEY.",
    };
  const headers = { authorization: `Bearer ${login.accessToken}`, "anthropic-beta": loginBeta };
  return found(anthropicBaseUrl, headers, login.accessToken);
}

/** When a JSON web token ends, in milliseconds; null for what is none. */
function endOf(token: string): number | null {
  const claims = z
    .object({ exp: z.number() })
    .safeParse(parsed(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
  return claims.success ? claims.data.exp * 1000 : null;
}

async function readJson(home: string | null, path: string): Promise<unknown> {
  if (home === null) return null;
  return parsed(await readFile(join(home, path), "utf8").catch(() => ""));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function found(baseUrl: string, headers: Record<string, string>, secret: string): CredentialFound {
  return { kind: "found", baseUrl, headers, secrets: [secret] };
}
