import { describe, expect, test } from "vitest";
import { createForgeFetch } from "../../src/forges/forge-fetch.ts";
import { errorOf } from "../conformance/forge-session.ts";
import { type GithubUnderTest, proposal, startGithubUnderTest } from "./github-under-test.ts";

type Fields = Record<string, unknown>;

/** A client to whom each answer comes with some of its fields changed. */
function altered(github: GithubUnderTest, change: (fields: Fields) => void) {
  const real = createForgeFetch({ baseUrl: github.fake.apiBaseUrl });
  return github.connect({
    fetch: async (request) => {
      const answer = await real(request);
      const body = JSON.parse(answer.body) as Fields | Fields[];
      for (const fields of Array.isArray(body) ? body : [body]) change(fields);
      return { ...answer, body: JSON.stringify(body) };
    },
  });
}

const at = (fields: Fields, ...path: string[]): Fields => path.reduce((inner, name) => inner[name] as Fields, fields);

describe("a pull request is not believed", () => {
  test.each<[string, (fields: Fields) => void]>([
    [
      "with another number",
      (fields) => void Object.assign(fields, { number: 8, html_url: "https://x.example/pull/8" }),
    ],
    ["with a number that is a text", (fields) => (fields["number"] = "1")],
    ["with a number that is a fraction", (fields) => (fields["number"] = 1.5)],
    ["with an id that is a text", (fields) => (fields["id"] = "1")],
    ["of another repository", (fields) => (at(fields, "base", "repo")["full_name"] = "acme/other")],
    ["with the page of another one", (fields) => (fields["html_url"] = "https://x.example/acme/web/pull/2")],
    ["with a page that is a script", (fields) => (fields["html_url"] = "javascript:alert(1)/pull/1")],
    ["in a state that there is none", (fields) => (fields["state"] = "merged")],
    ["without a title", (fields) => delete fields["title"]],
    ["without a base", (fields) => delete fields["base"]],
    ["with a commit that is none", (fields) => (at(fields, "head")["sha"] = "HEAD")],
    ["with a time that is none", (fields) => (fields["created_at"] = "yesterday")],
  ])("%s", async (_how, change) => {
    await using github = await startGithubUnderTest();
    const { number } = await github.forge.createPullRequest(github.web, proposal);
    const forge = altered(github, change);

    for (const call of [
      () => forge.getPullRequest(github.web, number),
      () => forge.updatePullRequest(github.web, number, { title: "Print in grey" }),
    ]) {
      const error = await errorOf(call());
      expect(error.code).toBe("FORGE_BAD_RESPONSE");
      expect(["liar", "unknown"]).toContain(error.kind);
    }
  });

  test("that was opened from another branch than was asked for", async () => {
    await using github = await startGithubUnderTest();
    const forge = altered(github, (fields) => (at(fields, "head")["ref"] = "another"));

    expect(await errorOf(forge.createPullRequest(github.web, proposal))).toMatchObject({
      kind: "unknown",
      code: "FORGE_BAD_RESPONSE",
    });
  });
});

describe("a pull request is understood", () => {
  test("whose fork and author are gone", async () => {
    await using github = await startGithubUnderTest();
    const { number } = await github.forge.createPullRequest(github.web, proposal);
    const forge = altered(github, (fields) => {
      fields["user"] = null;
      at(fields, "head")["repo"] = null;
    });

    expect(await forge.getPullRequest(github.web, number)).toMatchObject({ author: null, headRepositoryId: null });
    expect(await forge.listPullRequests(github.web, { state: "all", headBranch: "topic" })).toEqual([]);
  });

  test("with an id that is larger than a number can hold exactly", async () => {
    await using github = await startGithubUnderTest();
    const { number } = await github.forge.createPullRequest(github.web, proposal);
    const real = createForgeFetch({ baseUrl: github.fake.apiBaseUrl });
    const forge = github.connect({
      fetch: async (request) => {
        const answer = await real(request);
        return { ...answer, body: answer.body.replace(/"id":\d+/, '"id":9007199254740993') };
      },
    });

    expect(await forge.getPullRequest(github.web, number)).toMatchObject({ id: "9007199254740993" });
  });

  test("although GitHub says more than we know", async () => {
    await using github = await startGithubUnderTest();
    const { number } = await github.forge.createPullRequest(github.web, proposal);
    const forge = altered(github, (fields) => (fields["something_new"] = { deep: [1] }));

    expect(await forge.getPullRequest(github.web, number)).toMatchObject({ number });
  });
});

test.each<[string, (fields: Fields) => void]>([
  ["on another number", (fields) => (fields["issue_url"] = String(fields["issue_url"]).replace(/\d+$/, "77"))],
  [
    "in another repository",
    (fields) => (fields["issue_url"] = String(fields["issue_url"]).replace("/web/", "/other/")),
  ],
  ["with another id than its page", (fields) => (fields["id"] = 77)],
])("a comment is not believed %s", async (_how, change) => {
  await using github = await startGithubUnderTest();
  const { forge, fake, web } = github;
  const number = await fake.people.openIssue("acme/web", "ann", { title: "Printer", body: "" });
  await forge.createComment(web, { on: "issue", number }, "Hello.");

  const error = await errorOf(altered(github, change).listComments(web, { on: "issue", number }, {}));

  expect(error).toMatchObject({ kind: "liar", code: "FORGE_BAD_RESPONSE" });
});

test("an issue of another repository is not believed", async () => {
  await using github = await startGithubUnderTest();
  const { number } = await github.forge.createIssue(github.web, { title: "Printer", body: "" });
  const forge = altered(github, (fields) => (fields["repository_url"] = "https://x.example/repos/acme/other"));

  expect(await errorOf(forge.getIssue(github.web, number))).toMatchObject({ kind: "liar" });
});

test("a branch with another name than was asked for is not believed", async () => {
  await using github = await startGithubUnderTest();
  const forge = altered(github, (fields) => (fields["ref"] = "refs/heads/topic-2"));

  expect(await errorOf(forge.getBranchTip(github.web, "topic"))).toMatchObject({ kind: "liar" });
});
