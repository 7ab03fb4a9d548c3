import { createHmac, generateKeyPairSync } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { createGitHttp } from "../../src/demo/local-forge/git-http.ts";
import type { CheckReport, InlineComment } from "../../src/forges/forge.ts";
import { type ForgeGit, startForgeGit } from "../conformance/forge-git.ts";
import { errorOf } from "../conformance/forge-session.ts";
import type { GithubFakeOptions } from "../fakes/github/github-fake.ts";
import { type GithubUnderTest, startGithubUnderTest } from "./github-under-test.ts";

const slug = "acme/web";
const comment: InlineComment = {
  path: "src/long.ts",
  oldPath: null,
  startLine: 20,
  endLine: 20,
  oldEndLine: null,
  body: "Why anew?",
};
const report: Omit<CheckReport, "sha"> = {
  name: "pullwright review",
  state: "in_progress",
  title: "Reading",
  summary: "Two files.",
  url: "https://pullwright.example/reviews/1",
};

type Reviews = GithubUnderTest & { git: ForgeGit; number: number };

/** A GitHub over a real repository, with a pull request to review. */
async function startReviews(options: Partial<GithubFakeOptions> = {}): Promise<Reviews> {
  const github = await startGithubUnderTest(options);
  const git = await startForgeGit(slug);
  github.fake.attachGit(git.branchTip, undefined, git.repositories);
  const asked = { title: "Work", head: "feature/one", base: "main" };
  const number = await github.fake.people.openPullRequest(slug, "ann", asked);
  return {
    ...github,
    git,
    number,
    [Symbol.asyncDispose]: async () => {
      await github[Symbol.asyncDispose]();
      await git[Symbol.asyncDispose]();
    },
  };
}

test("a review comments, and neither approves nor asks for changes", async () => {
  await using github = await startReviews();
  const { forge, fake, web, number, git } = github;
  const change = await forge.getChange(web, number);
  const range = { ...comment, path: "src/new.ts", startLine: 1, endLine: 3 };

  await forge.postInlineComments(web, number, { change, comments: [comment, range] });

  const sent = fake.requests.find(({ operation }) => operation === "pulls/create-review");
  expect(JSON.parse(sent?.body ?? "")).toEqual({
    event: "COMMENT",
    commit_id: git.featureSha,
    comments: [
      { path: "src/long.ts", body: "Why anew?", line: 20, side: "RIGHT" },
      { path: "src/new.ts", body: "Why anew?", line: 3, side: "RIGHT", start_line: 1, start_side: "RIGHT" },
    ],
  });
  expect(fake.truth.reviews(slug, number).map(({ state }) => state)).toEqual(["COMMENTED"]);
  expect(fake.violations).toEqual([]);
});

test("thirty comments are one request, and a text that is too long is cut", async () => {
  await using github = await startReviews();
  const { forge, fake, web, number } = github;
  const change = await forge.getChange(web, number);
  const comments = Array.from({ length: 30 }, (_, index) => ({ ...comment, body: `${index} ${"ä".repeat(70_000)}` }));

  const { threads } = await forge.postInlineComments(web, number, { change, comments });

  expect(new Set(threads.map(({ id }) => id)).size).toBe(30);
  expect(fake.requests.filter(({ operation }) => operation === "pulls/create-review")).toHaveLength(1);
  expect(fake.violations).toEqual([]);
});

test("comments that were posted are posted, also when their threads cannot be listed", async () => {
  await using github = await startReviews();
  const { forge, fake, web, number } = github;
  const change = await forge.getChange(web, number);
  fake.faults.plan({ kind: "5xx-before", on: "graphql/ReviewThreads", times: 3 });

  expect(await forge.postInlineComments(web, number, { change, comments: [comment] })).toEqual({ threads: [] });
  expect(await forge.listThreads(web, number)).toHaveLength(1);
});

test("an Enterprise server is asked for threads beside its REST API", async () => {
  await using github = await startReviews({ prefix: "/api/v3" });
  const { forge, fake, web, number } = github;
  const change = await forge.getChange(web, number);

  const { threads } = await forge.postInlineComments(web, number, { change, comments: [comment] });
  await forge.resolveThread(web, number, threads[0]?.id ?? "");

  expect((await forge.listThreads(web, number)).map(({ isResolved }) => isResolved)).toEqual([true]);
  expect(fake.requests.map(({ path }) => path)).toContain("/api/graphql");
  expect(fake.violations).toEqual([]);
});

describe("what GraphQL says with status 200", () => {
  test("a limit holds back everything until its end, and a write was not done", async () => {
    await using github = await startReviews();
    const { forge, fake, web, number, clock } = github;
    const [thread] = await fake.people.commentOnLines(slug, "ann", number, [
      { path: "src/new.ts", line: 1, body: "One?" },
    ]);
    const endsMs = Math.ceil(clock.now().getTime() / 1000) * 1000 + 20_000;
    fake.faults.plan({
      kind: "graphql-error",
      type: "RATE_LIMITED",
      on: "graphql/ResolveThread",
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(endsMs / 1000) },
    });

    await forge.resolveThread(web, number, thread?.id ?? "");

    const [first, second, ...others] = fake.requests.filter(({ operation }) => operation === "graphql/ResolveThread");
    expect((first?.at.getTime() ?? 0) < endsMs && (second?.at.getTime() ?? 0) >= endsMs).toBe(true);
    expect(others).toEqual([]);
    expect(fake.truth.threads(slug, number).map(({ resolvedBy }) => resolvedBy)).toEqual(["pullwright-bot"]);
  });

  test.each([
    ["FORBIDDEN", "permission"],
    ["NOT_FOUND", "not-found"],
    ["UNPROCESSABLE", "refused"],
    [undefined, "unknown"],
  ])("%s to a write is %s, and not sent again", async (type, kind) => {
    await using github = await startReviews();
    const { forge, fake, web, number } = github;
    fake.faults.plan({
      kind: "graphql-error",
      on: "graphql/ResolveThread",
      ...(type === undefined ? {} : { type }),
    });

    const error = await errorOf(forge.resolveThread(web, number, "PRRT_kwDO1"));

    expect(error.kind).toBe(kind);
    expect(error.message).toContain("Something went wrong");
    expect(fake.requests.filter(({ operation }) => operation === "graphql/ResolveThread")).toHaveLength(1);
  });

  test("trouble that nobody names is waited out by a read", async () => {
    await using github = await startReviews();
    const { forge, fake, web, number } = github;
    fake.faults.plan({ kind: "graphql-error", on: "graphql/ReviewThreads", times: 2 });

    expect(await forge.listThreads(web, number)).toEqual([]);
  });

  test("a repository that is hidden is not found", async () => {
    await using github = await startReviews({
      repositories: [{ slug }, { slug: "acme/secret", members: ["ann"] }],
    });
    const { forge, web } = github;

    expect(await errorOf(forge.listThreads({ ...web, slug: "acme/secret" }, 1))).toMatchObject({ kind: "not-found" });
  });
});

describe("an App", () => {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const privateKey = keys.privateKey.export({ type: "pkcs1", format: "pem" }).toString();

  async function startWithApp(permissions: Record<string, string>): Promise<Reviews> {
    const installations = [{ id: 501, owner: "acme" }];
    const app = { appId: 77, slug: "pullwright-app", privateKey, permissions, installations };
    const reviews = await startReviews({ apps: [app] });
    const credential = { kind: "app" as const, appId: "77", readPrivateKey: async () => privateKey };
    return { ...reviews, forge: reviews.connect({ credential }) };
  }

  const rights = { contents: "write", pull_requests: "write", checks: "write", statuses: "write", metadata: "read" };

  test("makes one check run for each name, changes it, and begins another after the first has ended", async () => {
    await using github = await startWithApp(rights);
    const { forge, fake, web, git } = github;
    const told = [];

    for (const state of ["in_progress", "in_progress", "neutral", "neutral", "in_progress", "success"] as const) {
      const { url } = await forge.reportCheck(web, { ...report, sha: git.featureSha, state });
      expect(url).toMatch(/\/runs\/\d+$/);
      const runs = fake.truth.checkRuns(slug, git.featureSha);
      told.push([runs.length, runs.at(-1)?.status, runs.at(-1)?.conclusion]);
    }

    expect(told).toEqual([
      [1, "in_progress", null],
      [1, "in_progress", null],
      [1, "completed", "neutral"],
      [1, "completed", "neutral"],
      [2, "in_progress", null],
      [2, "completed", "success"],
    ]);
    expect(fake.truth.checkRuns(slug, git.featureSha)[0]).toMatchObject({
      name: "pullwright review",
      title: "Reading",
      summary: "Two files.",
      detailsUrl: "https://pullwright.example/reviews/1",
    });
    expect(fake.truth.statuses(slug, git.featureSha)).toEqual([]);
    expect(fake.violations).toEqual([]);
  });

  test("whose check run was made while the answer was lost finds it again", async () => {
    await using github = await startWithApp(rights);
    const { forge, fake, web, git } = github;
    fake.faults.plan({ kind: "drop-after-commit", on: "checks/create" });

    const error = await errorOf(forge.reportCheck(web, { ...report, sha: git.featureSha }));
    await forge.reportCheck(web, { ...report, sha: git.featureSha, state: "failure" });

    expect(error.kind).toBe("unknown");
    expect(fake.truth.checkRuns(slug, git.featureSha).map(({ conclusion }) => conclusion)).toEqual(["failure"]);
  });

  test("that may make none sets a status", async () => {
    const { checks: _none, ...others } = rights;
    await using github = await startWithApp(others);
    const { forge, fake, web, git } = github;

    await forge.reportCheck(web, { ...report, sha: git.featureSha, state: "neutral" });

    expect(fake.truth.checkRuns(slug, git.featureSha)).toEqual([]);
    expect(fake.truth.statuses(slug, git.featureSha)).toMatchObject([
      { context: "pullwright review", state: "error", description: "Reading" },
    ]);
  });

  test("knows its threads by the name that REST has for it", async () => {
    await using github = await startWithApp(rights);
    const { forge, web, number } = github;
    const change = await forge.getChange(web, number);
    const { threads } = await forge.postInlineComments(web, number, { change, comments: [comment] });
    await forge.resolveThread(web, number, threads[0]?.id ?? "");

    const [thread] = await forge.listThreads(web, number);

    expect(thread?.comments[0]?.author).toEqual(await forge.whoAmI());
    expect(thread?.resolvedBy).toEqual(await forge.whoAmI());
    expect(thread?.comments[0]?.author?.login).toBe("pullwright-app[bot]");
  });
});

test("a push to a pull request is told as GitHub tells it, and so are comments at lines", async () => {
  await using github = await startReviews();
  const { fake, git, number } = github;
  fake.arrange.hook(slug, "http://127.0.0.1:9/webhooks/github", "a secret of the hook");

  const headSha = await fake.people.pushCommit(slug, "ann", {
    branch: "feature/one",
    from: git.mainSha,
    message: "Begin anew",
    files: { "src/new.ts": "one\n" },
    isForced: true,
  });
  await fake.people.commentOnLines(slug, "ann", number, [{ path: "src/new.ts", line: 1, body: "One?" }]);
  await fake.hooks.settled();

  const told = fake.hooks.deliveries.map(({ event, body }) => [event, JSON.parse(body).action]);
  const synchronize = fake.hooks.deliveries.find(({ event }) => event === "pull_request");
  expect(told).toEqual([
    ["push", undefined],
    ["pull_request", "synchronize"],
    ["pull_request_review", "submitted"],
    ["pull_request_review_comment", "created"],
  ]);
  expect(JSON.parse(synchronize?.body ?? "")).toMatchObject({
    number,
    before: git.featureSha,
    after: headSha,
    pull_request: { head: { sha: headSha } },
  });
  expect(synchronize?.headers["x-hub-signature-256"]).toBe(
    `sha256=${createHmac("sha256", "a secret of the hook")
      .update(synchronize?.body ?? "")
      .digest("hex")}`,
  );
});

test("git serves the newest commit of every pull request, also of a push that nobody told of", async () => {
  await using github = await startReviews();
  const { fake, git, number } = github;
  const rootDir = dirname(dirname(git.repositories.directory(slug)));
  const homeDir = join(rootDir, "nobody");
  await mkdir(homeDir);
  const serve = createGitHttp({ rootDir, homeDir, allow: () => ({ kind: "granted", user: "bot" }) });
  fake.attachGit(
    git.branchTip,
    (request, response) => {
      serve(request, response).catch(() => response.destroy());
    },
    git.repositories,
  );
  const tips = await git.repositories.commit(slug, [
    { branch: "feature/one", from: git.featureSha, message: "More", files: { "more.txt": "more\n" } },
  ]);

  const advertised = await fetch(`${fake.origin}/${slug}.git/info/refs?service=git-upload-pack`);

  expect(await advertised.text()).toContain(`${tips.get("feature/one")} refs/pull/${number}/head`);
});
