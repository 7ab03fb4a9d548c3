import type { FakeMergeRequest } from "../../src/demo/local-forge/gitlab/gitlab-state.ts";
import { createCredentialStandings } from "../../src/forges/credential-standing.ts";
import { createForgeFetch } from "../../src/forges/forge-fetch.ts";
import type { ForgeRepositoryRef, NewPullRequest } from "../../src/forges/forge.ts";
import { ForgeCallError } from "../../src/forges/forge-call-error.ts";
import { createGitlabForge, type GitlabForge } from "../../src/forges/gitlab/gitlab-forge.ts";
import { createRedact } from "../../src/redact/redact.ts";
import type { ApiAnswer } from "../../src/demo/local-forge/gitlab/api-answer.ts";
import type { Operation } from "../../src/demo/local-forge/gitlab/routes.ts";
import { type GitlabFake, shaFor, startGitlabFake } from "../../src/demo/local-forge/gitlab/gitlab-fake.ts";

export type GitlabUnderTest = AsyncDisposable & {
  fake: GitlabFake;
  forge: GitlabForge;
  /** `group/sub/web`, with its default branch `main` and a branch `topic`; our bot and sue are developers there. */
  web: ForgeRepositoryRef;
  /** A merge request of it, as GitLab has it. */
  stored: (iid: number) => FakeMergeRequest | undefined;
  /** The token of the next requests, or what gives it. */
  useToken: (token: string | (() => string)) => void;
  /** What the forge waited, in milliseconds; time passes by nothing else. */
  waits: number[];
  /** From now on GitLab's answers to this are with other fields. */
  answerWith: (on: Operation, fields: Record<string, unknown>) => void;
  /** Called at each wait, before it is over. */
  onWait: (act: () => void) => void;
};

export const webPath = "group/sub/web";
export const botToken = "glpat-canary-bot-0123456789";

/** A merge request from its branch `topic`. */
export const topic: NewPullRequest = {
  title: "Add a dark theme",
  body: "Follows the system.",
  headBranch: "topic",
  baseBranch: "main",
  draft: false,
};
/** A client and a GitLab of our own, that share a clock which stands still but for what the client waits. */
export async function startGitlabUnderTest(
  options: { tls?: { key: string; cert: string; authority: string }; prefix?: string } = {},
): Promise<GitlabUnderTest> {
  let nowMs = Date.parse("2026-03-02T09:00:00.000Z");
  let readToken = () => botToken;
  let actAtWait = () => {};
  const waits: number[] = [];
  const clock = () => new Date(nowMs);
  const { tls, prefix = "" } = options;
  const fake = await startGitlabFake({ clock, prefix, ...(tls === undefined ? {} : { tls }) });
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
      readToken: async () => readToken(),
    },
  );
  return {
    fake,
    forge,
    web: { forge: "gitlab", host: forge.host, slug: webPath },
    stored: (iid) => {
      const [project] = fake.state.projects;
      return project?.mergeRequests.find((one) => one.iid === iid);
    },
    useToken: (next) => {
      readToken = typeof next === "string" ? () => next : next;
    },
    waits,
    onWait: (act) => {
      actAtWait = act;
    },
    answerWith: (on, fields) => {
      const change = (given: ApiAnswer) => ({ ...given, body: { ...(given.body as object), ...fields } });
      fake.faults.plan({ kind: "other-answer", on, times: Infinity, change });
    },
    [Symbol.asyncDispose]: () => fake.close(),
  };
}

/** What a call that must not end well ended with. */
export async function failure(call: Promise<unknown>): Promise<ForgeCallError> {
  const error: unknown = await call.then(
    () => new Error("The call ended well"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ForgeCallError)) throw error;
  return error;
}

function arrange({ arrange: to }: GitlabFake): void {
  to.user("project_7_bot_ab12", { isBot: true, name: "pullwright" });
  to.user("sue", { name: "Sue Ray" });
  to.user("jo", { name: "Jo Lee" });
  to.project(webPath, { branches: { main: shaFor("main"), topic: shaFor("topic") } });
  to.member(webPath, "project_7_bot_ab12", "developer");
  to.member(webPath, "sue", "developer");
  to.member(webPath, "jo", "reporter");
  to.token("project_7_bot_ab12", botToken);
}
