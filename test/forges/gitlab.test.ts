import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ForgeCallError } from "../../src/forges/forge-call-error.ts";
import type { NewPullRequest } from "../../src/forges/forge.ts";
import { createTestCertificate } from "../fakes/git-server/test-certificate.ts";
import { shaFor } from "../fakes/gitlab/gitlab-fake.ts";
import { botToken, type GitlabUnderTest, startGitlabUnderTest } from "./gitlab-under-test.ts";

const path = "group/sub/web";
const topic: NewPullRequest = {
  title: "Add a dark theme",
  body: "Follows the system.",
  headBranch: "topic",
  baseBranch: "main",
  draft: false,
};
let gitlab: GitlabUnderTest;

beforeEach(async () => {
  gitlab = await startGitlabUnderTest();
});
afterEach(async () => {
  await gitlab[Symbol.asyncDispose]();
});

/** What a call that must not end well ended with. */
async function failure(call: Promise<unknown>): Promise<ForgeCallError> {
  const error: unknown = await call.then(
    () => new Error("The call ended well"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ForgeCallError)) throw error;
  return error;
}

/** The merge request as GitLab has it. */
function stored(iid: number) {
  const project = gitlab.fake.state.projects.find((one) => one.path === path);
  return project?.mergeRequests.find((one) => one.iid === iid);
}

describe("a draft", () => {
  test("is a mark in GitLab's title, and a field to whoever calls us", async () => {
    const { forge, web } = gitlab;

    const opened = await forge.createPullRequest(web, { ...topic, draft: true });

    expect(stored(opened.number)?.title).toBe("Draft: Add a dark theme");
    expect(opened).toMatchObject({ title: "Add a dark theme", draft: true });
    expect(await forge.getPullRequest(web, opened.number)).toMatchObject({ title: "Add a dark theme", draft: true });
  });

  test.each(["Draft: Add x", "draft:Add x", "[Draft] Add x", "(DRAFT) Add x", "WIP: Add x", "Draft: WIP: Add x"])(
    "is marked once when the title already says %j",
    async (title) => {
      const { forge, web } = gitlab;

      const opened = await forge.createPullRequest(web, { ...topic, title, draft: true });

      expect(stored(opened.number)?.title).toBe("Draft: Add x");
    },
  );

  test("is none when none was asked for, whatever the title says", async () => {
    const { forge, web } = gitlab;

    const opened = await forge.createPullRequest(web, { ...topic, title: "Draft: Add x", draft: false });

    expect(opened).toMatchObject({ title: "Add x", draft: false });
  });

  test("stays one when its title is changed, and stays ready once a person made it ready", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, { ...topic, draft: true });

    await forge.updatePullRequest(web, number, { title: "Add two themes" });
    expect(stored(number)?.title).toBe("Draft: Add two themes");

    fake.people.editMergeRequest(path, number, "sue", { title: "Add two themes" });
    await forge.updatePullRequest(web, number, { title: "Add three themes" });
    expect(stored(number)?.title).toBe("Add three themes");
  });

  test("with the longest title that GitLab takes is cut by its mark, and not refused", async () => {
    const { forge, web } = gitlab;

    const opened = await forge.createPullRequest(web, { ...topic, title: "x".repeat(255), draft: true });

    expect(stored(opened.number)?.title).toHaveLength(255);
    expect(opened.draft).toBe(true);
  });

  test("of an older GitLab, which calls it work in progress, is known", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    fake.changeAnswers((answer) => ({ ...answer, draft: undefined, work_in_progress: true, title: "WIP: Add x" }));

    expect(await forge.getPullRequest(web, number)).toMatchObject({ title: "Add x", draft: true });
  });
});

describe("a merge request", () => {
  test("has its iid as number, and the id that nobody sees as id", async () => {
    const { forge, web } = gitlab;

    const opened = await forge.createPullRequest(web, topic);

    expect(opened.number).toBe(1);
    expect(opened.id).toBe(String(stored(1)?.id));
    expect(opened.url).toBe(`${gitlab.fake.origin}/${path}/-/merge_requests/1`);
  });

  test("that is just being merged is open", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    Object.assign(stored(number) ?? {}, { state: "locked" });

    expect(await forge.getPullRequest(web, number)).toMatchObject({ state: "open", mergedAt: null });
  });

  test("that was squashed has the squash commit as the one that stands on the base branch", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    expect((await forge.getPullRequest(web, number)).mergeCommitSha).toBeNull();

    const merge = { mergeCommitSha: shaFor("merge"), squashCommitSha: shaFor("squash") };
    fake.people.mergeMergeRequest(path, number, "sue", merge);

    expect(await forge.getPullRequest(web, number)).toMatchObject({ state: "merged", mergeCommitSha: shaFor("squash") });
  });

  test("from a fork that is gone is readable, and from no repository", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    Object.assign(stored(number) ?? {}, { sourceProjectId: null });

    expect(await forge.getPullRequest(web, number)).toMatchObject({ headRepositoryId: null });
  });

  test("of a fork is not taken for one of our branch of the same name", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    Object.assign(stored(number) ?? {}, { sourceProjectId: 999 });
    const ours = await forge.createPullRequest(web, topic);

    const found = await forge.listPullRequests(web, { state: "open", headBranch: "topic" });

    expect(found.map((one) => one.number)).toEqual([ours.number]);
    expect(await forge.listPullRequests(web, { state: "open" })).toHaveLength(2);
  });

  test("of the same branches is refused with GitLab's own words while the first is open", async () => {
    const { forge, web } = gitlab;
    await forge.createPullRequest(web, topic);

    const error = await failure(forge.createPullRequest(web, topic));

    expect(error).toMatchObject({ kind: "conflict", code: "FORGE_CONFLICT", status: 409 });
    expect(error.message).toContain("Another open merge request already exists for this source branch: !1");
  });

  test("waits for a branch that was pushed a moment ago and is not seen yet", async () => {
    const { forge, web, fake } = gitlab;
    gitlab.onWait(() => fake.arrange.branch(path, "late", shaFor("late")));

    const opened = await forge.createPullRequest(web, { ...topic, headBranch: "late" });

    expect(opened.headSha).toBe(shaFor("late"));
    expect(fake.requests.map((request) => request.status)).toEqual([400, 201]);
  });

  test("shows the tip of its branch as the attached git server has it", async () => {
    const { forge, web, fake } = gitlab;
    const tips = new Map([
      ["main", shaFor("git main")],
      ["feature/a b#1", shaFor("git feature")],
    ]);
    fake.attachGit((_project, branch) => tips.get(branch) ?? null);

    expect(await forge.getBranchTip(web, "feature/a b#1")).toBe(shaFor("git feature"));
    const opened = await forge.createPullRequest(web, { ...topic, headBranch: "feature/a b#1" });
    tips.set("feature/a b#1", shaFor("git feature again"));

    expect(opened.headSha).toBe(shaFor("git feature"));
    expect((await forge.getPullRequest(web, opened.number)).headSha).toBe(shaFor("git feature again"));
    expect((await failure(forge.createPullRequest(web, topic))).kind).toBe("transient");
  });
});

describe("a project that was renamed", () => {
  beforeEach(() => gitlab.fake.arrange.rename(path, "group/renamed"));

  test("is found under its old path and says its new one", async () => {
    expect(await gitlab.forge.getRepository(gitlab.web)).toMatchObject({ slug: "group/renamed" });
  });

  test("is written to under its old path, which GitLab itself refuses", async () => {
    const { forge, web, fake } = gitlab;

    const opened = await forge.createPullRequest(web, topic);
    await forge.createComment(web, { on: "pull-request", number: opened.number }, "Hello");

    expect(opened.url).toBe(`${fake.origin}/group/renamed/-/merge_requests/1`);
    expect(fake.state.projects[0]?.mergeRequests[0]?.notes.map((note) => note.body)).toEqual(["Hello"]);
    expect(fake.requests.filter((request) => request.method === "POST").map((request) => request.status)).toEqual([
      405, 201, 405, 201,
    ]);
  });

  test("is read under its old path", async () => {
    const { forge, web, fake } = gitlab;
    const { iid } = await fake.people.openMergeRequest("group/renamed", "sue", {
      title: "By hand",
      description: "",
      sourceBranch: "topic",
      targetBranch: "main",
    });

    expect(await forge.getPullRequest(web, iid)).toMatchObject({ title: "By hand" });
    expect(await forge.listPullRequests(web, { state: "all" })).toHaveLength(1);
    expect(await forge.getBranchTip(web, "topic")).toBe(shaFor("topic"));
    expect(await forge.checkAccess(web)).toEqual({ canRead: true, canPush: true });
  });
});

describe("comments", () => {
  test("are what people and programs wrote, not what GitLab noted itself", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    fake.people.editMergeRequest(path, number, "sue", { title: "Another title" });
    fake.people.comment(path, "MergeRequest", number, "sue", "Looks good");
    fake.people.closeMergeRequest(path, number, "sue");

    const comments = await forge.listComments(web, { on: "pull-request", number }, {});

    expect(comments.map((comment) => comment.body)).toEqual(["Looks good"]);
    expect(comments[0]?.url).toBe(`${fake.origin}/${path}/-/merge_requests/${number}#note_${comments[0]?.id}`);
    expect(stored(number)?.notes).toHaveLength(3);
  });

  test("on an issue and on a merge request of the same number are two conversations", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    const issue = await forge.createIssue(web, { title: "Broken", body: "Since today" });
    expect(issue.number).toBe(number);

    await forge.createComment(web, { on: "issue", number }, "On the issue");
    await forge.createComment(web, { on: "pull-request", number }, "On the merge request");

    const bodies = async (on: "issue" | "pull-request") =>
      (await forge.listComments(web, { on, number }, {})).map((comment) => comment.body);
    expect(await bodies("issue")).toEqual(["On the issue"]);
    expect(await bodies("pull-request")).toEqual(["On the merge request"]);
  });

  test("since a time are read from the newest back, and no page further than needed", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    const target = { on: "pull-request", number } as const;
    for (let index = 0; index < 250; index += 1)
      fake.people.comment(path, "MergeRequest", number, "sue", `Comment ${index}`);
    const notes = stored(number)?.notes ?? [];
    notes.forEach((note, index) => {
      const at = new Date(Date.parse("2026-03-01T00:00:00.000Z") + index * 1000).toISOString();
      Object.assign(note, { createdAt: at, updatedAt: at });
    });
    // Edited since, though it is the oldest.
    Object.assign(notes[0] ?? {}, { updatedAt: "2026-03-02T00:00:00.000Z" });
    const before = fake.requests.length;

    const found = await forge.listComments(web, target, { since: notes[240]?.createdAt ?? "" });

    expect(found.map((comment) => comment.body)).toEqual([
      "Comment 0",
      ...Array.from({ length: 10 }, (_, index) => `Comment ${240 + index}`),
    ]);
    expect(fake.requests).toHaveLength(before + 1);
    expect(await forge.listComments(web, target, {})).toHaveLength(250);
    expect(fake.requests).toHaveLength(before + 4);
  });

  test("of nothing but a quick action are no comments, and it is not claimed that there is one", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);

    const error = await failure(forge.createComment(web, { on: "pull-request", number }, "/close"));

    expect(error).toMatchObject({ kind: "unknown", code: "FORGE_BAD_RESPONSE" });
    expect(stored(number)?.notes).toEqual([]);
  });

  test("are changed by a number only", async () => {
    const { forge, web, fake } = gitlab;

    const error = await failure(forge.updateComment(web, { on: "issue", number: 1 }, "../../1", "x"));

    expect(error.kind).toBe("refused");
    expect(fake.requests).toEqual([]);
  });
});

describe("the token", () => {
  test("goes to GitLab's own address as PRIVATE-TOKEN, and nowhere else", async () => {
    const { forge, web, fake } = gitlab;
    const seen: http.IncomingHttpHeaders[] = [];
    const elsewhere = http.createServer((request, response) => {
      seen.push(request.headers);
      response.end("{}");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const to = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/api/v4/user`;

    fake.faults.plan({ kind: "redirect", on: "show-project", to });
    fake.faults.plan({ kind: "redirect", on: "create-merge-request", to, status: 307 });
    const errors = [await failure(forge.getRepository(web)), await failure(forge.createPullRequest(web, topic))];
    await new Promise((resolve) => elsewhere.close(resolve));

    expect(errors.map(({ code }) => code)).toEqual(["REDIRECT_REFUSED", "REDIRECT_REFUSED"]);
    expect(fake.requests.map((request) => request.headers["private-token"])).toEqual([botToken, botToken]);
    expect(seen).toEqual([]);
  });

  test("that may only read can read, cannot push, and is told so in GitLab's words", async () => {
    const { forge, web, fake } = gitlab;
    fake.arrange.token("project_7_bot_ab12", "glpat-reader", { scopes: ["read_api"] });
    gitlab.useToken("glpat-reader");

    expect(await forge.checkAccess(web)).toEqual({ canRead: true, canPush: false });
    const error = await failure(forge.createPullRequest(web, topic));

    expect(error).toMatchObject({ kind: "permission", code: "FORGE_FORBIDDEN", status: 403 });
    expect(error.message).toContain("insufficient_scope");
    expect(error.message).toContain("higher privileges");
  });

  test("of somebody who may only report cannot push", async () => {
    const { forge, web, fake } = gitlab;
    fake.arrange.token("jo", "glpat-jo");
    gitlab.useToken("glpat-jo");

    expect(await forge.checkAccess(web)).toEqual({ canRead: true, canPush: false });
  });

  test("of another kind, which GitLab says nothing about, is judged by its user alone", async () => {
    const { forge, web, fake } = gitlab;
    fake.faults.plan({ kind: "not-found", on: "show-own-token" });

    expect(await forge.checkAccess(web)).toEqual({ canRead: true, canPush: true });
  });

  test("that was revoked is asked for once more, and then rests", async () => {
    const { forge, web, fake } = gitlab;
    fake.arrange.token("project_7_bot_ab12", "glpat-gone", { standing: "revoked" });
    gitlab.useToken("glpat-gone");

    const error = await failure(forge.getRepository(web));
    const again = await failure(forge.getRepository(web));

    expect(error).toMatchObject({ kind: "credential", code: "FORGE_CREDENTIAL_REFUSED" });
    expect(error.message).toContain("Token was revoked");
    expect(again.kind).toBe("credential");
    expect(fake.requests).toHaveLength(1);
  });

  test("that another one has replaced meanwhile is replaced here, and the call goes on", async () => {
    const { forge, web, fake } = gitlab;
    fake.arrange.token("project_7_bot_ab12", "glpat-old", { standing: "revoked" });
    const tokens = ["glpat-old", botToken];
    gitlab.useToken(() => tokens.shift() ?? botToken);

    expect(await forge.getRepository(web)).toMatchObject({ slug: path });
    expect(fake.requests.map((request) => request.status)).toEqual([401, 200]);
  });
});

describe("a branch", () => {
  test("that is not there is null, but a project that is hidden is an error", async () => {
    const { forge, web, fake } = gitlab;
    expect(await forge.getBranchTip(web, "nowhere")).toBeNull();

    fake.arrange.project("group/secret");
    const error = await failure(forge.getBranchTip({ ...web, slug: "group/secret" }, "main"));

    expect(error).toMatchObject({ kind: "not-found", code: "FORGE_NOT_FOUND" });
  });
});

describe("an answer", () => {
  test("that asks to wait in GitLab's own headers is waited for", async () => {
    const { forge, web, fake } = gitlab;
    const reset = Date.parse("2026-03-02T09:00:20.000Z") / 1000;
    fake.faults.plan({
      kind: "429",
      headers: { "ratelimit-remaining": "0", "ratelimit-reset": String(reset), "content-type": "text/plain" },
    });

    expect(await forge.getRepository(web)).toMatchObject({ slug: path });
    expect(gitlab.waits).toEqual([21_000]);
  });

  test("to a write that came from a broken proxy leaves it unknown, and the write is not sent again", async () => {
    const { forge, web, fake } = gitlab;
    fake.faults.plan({ kind: "5xx-after" });

    const error = await failure(forge.createPullRequest(web, topic));

    expect(error).toMatchObject({ kind: "unknown", status: 502 });
    expect(fake.requests).toHaveLength(1);
    expect(stored(1)).toBeDefined();
  });

  test.each([
    ["a merge request of another project", { web_url: "https://gitlab.example/other/web/-/merge_requests/1" }],
    ["another number", { iid: 2 }],
    ["a number that is a text", { iid: "1" }],
    ["a commit that is none", { sha: "HEAD" }],
    ["a state that GitLab does not have", { state: "draft" }],
    ["no branch", { source_branch: undefined }],
    ["a time without a zone", { created_at: "2026-03-02 09:00" }],
  ])("with %s is not believed", async (_what, change) => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    fake.changeAnswers((answer) => ({ ...answer, ...change }));

    const error = await failure(forge.getPullRequest(web, number));

    expect(error).toMatchObject({ kind: "liar", code: "FORGE_BAD_RESPONSE" });
  });

  test("that does not say which page is the next is not taken for the last", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    fake.dropHeader("x-next-page");

    const error = await failure(forge.listComments(web, { on: "pull-request", number }, {}));

    expect(error.kind).toBe("liar");
  });

  test("with times of a server's own zone is read in UTC", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    fake.changeAnswers((answer) => ({ ...answer, created_at: "2026-03-02T10:00:00.123+01:00" }));

    expect((await forge.getPullRequest(web, number)).openedAt).toBe("2026-03-02T09:00:00.123Z");
  });
});

test("a GitLab with a certificate of a private authority is reached over https", async () => {
  const { authority, certificate, key } = createTestCertificate();
  await using secured = await startGitlabUnderTest({ tls: { key, cert: certificate, authority } });

  expect(secured.fake.apiBaseUrl).toMatch(/^https:/);
  expect(await secured.forge.getRepository(secured.web)).toMatchObject({ slug: path });
});

test("an address that is not that of GitLab's API is refused at once", async () => {
  const { createGitlabForge } = await import("../../src/forges/gitlab/gitlab-forge.ts");

  expect(() =>
    createGitlabForge({ host: "gitlab.example", apiBaseUrl: "https://gitlab.example" }, {} as never),
  ).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
