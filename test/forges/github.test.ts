import { describe, expect, test } from "vitest";
import { errorOf } from "../conformance/forge-session.ts";
import { createLoopbackCertificate } from "../../src/demo/local-forge/loopback-certificate.ts";
import { shaFor } from "../fakes/github/world.ts";
import { createForgeFetch } from "../../src/forges/forge-fetch.ts";
import { proposal, startGithubUnderTest, token } from "./github-under-test.ts";

describe("a pull request that cannot be", () => {
  test("without a commit is told from other refusals", async () => {
    await using github = await startGithubUnderTest();
    github.fake.arrange.branch("acme/web", "topic", shaFor("acme/web main"));

    const error = await errorOf(github.forge.createPullRequest(github.web, proposal));

    expect(error).toMatchObject({ kind: "refused", code: "EMPTY_DIFF", status: 422 });
    expect(error.message).toContain("No commits between main and topic");
  });

  test("from a branch that was pushed a moment ago is asked for again, because not all of GitHub knows the branch yet", async () => {
    await using github = await startGithubUnderTest();
    let looks = 0;
    github.fake.attachGit((slug, branch) => {
      if (branch !== "topic") return shaFor(`${slug} ${branch}`);
      looks += 1;
      return looks > 2 ? shaFor("topic") : null;
    });

    const opened = await github.forge.createPullRequest(github.web, proposal);

    expect(opened.headSha).toBe(shaFor("topic"));
    expect(github.fake.requests.map(({ status }) => status)).toEqual([422, 422, 201]);
  });

  test("from a branch that never comes is given up, to be tried later", async () => {
    await using github = await startGithubUnderTest();

    const error = await errorOf(github.forge.createPullRequest(github.web, { ...proposal, headBranch: "never" }));

    expect(error).toMatchObject({ kind: "transient", code: "FORGE_UNAVAILABLE" });
    expect(error.message).toContain("head invalid");
    expect(github.fake.requests).toHaveLength(3);
  });

  test("to a base that is not there is refused at once", async () => {
    await using github = await startGithubUnderTest();

    const error = await errorOf(github.forge.createPullRequest(github.web, { ...proposal, baseBranch: "nowhere" }));

    expect(error).toMatchObject({ kind: "refused", code: "FORGE_REFUSED" });
    expect(github.fake.requests).toHaveLength(1);
  });
});

test("texts that are longer than GitHub takes are cut, and keep our marker", async () => {
  await using github = await startGithubUnderTest();
  const { forge, fake, web } = github;
  const marker = "<!-- pullwright:v1 k=0123456789abcdef m=0123456789ab -->";
  const body = `${"ä 😀 ".repeat(20_000)}\n${marker}`;

  const opened = await forge.createPullRequest(web, { ...proposal, title: "t".repeat(400), body });
  const comment = await forge.createComment(web, { on: "pull-request", number: opened.number }, body);

  expect(opened.title).toHaveLength(256);
  expect(opened.body).toContain(marker);
  expect(comment.body).toContain(marker);
  expect(fake.violations).toEqual([]);
});

test("a conversation that is locked is closed for everybody", async () => {
  await using github = await startGithubUnderTest();
  const { forge, fake, web } = github;
  const number = await fake.people.openIssue("acme/web", "ann", { title: "Printer", body: "" });
  fake.arrange.lock("acme/web", number);

  const error = await errorOf(forge.createComment(web, { on: "issue", number }, "Hello."));

  expect(error).toMatchObject({ kind: "refused", code: "FORGE_REFUSED", status: 403 });
});

test("an archived repository takes nothing", async () => {
  await using github = await startGithubUnderTest();
  github.fake.arrange.archive("acme/web");

  const error = await errorOf(github.forge.createPullRequest(github.web, proposal));

  expect(error).toMatchObject({ kind: "permission", code: "FORGE_FORBIDDEN" });
  expect(error.message).toContain("archived");
});

test("who may not do something is told which right is missing", async () => {
  await using github = await startGithubUnderTest();
  github.fake.arrange.token("pullwright-bot", "read-only-token-of-the-bot", { access: "read" });
  const forge = github.connect({ credential: { kind: "token", readToken: async () => "read-only-token-of-the-bot" } });

  const error = await errorOf(forge.createPullRequest(github.web, proposal));

  expect(error.message).toContain("Resource not accessible by personal access token");
  expect(error.message).toContain("pull_requests=write");
});

test("a token for other repositories sees this one not", async () => {
  await using github = await startGithubUnderTest({ repositories: [{ slug: "acme/web" }, { slug: "acme/other" }] });
  github.fake.arrange.token("pullwright-bot", "token-for-the-other-one", { repositories: ["acme/other"] });
  const forge = github.connect({ credential: { kind: "token", readToken: async () => "token-for-the-other-one" } });

  expect(await errorOf(forge.getRepository(github.web))).toMatchObject({ kind: "not-found" });
  expect((await forge.getRepository({ ...github.web, slug: "acme/other" })).slug).toBe("acme/other");
});

test("without a token nothing is asked", async () => {
  await using github = await startGithubUnderTest();
  const forge = github.connect({ credential: { kind: "token", readToken: async () => null } });

  await expect(forge.getRepository(github.web)).rejects.toMatchObject({ code: "GITHUB_NOT_CONFIGURED" });
  expect(github.fake.requests).toEqual([]);
});

describe("GitHub's secondary limit", () => {
  test.each([
    ["without a header", {}, 60_000],
    ["with the time to wait", { "retry-after": "9" }, 9000],
  ])("%s is waited out, and nothing is asked before", async (_how, headers, expected) => {
    await using github = await startGithubUnderTest();
    const { fake, web } = github;
    fake.faults.plan({ kind: "403-secondary", on: "repos/get", headers });
    const forge = github.connect();

    const outcome = await forge.getRepository(web).catch((error: unknown) => error);

    const [first, second] = fake.requests.map(({ at }) => at.getTime());
    expect(outcome).toMatchObject({ slug: "acme/web" });
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(expected);
  });
});

describe("an Enterprise server", () => {
  test("is reached below /api/v3, over https with an authority of its own", async () => {
    const { authority, certificate, key } = createLoopbackCertificate();
    await using github = await startGithubUnderTest({ prefix: "/api/v3", tls: { key, cert: certificate } });
    const { fake, web } = github;
    const forge = github.connect({
      fetch: createForgeFetch({ baseUrl: fake.apiBaseUrl, certificateAuthority: authority }),
    });
    await fake.arrange.rename("acme/web", "site");
    fake.arrange.branch("acme/site", "topic", shaFor("topic"));

    const opened = await forge.createPullRequest(web, proposal);

    expect(opened.url).toBe(`${fake.origin}/acme/site/pull/${opened.number}`);
    expect((await forge.getPullRequest(web, opened.number)).id).toBe(opened.id);
    expect(fake.requests.every(({ path }) => path.startsWith("/api/v3/"))).toBe(true);
    expect(fake.violations).toEqual([]);
  });
});

test("git is given the credential that the API is called with", async () => {
  await using github = await startGithubUnderTest();

  const { token: given } = await github.forge.credentialFor(github.web)();

  expect(given).toBe(token);
});

test("pages are followed by the repository's id, as GitHub links them", async () => {
  await using github = await startGithubUnderTest();
  const { forge, fake, web } = github;
  const number = await fake.people.openIssue("acme/web", "ann", { title: "Printer", body: "" });
  for (let count = 0; count < 101; count += 1) await fake.people.comment("acme/web", "ann", number, `Comment ${count}`);

  const comments = await forge.listComments(web, { on: "issue", number }, {});

  expect(comments).toHaveLength(101);
  expect(fake.requests.map(({ path }) => path.split("/")[1])).toEqual(["repos", "repositories"]);
});
