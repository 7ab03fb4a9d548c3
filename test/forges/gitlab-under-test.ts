import { createCredentialStandings } from "../../src/forges/credential-standing.ts";
import { createForgeFetch } from "../../src/forges/forge-fetch.ts";
import type { ForgeRepositoryRef } from "../../src/forges/forge.ts";
import { createGitlabForge, type GitlabForge } from "../../src/forges/gitlab/gitlab-forge.ts";
import { createRedact } from "../../src/redact/redact.ts";
import { type GitlabFake, shaFor, startGitlabFake } from "../fakes/gitlab/gitlab-fake.ts";

export type GitlabUnderTest = AsyncDisposable & {
  fake: GitlabFake;
  forge: GitlabForge;
  /** `group/sub/web`, with its default branch `main` and a branch `topic`; our bot and sue are developers there. */
  web: ForgeRepositoryRef;
  /** The token that the next request carries. */
  useToken: (token: string) => void;
  /** What the forge waited, in milliseconds; time passes by nothing else. */
  waits: number[];
  /** Called at each wait, before it is over. */
  onWait: (act: () => void) => void;
};

export const botToken = "glpat-canary-bot-0123456789";

/** A client and a GitLab of our own, that share a clock which stands still but for what the client waits. */
export async function startGitlabUnderTest(
  options: { tls?: { key: string; cert: string; authority: string } } = {},
): Promise<GitlabUnderTest> {
  let nowMs = Date.parse("2026-03-02T09:00:00.000Z");
  let token = botToken;
  let actAtWait = () => {};
  const waits: number[] = [];
  const clock = () => new Date(nowMs);
  const { tls } = options;
  const fake = await startGitlabFake({ clock, ...(tls === undefined ? {} : { tls }) });
  arrange(fake);
  const forge = createGitlabForge(
    { host: new URL(fake.origin).host, apiBaseUrl: fake.apiBaseUrl },
    {
      fetch: createForgeFetch({
        baseUrl: fake.apiBaseUrl,
        ...(tls === undefined ? {} : { certificateAuthority: tls.authority }),
      }),
      standings: createCredentialStandings(),
      redact: createRedact([botToken]),
      now: clock,
      wait: async (ms) => {
        waits.push(ms);
        actAtWait();
        nowMs += ms;
      },
      random: () => 0.5,
      onSkew: () => {},
      readToken: async () => token,
    },
  );
  return {
    fake,
    forge,
    web: { forge: "gitlab", host: forge.host, slug: "group/sub/web" },
    useToken: (next) => {
      token = next;
    },
    waits,
    onWait: (act) => {
      actAtWait = act;
    },
    [Symbol.asyncDispose]: () => fake.close(),
  };
}

function arrange({ arrange: to }: GitlabFake): void {
  to.user("project_7_bot_ab12", { isBot: true, name: "pullwright" });
  to.user("sue", { name: "Sue Ray" });
  to.user("jo", { name: "Jo Lee" });
  to.project("group/sub/web", { branches: { main: shaFor("main"), topic: shaFor("topic") } });
  to.member("group/sub/web", "project_7_bot_ab12", "developer");
  to.member("group/sub/web", "sue", "developer");
  to.member("group/sub/web", "jo", "reporter");
  to.token("project_7_bot_ab12", botToken);
}
