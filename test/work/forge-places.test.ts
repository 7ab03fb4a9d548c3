import { expect, test } from "vitest";
import { workOptionsOf } from "../../src/config/work-options.ts";
import { buildConfig } from "../../src/config.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { createCredentialStandings } from "../../src/forges/credential-standing.ts";
import { createForgePlaces } from "../../src/engine/forge-places.ts";

const places = (env: Record<string, string>) =>
  createForgePlaces(workOptionsOf(buildConfig({}, env, () => null)), {
    standings: createCredentialStandings(),
    redact: (text) => text,
    learn: () => {},
    askCredentialHelper: async () => null,
    log: { warn: () => {}, error: () => {} } as never,
    clock: systemClock,
    wait: async () => {},
  });

test("a token for one's own GitHub is never shown to the public one, nor the reverse", () => {
  const own = places({
    PULLWRIGHT_GITHUB_API_BASE_URL: "https://github.example.com/api/v3",
    PULLWRIGHT_GITHUB_TOKEN: "token-of-our-own",
  });
  const open = places({ PULLWRIGHT_GITLAB_TOKEN: "token-of-the-public-one" });

  expect(own({ forge: "github", host: "github.example.com" }).forge.host).toBe("github.example.com");
  expect(() => own({ forge: "github", host: "github.com" })).toThrow(/gets none of its credentials/);
  expect(open({ forge: "gitlab", host: "gitlab.com" }).forge.host).toBe("gitlab.com");
  expect(() => open({ forge: "gitlab", host: "gitlab.example.com" })).toThrow(/gets none of its credentials/);
});

test("git signs in where the API does, and over ssh with the key that was named for it", async () => {
  const github = places({ PULLWRIGHT_GITHUB_TOKEN: "token" })({ forge: "github", host: "github.com" });
  const ref = { forge: "github", host: "github.com", slug: "acme/web", transport: "ssh" } as const;
  const withKey = places({
    PULLWRIGHT_GITHUB_TOKEN: "token",
    PULLWRIGHT_GIT_SSH_KEY_FILE: "/keys/deploy",
    PULLWRIGHT_GIT_KNOWN_HOSTS_FILE: "/keys/known_hosts",
  })({ forge: "github", host: "github.com" });

  expect(await github.withRemote(ref, async ({ remote }) => remote)).toEqual({
    url: "https://github.com/acme/web.git",
    auth: { kind: "basic", user: "x-access-token", token: "token", via: "header" },
  });
  expect(await withKey.withRemote(ref, async ({ remote }) => remote)).toMatchObject({
    url: "ssh://git@github.com/acme/web.git",
    auth: { kind: "ssh", keyPath: "/keys/deploy" },
  });
});
