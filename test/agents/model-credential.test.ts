import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findCredential, type CredentialFound } from "../../src/agents/model-credential.ts";
import type { ModelProvider } from "../../src/agents/model-request.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const now = new Date("2026-11-20T12:00:00.000Z");

async function find(
  provider: ModelProvider,
  files: Record<string, unknown>,
  key: string | null = null,
): Promise<CredentialFound> {
  await using home = await temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(home.path, path)), { recursive: true });
    await writeFile(join(home.path, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  const options = {
    openaiBaseUrl: "https://openai.example/v1",
    anthropicBaseUrl: "https://anthropic.example",
    home: home.path,
  };
  return findCredential(provider, options, { readKey: () => Promise.resolve(key), clock: () => now });
}

function webToken(endsInMs: number): string {
  const claims = Buffer.from(JSON.stringify({ exp: (now.getTime() + endsInMs) / 1000 })).toString("base64url");
  return `e30.${claims}.signature`;
}

const codexLogin = (endsInMs: number) => ({
  ".codex/auth.json": { OPENAI_API_KEY: null, tokens: { access_token: webToken(endsInMs), account_id: "account-1" } },
});
const claudeLogin = (endsInMs: number) => ({
  ".claude/.credentials.json": { claudeAiOauth: { accessToken: "oat-1", expiresAt: now.getTime() + endsInMs } },
});

test("a configured key comes before any login", async () => {
  expect(await find("openai", codexLogin(3_600_000), "sk-1")).toMatchObject({
    kind: "found",
    baseUrl: "https://openai.example/v1",
    headers: { authorization: "Bearer sk-1" },
    secrets: ["sk-1"],
  });
  expect(await find("anthropic", claudeLogin(3_600_000), "sk-2")).toMatchObject({ headers: { "x-api-key": "sk-2" } });
});

test("without a key the login of the agent's own command line is used", async () => {
  const codex = await find("openai", codexLogin(3_600_000));
  expect(codex).toMatchObject({ kind: "found", headers: { "chatgpt-account-id": "account-1" } });
  expect(codex.kind === "found" && codex.secrets).toEqual([webToken(3_600_000)]);
  expect(await find("openai", { ".codex/auth.json": { OPENAI_API_KEY: "sk-3" } })).toMatchObject({
    baseUrl: "https://openai.example/v1",
    headers: { authorization: "Bearer sk-3" },
  });
  expect(await find("anthropic", claudeLogin(3_600_000))).toMatchObject({ headers: { authorization: "Bearer oat-1" } });
});

test.each([
  ["openai", codexLogin(-1000), "run `codex` once"],
  ["openai", codexLogin(30_000), "run `codex` once"],
  ["anthropic", claudeLogin(-1000), "run `claude` once"],
  ["openai", {}, "PULLWRIGHT_OPENAI_API_KEY"],
  ["anthropic", {}, "PULLWRIGHT_ANTHROPIC_API_KEY"],
  ["openai", { ".codex/auth.json": "{ half" }, "PULLWRIGHT_OPENAI_API_KEY"],
  ["anthropic", { ".claude/.credentials.json": { claudeAiOauth: null } }, "PULLWRIGHT_ANTHROPIC_API_KEY"],
] as const)(
  "a login that has run out, or is none, is missing, with what to do (%#)",
  async (provider, files, because) => {
    const found = await find(provider, files);

    expect(found.kind).toBe("missing");
    expect(found.kind === "missing" && found.because).toContain(because);
  },
);
