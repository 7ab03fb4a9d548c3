import { describe } from "vitest";
import { createForgeFetch } from "../../src/forges/forge-fetch.ts";
import type { CommentTarget, Forge, ForgeRepositoryRef } from "../../src/forges/forge.ts";
import { createGithubForge } from "../../src/forges/github/github-forge.ts";
import { startGithubFake } from "../fakes/github/github-fake.ts";
import { shaFor } from "../fakes/github/world.ts";
import { exerciseForge } from "./forge.ts";
import type { StartForgeWorld } from "./forge-world.ts";

/** Which call of GitHub's each method makes. */
const operations: Partial<Record<keyof Forge, string>> = {
  getRepository: "repos/get",
  getBranchTip: "git/get-ref",
  createPullRequest: "pulls/create",
  getPullRequest: "pulls/get",
  createIssue: "issues/create",
  createComment: "issues/create-comment",
};

const startGithub: StartForgeWorld = async (now) => {
  const fake = await startGithubFake({
    users: ["pullwright-bot", "ann"],
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

  return {
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
};

describe("GitHub", () => {
  exerciseForge(startGithub);
});
