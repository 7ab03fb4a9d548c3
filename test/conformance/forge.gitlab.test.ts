import { setImmediate } from "node:timers/promises";
import { describe } from "vitest";
import { createForgeFetch, type ForgeFetch } from "../../src/forges/forge-fetch.ts";
import type { CommentTarget, Forge, ForgeRepositoryRef, ForgeUser } from "../../src/forges/forge.ts";
import { createGitlabForge } from "../../src/forges/gitlab/gitlab-forge.ts";
import { type GitlabFake, shaFor, startGitlabFake } from "../../src/demo/local-forge/gitlab/gitlab-fake.ts";
import { newestStatuses } from "../../src/demo/local-forge/gitlab/commit-statuses.ts";
import { projectCalled, userCalled } from "../../src/demo/local-forge/gitlab/gitlab-state.ts";
import type { Operation } from "../../src/demo/local-forge/gitlab/routes.ts";
import { startForgeGit } from "./forge-git.ts";
import type { StartForgeReviewWorld } from "./forge-review-world.ts";
import { exerciseForgeReviews } from "./forge-reviews.ts";
import { exerciseForge } from "./forge.ts";
import type { ForgeSetting, ForgeWorld, StartForgeWorld } from "./forge-world.ts";

/** Which call of GitLab's each method makes; of comments, those on an issue. */
const operations: Partial<Record<keyof Forge, Operation>> = {
  getRepository: "show-project",
  getBranchTip: "show-branch",
  createPullRequest: "create-merge-request",
  getPullRequest: "show-merge-request",
  createIssue: "create-issue",
  createComment: "create-issue-note",
  getChange: "show-merge-request",
  resolveCommit: "show-commit",
  getPermission: "show-member",
  postInlineComments: "create-discussion",
  listThreads: "list-discussions",
  resolveThread: "resolve-discussion",
  reportCheck: "create-commit-status",
};

const startGitlab: StartForgeWorld = async (now) => (await startWorld(now)).world;

/** The same over a real repository. */
const startGitlabWithGit: StartForgeReviewWorld = async (now) => {
  const path = "acme/team/web";
  const { world, fake } = await startWorld(now);
  const git = await startForgeGit(path);
  fake.attachGit(git.branchTip, undefined, git.repositories);
  for (const name of ["rob", "ada", "wren", "mallory"]) fake.arrange.user(name);
  fake.arrange.member(path, "rob", "reporter");
  fake.arrange.member(path, "ada", "owner");
  fake.arrange.member(path, "wren", "developer");
  const userOf = (login: string): ForgeUser => ({ id: String(userCalled(fake.state, login).id), login });
  const requestOf = (number: number) => projectCalled(fake.state, path).mergeRequests.find(({ iid }) => iid === number);
  return {
    ...world,
    git,
    persons: {
      reader: userOf("rob"),
      writer: userOf("wren"),
      admin: userOf("ada"),
      stranger: userOf("mallory"),
      nobody: { id: "4711", login: "nobody-at-all" },
    },
    headRef: (number) => `refs/merge-requests/${number}/head`,
    reviewers: {
      push: (push) => fake.people.pushCommit(path, "ann", push),
      openPullRequestFromFork: async (files) => {
        const fork = await fake.people.fork(path, "mallory");
        const sourceBranch = "from-outside";
        const push = { branch: sourceBranch, from: "refs/heads/main", message: "Hello", files };
        const headSha = await fake.people.pushCommit(fork, "mallory", push);
        const { iid } = await fake.people.openMergeRequest(path, "mallory", {
          title: "Hello",
          description: "",
          sourceBranch,
          targetBranch: "main",
          sourceProjectId: projectCalled(fake.state, fork).id,
        });
        return { number: iid, headSha };
      },
      commentOnLines: async (number, places) =>
        (await fake.people.commentOnLines(path, number, "ann", places)).map(({ discussionId }) => discussionId),
      reply: async (number, threadId, body) => fake.people.reply(path, number, "ann", threadId, body),
      resolveThread: async (number, threadId) => fake.people.resolveDiscussion(path, number, "ann", threadId),
    },
    kept: {
      threads: (number) => {
        const notes = requestOf(number)?.notes.filter(({ type }) => type === "DiffNote") ?? [];
        return [...new Map(notes.toReversed().map((note) => [note.discussionId, note.body])).values()].toReversed();
      },
      checks: (sha) => newestStatuses(projectCalled(fake.state, path), sha).map(({ name, state }) => ({ name, state })),
    },
    checkStates: { in_progress: "running", success: "success", neutral: "canceled", failure: "failed" },
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await git[Symbol.asyncDispose]();
    },
  };
};

async function startWorld(now: () => Date): Promise<{ world: ForgeWorld; fake: GitlabFake }> {
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

  const world: ForgeWorld = {
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
  return { world, fake };
}

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
  exerciseForgeReviews(startGitlabWithGit);
});
