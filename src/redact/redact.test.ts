import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedact } from "./redact.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const secret = 'wh00k "s3cr\\t" +/&<é>';
const redact = createRedact([secret, "another-secret-of-ours"]);

describe("a known secret is masked", () => {
  test.each([
    ["as it is", secret],
    ["in JSON", JSON.stringify({ key: secret })],
    ["in JSON within JSON", JSON.stringify(JSON.stringify({ key: secret }))],
    ["in a URL", `https://example.org/?key=${encodeURIComponent(secret)}`],
    ["in a URL with small hex digits", encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ["in a form", new URLSearchParams({ key: secret }).toString()],
    [
      "in HTML",
      `<p>${secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")}</p>`,
    ],
    ["in base64", base64(secret)],
    ["in base64url", Buffer.from(secret).toString("base64url")],
    ["in hex", Buffer.from(secret).toString("hex")],
    ["in capital hex", Buffer.from(secret).toString("hex").toUpperCase()],
    ["as git sends it to GitHub", `AUTHORIZATION: basic ${base64(`x-access-token:${secret}`)}`],
    ["as git sends it to GitLab", `AUTHORIZATION: basic ${base64(`oauth2:${secret}`)}`],
  ])("%s", (_where, text) => {
    const clean = redact(`before ${text} after`);

    expect(clean).toContain("[redacted]");
    expect(clean.startsWith("before ") && clean.endsWith(" after")).toBe(true);
    for (const trace of [
      "wh00k",
      "s3cr",
      base64(secret).slice(4, 16),
      Buffer.from(secret).toString("hex").slice(4, 16),
    ])
      expect(clean).not.toContain(trace);
  });

  test("inside longer base64, wherever in it the secret begins", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), (before, after) => {
        const clean = redact(base64(`${before}another-secret-of-ours${after}`));
        expect(Buffer.from(clean.split("[redacted]")[0] ?? "", "base64").toString()).not.toContain("another");
        expect(clean).toContain("[redacted]");
      }),
    );
  });

  test("each time that it stands there, and the longer one where one secret begins another", () => {
    const nested = createRedact(["hunter22", "hunter22-and-more"]);

    expect(nested("hunter22 hunter22-and-more hunter22")).toBe("[redacted] [redacted] [redacted]");
  });

  test("signs that mean something in a pattern are signs in a secret", () => {
    expect(createRedact(["a.b*c(d|e)[f]-g$"])("x a.b*c(d|e)[f]-g$ axbbc")).toBe("x [redacted] axbbc");
  });

  test("one that is too short to be told from a word is not", () => {
    expect(createRedact(["abc", ""])("abc is the alphabet")).toBe("abc is the alphabet");
  });
});

describe("what looks like a token is masked", () => {
  const random = "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uVwXy";

  test.each([
    ["GitHub's personal token", `ghp_${random}`],
    ["GitHub's installation token of old", `ghs_${random}`],
    [
      "GitHub's installation token with a JSON web token in it",
      `ghs_123456_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NTYifQ.${random}-_${random}`,
    ],
    ["GitHub's fine-grained token", `github_pat_11ABCDEFG0aBcDeFgHiJkL_${random}${random}`],
    ["GitLab's personal token", "glpat-aBcD_eFgH-iJkLmNoPqR"],
    ["GitLab's routable token", `glpat-${random}.01.0w1abcdef`],
    ["GitLab's deploy token", "gldt-aBcDeFgHiJkLmNoPqRsT"],
    ["GitLab's runner token", "glrt-t1_aBcDeFgHiJkLmNoPqRsT"],
    ["GitLab's job token", `glcbt-64_${random}`],
    ["OpenAI's key of old", `sk-${random}${random}`],
    ["OpenAI's project key", `sk-proj-${random}_${random}-T3BlbkFJ${random}`],
    ["Anthropic's key", `sk-ant-api03-${random}-${random}_AA`],
    ["Slack's token", "xoxb-123456789012-123456789012-aBcDeFgHiJkLmNoPqRsTuVwX"],
    ["a Standard Webhooks secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw+/=="],
    ["an AWS key id", "AKIAIOSFODNN7EXAMPLE"],
    [
      "a JSON web token",
      "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    ],
  ])("%s", (_name, token) => {
    const plain = createRedact([]);

    for (const [before, after] of [
      ["", ""],
      ["token=", "&x=1"],
      ['{"token":"', '"}'],
      ["https://", "@github.com/acme/web"],
      ["see (", ")."],
      ["old-", " x"],
    ] as const) {
      const clean = plain(before + token + after);
      expect(clean).toContain("[redacted]");
      expect(clean).not.toContain(token.slice(-8));
      expect(clean.startsWith(before)).toBe(true);
    }
  });

  test("a credential in a header, however it is written", () => {
    const plain = createRedact([]);

    expect(plain("Authorization: Bearer 0123456789abcdef01")).toBe("Authorization: Bearer [redacted]");
    expect(plain("authorization: basic dXNlcjpwYXNzd29yZA==")).toBe("authorization: basic [redacted]");
    expect(plain('{"authorization":"token abcdefGHIJKLmnopqrst"}')).toBe('{"authorization":"token [redacted]"}');
  });

  test("the password of a URL, and nothing else of it", () => {
    const plain = createRedact([]);

    expect(plain("postgres://pullwright:hunter2@db.example.org:5432/pullwright")).toBe(
      "postgres://[redacted]@db.example.org:5432/pullwright",
    );
    expect(plain("see https://example.org:8080/a@b and ssh://git@example.org:22/x")).toBe(
      "see https://example.org:8080/a@b and ssh://git@example.org:22/x",
    );
  });
});

describe("what people write stays", () => {
  test.each([
    'Revert "Add a thing" (#7)',
    "This reverts commit 0123456789abcdef0123456789abcdef01234567.",
    "c0ffee0123456789c0ffee0123456789c0ffee0123456789c0ffee0123456789",
    "revert-1a2b3c4d",
    "feature/sk-update-the-login-page-and-more",
    "sk-learn-integration-tests-for-2026",
    "night_mode_for_the_dashboard_and_more",
    "right_hand_side_of_the_equation_fixed",
    "ghc_version_upgrade_to_9_10_and_cabal",
    "global-search-improvements-of-the-week",
    "glft-is-not-a-token",
    "Fix Authorization: Bearer header parsing for proxies",
    "Authorization: Basic authentication-support",
    "dependabot/npm_and_yarn/typescript-eslint/parser-8.12.2",
    "renovate/major-github-artifact-actions",
    "2026-01-02T03:04:05.678Z",
    "eyJust a word. another.one",
    "https://github.com/acme/web/pull/7#issuecomment-1234567890",
    "acme/web: ann pushed 3 commits to main",
    "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed",
    "AKIA is a prefix, EAKIAIOSFODNN7EXAMPLEX is none",
  ])("%s", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("no text makes it slow", () => {
  test.each([
    ["one long word", (size: number) => "a".repeat(size)],
    ["beginnings of JSON web tokens", (size: number) => "-eyJ".repeat(size / 4)],
    ["nearly JSON web tokens", (size: number) => "eyJaaaaaaaa.".repeat(size / 12)],
    ["beginnings of tokens", (size: number) => "ghp_".repeat(size / 4)],
    ["beginnings of keys", (size: number) => "-sk-".repeat(size / 4)],
    ["schemes without an end", (size: number) => "a+b://".repeat(size / 6)],
    ["users without a password", (size: number) => "https://a:".repeat(size / 10)],
    ["headers without a credential", (size: number) => "authorization: bearer ".repeat(size / 22)],
    ["spaces", (size: number) => `authorization:${" ".repeat(size)}`],
    ["half of a secret", (size: number) => "another-secret-of-our".repeat(size / 21)],
  ])("%s", (_name, text) => {
    const hugeCharacters = 4 * 1024 * 1024;

    // At this size, anything that is not linear would run into the test's own time limit.
    expect(redact(text(hugeCharacters)).length).toBeGreaterThan(0);
  });
});
