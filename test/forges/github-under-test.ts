import { createCredentialStandings } from "../../src/forges/credential-standing.ts";
import { createForgeFetch } from "../../src/forges/forge-fetch.ts";
import { createGithubForge, type GithubForge, type GithubForgeDeps } from "../../src/forges/github/github-forge.ts";
import { type GithubFake, type GithubFakeOptions, startGithubFake } from "../fakes/github/github-fake.ts";
import { shaFor } from "../fakes/github/world.ts";

export const token = "github_pat_0123456789abcdefghijkl";

export type GithubUnderTest = AsyncDisposable & {
  fake: GithubFake;
  forge: GithubForge;
  web: { forge: "github"; host: string; slug: string };
  connect: (deps?: Partial<GithubForgeDeps>) => GithubForge;
  clock: { now: () => Date; advance: (ms: number) => void };
};

/** A fake GitHub with `acme/web`, whose branch `topic` is ahead of `main`, and a client of it whose waiting takes no time. */
export async function startGithubUnderTest(options: Partial<GithubFakeOptions> = {}): Promise<GithubUnderTest> {
  let nowMs = Date.now();
  const clock = { now: () => new Date(nowMs), advance: (ms: number) => void (nowMs += ms) };
  const fake = await startGithubFake({
    users: ["pullwright-bot", "ann"],
    repositories: [{ slug: "acme/web" }],
    now: clock.now,
    ...options,
  });
  fake.arrange.token("pullwright-bot", token);
  fake.arrange.branch("acme/web", "topic", shaFor("topic"));
  const host = new URL(fake.origin).host;
  const standings = createCredentialStandings();
  const connect: GithubUnderTest["connect"] = (deps = {}) =>
    createGithubForge(
      { host, apiBaseUrl: fake.apiBaseUrl, limits: { gapMs: 0 } },
      {
        credential: { kind: "token", readToken: async () => token },
        fetch: createForgeFetch({ baseUrl: fake.apiBaseUrl }),
        standings,
        redact: (text) => text,
        now: clock.now,
        wait: (ms) => new Promise((resolve) => setImmediate(() => resolve(clock.advance(ms)))),
        random: () => 0.5,
        onSkew: () => {},
        learnSecret: () => {},
        ...deps,
      },
    );
  return {
    fake,
    forge: connect(),
    web: { forge: "github", host, slug: "acme/web" },
    connect,
    clock,
    [Symbol.asyncDispose]: () => fake.close(),
  };
}

export const proposal = {
  title: "Print in colour",
  body: "As asked.",
  headBranch: "topic",
  baseBranch: "main",
  draft: true,
};
