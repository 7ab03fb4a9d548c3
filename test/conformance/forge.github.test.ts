import { describe } from "vitest";
import { createForgeFetch } from "../../src/forges/forge-fetch.ts";
import type { CommentTarget, Forge, ForgeRepositoryRef, ForgeUser } from "../../src/forges/forge.ts";
import { createGithubForge } from "../../src/forges/github/github-forge.ts";
import { type GithubFake, startGithubFake } from "../fakes/github/github-fake.ts";
import { shaFor } from "../fakes/github/world.ts";
import { startForgeGit } from "./forge-git.ts";
import type { StartForgeReviewWorld } from "./forge-review-world.ts";
import { exerciseForgeReviews } from "./forge-reviews.ts";
import { exerciseForge } from "./forge.ts";
import type { ForgeWorld, StartForgeWorld } from "./forge-world.ts";

/** Which call of GitHub's each method makes. */
const operations: Partial<Record<keyof Forge, string>> = {
  getRepository: "repos/get",
  getBranchTip: "git/get-ref",
  createPullRequest: "pulls/create",
  getPullRequest: "pulls/get",
  createIssue: "issues/create",
  createComment: "issues/create-comment",
  getChange: "pulls/get",
  resolveCommit: "repos/get-commit",
  getPermission: "repos/get-collaborator-permission-level",
  postInlineComments: "pulls/create-review",
  listThreads: "graphql/ReviewThreads",
  resolveThread: "graphql/ResolveThread",
  reportCheck: "repos/create-commit-status",
};

const startGithub: StartForgeWorld = async (now) => (await startWorld(now)).world;

/** The same over a real repository. */
const startGithubWithGit: StartForgeReviewWorld = async (now) => {
  const slug = "acme/web";
  const { world, fake, userOf } = await startWorld(now);
  const git = await startForgeGit(slug);
  fake.attachGit(git.branchTip, undefined, git.repositories);
  fake.arrange.role(slug, "rob", "read");
  fake.arrange.role(slug, "ada", "admin");
  fake.arrange.role(slug, "mallory", "none");
  return {
    ...world,
    git,
    persons: {
      reader: await userOf("rob"),
      writer: await userOf("ann"),
      admin: await userOf("ada"),
      stranger: await userOf("mallory"),
      nobody: { id: "4711", login: "nobody-at-all" },
    },
    headRef: (number) => `refs/pull/${number}/head`,
    reviewers: {
      push: (push) => fake.people.pushCommit(slug, "ann", push),
      openPullRequestFromFork: async (files) => {
        const fork = await fake.people.fork(slug, "mallory");
        const branch = "from-outside";
        const from = "refs/heads/main";
        const headSha = await fake.people.pushCommit(fork, "mallory", { branch, from, message: "Hello", files });
        const asked = { title: "Hello", head: `mallory:${branch}`, base: "main" };
        return { headSha, number: await fake.people.openPullRequest(slug, "mallory", asked) };
      },
      commentOnLines: async (number, places) =>
        (await fake.people.commentOnLines(slug, "ann", number, places)).map(({ id }) => id),
      reply: (_number, threadId, body) => fake.people.reply(slug, "ann", threadId, body),
      resolveThread: (_number, threadId) => fake.people.resolveThread(slug, "ann", threadId),
    },
    kept: {
      threads: (number) => fake.truth.threads(slug, number).map(({ comments }) => comments[0]?.body ?? ""),
      checks: (sha) => fake.truth.statuses(slug, sha).map(({ context, state }) => ({ name: context, state })),
    },
    checkStates: { in_progress: "pending", success: "success", neutral: "error", failure: "failure" },
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await git[Symbol.asyncDispose]();
    },
  };
};

async function startWorld(now: () => Date): Promise<{
  world: ForgeWorld;
  fake: GithubFake;
  userOf: (login: string) => Promise<ForgeUser>;
}> {
  const fake = await startGithubFake({
    users: ["pullwright-bot", "ann", "rob", "ada", "mallory"],
    repositories: [{ slug: "acme/web" }, { slug: "acme/secret", members: ["ann"] }],
    now,
  });
  const tokens = {
    good: "github_pat_good0000000000000000000",
    alsoGood: "github_pat_alsogood000000000000000",
    readOnly: "github_pat_readonly000000000000000",
    revoked: "github_pat_revoked0000000000000000",
    ofStranger: "github_pat_ann00000000000000000000",
  };
  fake.arrange.token("pullwright-bot", tokens.good);
  fake.arrange.token("pullwright-bot", tokens.alsoGood);
  fake.arrange.token("pullwright-bot", tokens.readOnly, { access: "read" });
  fake.arrange.token("pullwright-bot", tokens.revoked, { standing: "revoked" });
  fake.arrange.token("ann", tokens.ofStranger);
  fake.arrange.branch("acme/web", "feature/one", shaFor("feature/one"));
  const host = new URL(fake.origin).host;
  const ref = (slug: string): ForgeRepositoryRef => ({ forge: "github", host, slug });
  const numberOf = ({ number }: CommentTarget) => number;
  let slug = "acme/web";

  const world: ForgeWorld = {
    connect: ({ readToken, budgets = {}, limits = {}, ...deps }) =>
      createGithubForge(
        { host, apiBaseUrl: fake.apiBaseUrl, limits },
        {
          ...deps,
          credential: { kind: "token", readToken },
          fetch: createForgeFetch({ baseUrl: fake.apiBaseUrl, budgets }),
          redact: (text) => text,
          random: () => 0.5,
          learnSecret: () => {},
        },
      ),
    repository: ref("acme/web"),
    hidden: ref("acme/secret"),
    login: "pullwright-bot",
    stranger: "ann",
    tokens,
    branch: (name, sha) => fake.arrange.branch(slug, name, sha),
    rename: async () => {
      await fake.arrange.rename(slug, "site");
      slug = "acme/site";
      return ref(slug);
    },
    archive: () => fake.arrange.archive(slug),
    fault: ({ on, ...fault }) => {
      const operation = operations[on];
      if (operation === undefined) throw new Error(`Say in operations which call ${on} makes`);
      fake.faults.plan({ ...fault, on: operation });
    },
    release: () => fake.faults.release(),
    heard: () => fake.requests,
    people: {
      openPullRequest: (head) =>
        fake.people.openPullRequest(slug, "ann", { title: `About ${head}`, head, base: "main" }),
      mergePullRequest: (number, sha) => fake.people.mergePullRequest(slug, "ann", number, sha),
      openIssue: (title) => fake.people.openIssue(slug, "ann", { title, body: "" }),
      comment: async (target, body) => void (await fake.people.comment(slug, "ann", numberOf(target), body)),
    },
    truth: {
      pullRequests: async () => (await fake.people.pullRequests(slug)).length,
      issues: async () => (await fake.people.issues(slug)).length,
      comments: async (target) => (await fake.people.comments(slug, numberOf(target))).map(({ body }) => body),
    },
    violations: () => fake.violations,
    [Symbol.asyncDispose]: () => fake.close(),
  };
  const userOf = async (login: string): Promise<ForgeUser> => ({ id: await fake.people.idOf(login), login });
  return { world, fake, userOf };
}

describe("GitHub", () => {
  exerciseForge(startGithub);
  exerciseForgeReviews(startGithubWithGit);
});
