import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createGitlabForge } from "../../src/forges/gitlab/gitlab-forge.ts";
import { createLoopbackCertificate } from "../../src/demo/local-forge/loopback-certificate.ts";
import { answer, type ApiAnswer } from "../../src/demo/local-forge/gitlab/api-answer.ts";
import { shaFor } from "../../src/demo/local-forge/gitlab/gitlab-fake.ts";
import type { Operation } from "../../src/demo/local-forge/gitlab/routes.ts";
import { failure, type GitlabUnderTest, startGitlabUnderTest, topic, webPath } from "./gitlab-under-test.ts";

let gitlab: GitlabUnderTest;

beforeEach(async () => {
  gitlab = await startGitlabUnderTest();
});
afterEach(async () => {
  await gitlab[Symbol.asyncDispose]();
});

describe("a merge request", () => {
  test("has its iid as number, and the id that nobody sees as id", async () => {
    const { forge, web } = gitlab;

    const opened = await forge.createPullRequest(web, topic);

    expect(opened.number).toBe(1);
    expect(opened.id).toBe(String(gitlab.stored(1)?.id));
    expect(opened.url).toBe(`${gitlab.fake.origin}/${webPath}/-/merge_requests/1`);
  });

  test("that is just being merged is open", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    Object.assign(gitlab.stored(number) ?? {}, { state: "locked" });

    expect(await forge.getPullRequest(web, number)).toMatchObject({ state: "open", mergedAt: null });
  });

  test("that was squashed has the squash commit as the one that stands on the base branch", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    expect((await forge.getPullRequest(web, number)).mergeCommitSha).toBeNull();

    const merge = { mergeCommitSha: shaFor("merge"), squashCommitSha: shaFor("squash") };
    fake.people.mergeMergeRequest(webPath, number, "sue", merge);

    expect(await forge.getPullRequest(web, number)).toMatchObject({
      state: "merged",
      mergeCommitSha: shaFor("squash"),
    });
  });

  test("from a fork that is gone is readable, and from no repository", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    Object.assign(gitlab.stored(number) ?? {}, { sourceProjectId: null });

    expect(await forge.getPullRequest(web, number)).toMatchObject({ headRepositoryId: null });
  });

  test("of a fork is not taken for one of our branch of the same name", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    Object.assign(gitlab.stored(number) ?? {}, { sourceProjectId: 999 });
    const ours = await forge.createPullRequest(web, topic);

    const found = await forge.listPullRequests(web, { state: "open", headBranch: "topic" });

    expect(found.map((one) => one.number)).toEqual([ours.number]);
    expect(await forge.listPullRequests(web, { state: "open" })).toHaveLength(2);
  });

  test("that was merged stays merged when somebody closes it late, and says so", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    fake.people.mergeMergeRequest(webPath, number, "sue");

    expect(await forge.updatePullRequest(web, number, { state: "closed" })).toMatchObject({ state: "merged" });
  });

  test("and an issue are left as they are when nothing is to be changed", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    const issue = await forge.createIssue(web, { title: "Broken", body: "" });

    expect(await forge.updatePullRequest(web, number, {})).toMatchObject({ number, title: topic.title });
    expect(await forge.updateIssue(web, issue.number, {})).toEqual(issue);
    expect(fake.requests.filter(({ method }) => method === "PUT")).toEqual([]);
  });

  test("and a comment are cut where GitLab takes no more, and keep the marker by which we find them", async () => {
    const { forge, web } = gitlab;
    const marker = "<!-- pullwright:v1 k=0123456789abcdef m=0123456789ab -->";
    const body = `${"x".repeat(1_200_000)}\n${marker}`;

    const opened = await forge.createPullRequest(web, { ...topic, title: "y".repeat(300), body });
    const comment = await forge.createComment(web, { on: "pull-request", number: opened.number }, body);

    expect([opened.body.length, comment.body.length, opened.title.length]).toEqual([1_048_576, 1_000_000, 255]);
    expect([opened.body, comment.body].every((text) => text.endsWith(marker))).toBe(true);
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
    gitlab.onWait(() => fake.arrange.branch(webPath, "late", shaFor("late")));

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
  beforeEach(() => gitlab.fake.arrange.rename(webPath, "group/renamed"));

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
    fake.people.editMergeRequest(webPath, number, "sue", { title: "Another title" });
    fake.people.comment(webPath, "MergeRequest", number, "sue", "Looks good");
    fake.people.closeMergeRequest(webPath, number, "sue");

    const comments = await forge.listComments(web, { on: "pull-request", number }, {});

    expect(comments.map((comment) => comment.body)).toEqual(["Looks good"]);
    expect(comments[0]?.url).toBe(`${fake.origin}/${webPath}/-/merge_requests/${number}#note_${comments[0]?.id}`);
    expect(gitlab.stored(number)?.notes).toHaveLength(3);
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
      fake.people.comment(webPath, "MergeRequest", number, "sue", `Comment ${index}`);
    const notes = gitlab.stored(number)?.notes ?? [];
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
    expect(gitlab.stored(number)?.notes).toEqual([]);
  });

  test("that are written while pages are turned are not listed twice", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    for (let index = 0; index < 100; index += 1)
      fake.people.comment(webPath, "MergeRequest", number, "sue", `Comment ${index}`);
    const write = (given: ApiAnswer) => {
      fake.people.comment(webPath, "MergeRequest", number, "sue", "Written meanwhile");
      return { ...given, headers: { ...given.headers, "x-next-page": "2" } };
    };
    fake.faults.plan({ kind: "other-answer", on: "list-merge-request-notes", change: write });

    const found = await forge.listComments(web, { on: "pull-request", number }, { since: "2026-03-01T00:00:00.000Z" });

    expect(found.map((comment) => comment.body)).toEqual(Array.from({ length: 100 }, (_, index) => `Comment ${index}`));
  });

  test("are changed by a number only", async () => {
    const { forge, web, fake } = gitlab;

    const error = await failure(forge.updateComment(web, { on: "issue", number: 1 }, "../../1", "x"));

    expect(error.kind).toBe("refused");
    expect(fake.requests).toEqual([]);
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

    expect(await forge.getRepository(web)).toMatchObject({ slug: webPath });
    expect(gitlab.waits).toEqual([21_000]);
  });

  test("to a write that came from a broken proxy leaves it unknown, and the write is not sent again", async () => {
    const { forge, web, fake } = gitlab;
    fake.faults.plan({ kind: "5xx-after" });

    const error = await failure(forge.createPullRequest(web, topic));

    expect(error).toMatchObject({ kind: "unknown", status: 502 });
    expect(fake.requests).toHaveLength(1);
    expect(gitlab.stored(1)).toBeDefined();
  });

  test.each([
    ["a merge request of another project", { web_url: "https://gitlab.example/other/web/-/merge_requests/1" }],
    ["another one of the project", { iid: 2, web_url: "https://gitlab.example/group/sub/web/-/merge_requests/2" }],
    ["another number than on its page", { iid: 2 }],
    ["a number that is a text", { iid: "1" }],
    ["a commit that is none", { sha: "HEAD" }],
    ["a state that GitLab does not have", { state: "draft" }],
    ["no branch", { source_branch: undefined }],
    ["a time without a zone", { created_at: "2026-03-02 09:00" }],
  ])("with %s is not believed", async (_what, change) => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    gitlab.answerWith("show-merge-request", change);

    const error = await failure(forge.getPullRequest(web, number));

    expect(error).toMatchObject({ kind: "liar", code: "FORGE_BAD_RESPONSE" });
  });

  test("about something else than was asked for is not believed", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    const target = { on: "pull-request", number } as const;
    const comment = await forge.createComment(web, target, "Hello");
    const { number: issue } = await forge.createIssue(web, { title: "Broken", body: "" });
    const calls: [Operation, () => Promise<unknown>][] = [
      ["show-merge-request", () => forge.getPullRequest(web, number)],
      ["update-merge-request", () => forge.updatePullRequest(web, number, { body: "x" })],
      ["show-issue", () => forge.getIssue(web, issue)],
      ["update-issue", () => forge.updateIssue(web, issue, { body: "x" })],
      ["update-merge-request-note", () => forge.updateComment(web, target, comment.id, "x")],
      ["show-member", () => forge.checkAccess(web)],
    ];

    for (const [on, call] of calls) {
      fake.faults.plan({ kind: "wrong-id", on, times: Infinity });
      expect(await failure(call()), on).toMatchObject({ code: "FORGE_BAD_RESPONSE" });
    }
    gitlab.answerWith("show-branch", { name: "another" });
    expect((await failure(forge.getBranchTip(web, "topic"))).kind).toBe("liar");
    gitlab.answerWith("show-project", { path_with_namespace: "group/other" });
    expect((await failure(forge.getRepository(web))).kind).toBe("liar");
  });

  test("with comments of another conversation is not believed", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    fake.people.comment(webPath, "MergeRequest", number, "sue", "Hello");
    const ofAnIssue = ({ body, ...rest }: ApiAnswer) => ({
      ...rest,
      body: (body as object[]).map((note) => ({ ...note, noteable_type: "Issue" })),
    });
    fake.faults.plan({ kind: "other-answer", on: "list-merge-request-notes", times: Infinity, change: ofAnIssue });

    expect((await failure(forge.listComments(web, { on: "pull-request", number }, {}))).kind).toBe("liar");
  });

  test("that somebody else is changing the same thing is asked for again", async () => {
    const { forge, web, fake } = gitlab;
    const change = () => answer(409, { message: "409 Conflict: Resource lock" });
    fake.faults.plan({ kind: "other-answer", on: "update-merge-request", change });
    const { number } = await forge.createPullRequest(web, topic);

    expect(await forge.updatePullRequest(web, number, { body: "New" })).toMatchObject({ body: "New" });
  });

  test("that does not say which page is the next is not taken for the last", async () => {
    const { forge, web, fake } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    const change = ({ status, body }: ApiAnswer) => answer(status, body);
    fake.faults.plan({ kind: "other-answer", on: "list-merge-request-notes", times: Infinity, change });

    const error = await failure(forge.listComments(web, { on: "pull-request", number }, {}));

    expect(error.kind).toBe("liar");
  });

  test("with times of a server's own zone is read in UTC", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    gitlab.answerWith("show-merge-request", { created_at: "2026-03-02T10:00:00.123+01:00" });

    expect((await forge.getPullRequest(web, number)).openedAt).toBe("2026-03-02T09:00:00.123Z");
  });
});

test("a GitLab with a certificate of a private authority is reached over https", async () => {
  const { authority, certificate, key } = createLoopbackCertificate();
  await using secured = await startGitlabUnderTest({ tls: { key, cert: certificate, authority } });

  expect(secured.fake.apiBaseUrl).toMatch(/^https:/);
  expect(await secured.forge.getRepository(secured.web)).toMatchObject({ slug: webPath });
});

test("a GitLab that lives below a path of its server is known by that", async () => {
  await using below = await startGitlabUnderTest({ prefix: "/gitlab" });
  const { forge, web, fake } = below;

  const { number, url } = await forge.createPullRequest(web, topic);
  const comment = await forge.createComment(web, { on: "pull-request", number }, "Hello");
  fake.arrange.rename(webPath, "group/renamed");

  expect(url).toBe(`${fake.origin}/gitlab/${webPath}/-/merge_requests/1`);
  expect(comment.url).toBe(`${url}#note_${comment.id}`);
  expect(await forge.getPullRequest(web, number)).toMatchObject({ number, title: topic.title });
});

test("an address that is not that of GitLab's API is refused at once", () => {
  expect(() =>
    createGitlabForge({ host: "gitlab.example", apiBaseUrl: "https://gitlab.example" }, {} as never),
  ).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
