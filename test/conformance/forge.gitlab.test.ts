import { setImmediate } from "node:timers/promises";
import { describe } from "vitest";
import { createForgeFetch, type ForgeFetch } from "../../src/forges/forge-fetch.ts";
import type { CommentTarget, Forge, ForgeRepositoryRef } from "../../src/forges/forge.ts";
import { createGitlabForge } from "../../src/forges/gitlab/gitlab-forge.ts";
import { shaFor, startGitlabFake } from "../../src/demo/local-forge/gitlab/gitlab-fake.ts";
import { projectCalled } from "../../src/demo/local-forge/gitlab/gitlab-state.ts";
import type { Operation } from "../../src/demo/local-forge/gitlab/routes.ts";
import { exerciseForge } from "./forge.ts";
import type { ForgeSetting, StartForgeWorld } from "./forge-world.ts";

/** Which call of GitLab's each method makes; of comments, those on an issue. */
const operations: Partial<Record<keyof Forge, Operation>> = {
  getRepository: "show-project",
  getBranchTip: "show-branch",
  createPullRequest: "create-merge-request",
  getPullRequest: "show-merge-request",
  createIssue: "create-issue",
  createComment: "create-issue-note",
};

const startGitlab: StartForgeWorld = async (now) => {
  const fake = await startGitlabFake({ clock: now });
  const tokens = {
    good: "glpat-good0000000000000000",
    alsoGood: "glpat-alsogood000000000000",
    readOnly: "glpat-readonly000000000000",
    revoked: "glpat-revoked0000000000000",
    ofStranger: "glpat-ann00000000000000000",
  };
  const bot = "group_3_bot_5f7a";
  const { arrange, people } = fake;
  arrange.user(bot, { isBot: true });
  arrange.user("ann");
  const web = arrange.project("acme/team/web", {
    branches: { main: shaFor("main"), "feature/one": shaFor("feature/one") },
  });
  arrange.project("acme/team/secret");
  arrange.member(web.path, bot, "developer");
  arrange.member(web.path, "ann", "maintainer");
  arrange.member("acme/team/secret", "ann", "owner");
  arrange.token(bot, tokens.good);
  arrange.token(bot, tokens.alsoGood);
  arrange.token(bot, tokens.readOnly, { scopes: ["read_api"] });
  arrange.token(bot, tokens.revoked, { standing: "revoked" });
  arrange.token("ann", tokens.ofStranger);
  const host = new URL(fake.origin).host;
  const ref = (slug: string): ForgeRepositoryRef => ({ forge: "gitlab", host, slug });
  const noteableType = ({ on }: CommentTarget) => (on === "issue" ? "Issue" : "MergeRequest");

  return {
    connect: ({ budgets = {}, limits = {}, wait, ...deps }) =>
      createGitlabForge(
        { host, apiBaseUrl: fake.apiBaseUrl, limits },
        {
          ...deps,
          ...standingStill(createForgeFetch({ baseUrl: fake.apiBaseUrl, budgets }), wait),
          redact: (text) => text,
          random: () => 0.5,
        },
      ),
    repository: ref(web.path),
    hidden: ref("acme/team/secret"),
    login: bot,
    stranger: "ann",
    tokens,
    branch: (name, sha) => arrange.branch(web.path, name, sha),
    rename: async () => {
      arrange.rename(web.path, "acme/site");
      return ref(web.path);
    },
    archive: () => {
      web.isArchived = true;
    },
    fault: ({ on, ...fault }) => {
      const operation = operations[on];
      if (operation === undefined) throw new Error(`Say in operations which call ${on} makes`);
      fake.faults.plan({ ...fault, on: operation });
    },
    release: () => fake.faults.release(),
    heard: () => fake.requests,
    people: {
      openPullRequest: async (head) => {
        const words = { title: `About ${head}`, description: "" };
        return (await people.openMergeRequest(web.path, "ann", { ...words, sourceBranch: head, targetBranch: "main" }))
          .iid;
      },
      mergePullRequest: async (number, mergeCommitSha) =>
        people.mergeMergeRequest(web.path, number, "ann", { mergeCommitSha }),
      openIssue: async (title) => people.openIssue(web.path, "ann", { title, description: "" }).iid,
      comment: async (target, body) => void people.comment(web.path, noteableType(target), target.number, "ann", body),
    },
    truth: {
      pullRequests: async () => web.mergeRequests.length,
      issues: async () => web.issues.length,
      comments: async ({ on, number }) => {
        const { mergeRequests, issues } = projectCalled(fake.state, web.id);
        const subject = (on === "issue" ? issues : mergeRequests).find(({ iid }) => iid === number);
        return (subject?.notes ?? []).filter((note) => !note.isSystem).map(({ body }) => body);
      },
    },
    violations: () =>
      fake.requests.flatMap(({ status, path }) => (status === 599 ? [`The fake broke at ${path}`] : [])),
    [Symbol.asyncDispose]: () => fake.close(),
  };
};

/**
 * No time passes while a request is on its way, and waits pass one after another. Else each of those who wait would move the clock on while somebody
 * else's connection is made, and what the fake hears a second apart would seem closer.
 */
function standingStill(
  fetch: ForgeFetch,
  wait: ForgeSetting["wait"],
): { fetch: ForgeFetch; wait: ForgeSetting["wait"] } {
  const underWay = new Set<Promise<unknown>>();
  let lastWait: Promise<void> = Promise.resolve();
  return {
    fetch: (request) => {
      const answer = fetch(request);
      const ended: Promise<boolean> = answer.then(
        () => underWay.delete(ended),
        () => underWay.delete(ended),
      );
      underWay.add(ended);
      return answer;
    },
    wait: (ms, signal) => {
      lastWait = lastWait.then(async () => {
        // Whoever's wait has just ended sends first.
        await setImmediate();
        while (underWay.size > 0) await Promise.all(underWay);
        await wait(ms, signal);
      });
      return lastWait;
    },
  };
}

describe("GitLab", () => {
  exerciseForge(startGitlab);
});
