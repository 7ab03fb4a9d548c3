import { describe, expect, test } from "vitest";
import type { ApiAnswer } from "../../src/demo/local-forge/gitlab/api-answer.ts";
import { newestStatuses } from "../../src/demo/local-forge/gitlab/commit-statuses.ts";
import { projectCalled } from "../../src/demo/local-forge/gitlab/gitlab-state.ts";
import type { CheckReport, InlineComment } from "../../src/forges/forge.ts";
import { type ForgeGit, startForgeGit } from "../conformance/forge-git.ts";
import { failure, type GitlabUnderTest, startGitlabUnderTest, webPath } from "./gitlab-under-test.ts";

const comment: InlineComment = {
  path: "src/long.ts",
  oldPath: null,
  startLine: 20,
  endLine: 23,
  oldStartLine: null,
  oldEndLine: 21,
  body: "Why anew?",
};

type Reviews = GitlabUnderTest & { git: ForgeGit; number: number };

/** A GitLab over a real repository, with a merge request to review. */
async function startReviews(): Promise<Reviews> {
  const gitlab = await startGitlabUnderTest();
  const git = await startForgeGit(webPath);
  gitlab.fake.attachGit(git.branchTip, undefined, git.repositories);
  const asked = { title: "Work", description: "", sourceBranch: "feature/one", targetBranch: "main" };
  const { iid } = await gitlab.fake.people.openMergeRequest(webPath, "sue", asked);
  return {
    ...gitlab,
    git,
    number: iid,
    [Symbol.asyncDispose]: async () => {
      await gitlab[Symbol.asyncDispose]();
      await git[Symbol.asyncDispose]();
    },
  };
}

describe("a comment at lines", () => {
  test("says where it stands in numbers, with both of an unchanged line", async () => {
    await using gitlab = await startReviews();
    const { forge, fake, web, number, git } = gitlab;
    const change = await forge.getChange(web, number);

    await forge.postInlineComments(web, number, { change, comments: [comment] });

    const sent = fake.requests.find(({ operation }) => operation === "create-discussion");
    expect(sent?.headers["content-type"]).toBe("application/json");
    expect(JSON.parse(sent?.body ?? "")).toEqual({
      body: "Why anew?",
      position: {
        position_type: "text",
        base_sha: git.mergeBaseSha,
        start_sha: git.mainSha,
        head_sha: git.featureSha,
        new_path: "src/long.ts",
        old_path: "src/long.ts",
        new_line: 23,
        old_line: 21,
        line_range: { start: { type: "new", new_line: 20 }, end: { type: "old", new_line: 23, old_line: 21 } },
      },
    });
  });

  test("is at its last line alone when nobody says what the first one was", async () => {
    await using gitlab = await startReviews();
    const { forge, fake, web, number } = gitlab;
    const change = await forge.getChange(web, number);
    const { oldStartLine: _unknown, ...others } = comment;

    await forge.postInlineComments(web, number, { change, comments: [others] });

    const sent = fake.requests.find(({ operation }) => operation === "create-discussion");
    expect(JSON.parse(sent?.body ?? "").position).not.toHaveProperty("line_range");
  });

  test("is told to the hooks with its place, is in no list of comments, and does not mix with system notes", async () => {
    await using gitlab = await startReviews();
    const { forge, fake, web, number } = gitlab;
    fake.arrange.hook(webPath, "http://127.0.0.1:9/webhooks", { plainToken: "plain" });
    const change = await forge.getChange(web, number);
    const { threads } = await forge.postInlineComments(web, number, { change, comments: [comment] });
    await forge.resolveThread(web, number, threads[0]?.id ?? "");
    fake.people.editMergeRequest(webPath, number, "sue", { title: "Better work" });

    await fake.hooks.settled();

    const note = fake.hooks.deliveries.find(({ event }) => event === "Note Hook");
    expect(JSON.parse(note?.body ?? "").object_attributes).toMatchObject({ type: "DiffNote", position: {} });
    expect(await forge.listComments(web, { on: "pull-request", number }, {})).toEqual([]);
    expect((await forge.listThreads(web, number)).map(({ comments }) => comments.length)).toEqual([1]);
    expect(gitlab.stored(number)?.notes.map(({ isSystem }) => isSystem)).toEqual([false, true, true]);
  });

  test.each<[string, number, unknown, string]>([
    ["400", 400, { message: '400 Bad request - Note {:line_code=>["can\'t be blank"]}' }, "refused"],
    ["422", 422, { message: { line_code: ["must be a valid line code"] } }, "refused"],
    ["500 that says so", 500, { message: "500 Internal Server Error: line_code" }, "refused"],
    ["500 that says nothing", 500, { message: "500 Internal Server Error" }, "unknown"],
  ])("that GitLab cannot place: %s", async (_how, status, body, kind) => {
    await using gitlab = await startReviews();
    const { forge, fake, web, number } = gitlab;
    const change = await forge.getChange(web, number);
    const instead = (given: ApiAnswer): ApiAnswer => ({ ...given, status, body });
    fake.faults.plan({ kind: "other-answer", on: "create-discussion", change: instead });

    const error = await failure(forge.postInlineComments(web, number, { change, comments: [comment] }));

    expect(error.kind).toBe(kind);
  });
});

describe("a change", () => {
  test.each([
    ["nothing yet", null],
    ["empty words", { base_sha: null, start_sha: null, head_sha: null }],
    ["the push before", { base_sha: "1".repeat(40), start_sha: "2".repeat(40), head_sha: "3".repeat(40) }],
  ])("of which GitLab tells %s is asked for later", async (_what, refs) => {
    await using gitlab = await startReviews();
    gitlab.answerWith("show-merge-request", { diff_refs: refs });

    expect(await failure(gitlab.forge.getChange(gitlab.web, gitlab.number))).toMatchObject({
      kind: "transient",
      code: "FORGE_UNAVAILABLE",
    });
  });

  test("that was pushed is told with the commit before", async () => {
    await using gitlab = await startReviews();
    const { fake, git } = gitlab;
    fake.arrange.hook(webPath, "http://127.0.0.1:9/webhooks", { plainToken: "plain" });

    const headSha = await fake.people.pushCommit(webPath, "sue", {
      branch: "feature/one",
      message: "More",
      files: { "more.txt": "more\n" },
    });
    await fake.hooks.settled();

    const told = fake.hooks.deliveries.find(({ event }) => event === "Merge Request Hook");
    expect(JSON.parse(told?.body ?? "").object_attributes).toMatchObject({
      action: "update",
      oldrev: git.featureSha,
      last_commit: { id: headSha },
    });
  });
});

describe("what a person may do", () => {
  test.each([
    ["blocked", { state: "blocked" }],
    ["not let in yet", { membership_state: "awaiting" }],
  ])("is nothing when they are %s", async (_how, fields) => {
    await using gitlab = await startReviews();
    const { forge, fake, web } = gitlab;
    const sue = { id: String(fake.state.users.find(({ username }) => username === "sue")?.id), login: "sue" };
    expect(await forge.getPermission(web, sue)).toBe("write");

    gitlab.answerWith("show-member", fields);

    expect(await forge.getPermission(web, sue)).toBe("none");
  });
});

describe("a commit status", () => {
  const report: Omit<CheckReport, "sha"> = {
    name: "pullwright review",
    state: "success",
    title: "t".repeat(400),
    summary: "",
    url: `https://pullwright.example/${"long/".repeat(60)}`,
  };

  test("has the text that fits, and no address that does not", async () => {
    await using gitlab = await startReviews();
    const { forge, fake, web, git } = gitlab;

    const { url } = await forge.reportCheck(web, { ...report, sha: git.featureSha });

    const [status] = newestStatuses(projectCalled(fake.state, webPath), git.featureSha);
    expect(url).toBe(report.url);
    expect(status?.description).toHaveLength(255);
    expect(status?.targetUrl).toBeNull();
  });

  test("of a fork's commit has nowhere to stand", async () => {
    await using gitlab = await startReviews();
    const { forge, fake, web } = gitlab;
    const fork = await fake.people.fork(webPath, "jo");
    const push = { branch: "outside", from: "refs/heads/main", message: "Hello", files: { "a.txt": "a\n" } };
    const sha = await fake.people.pushCommit(fork, "jo", push);
    await fake.people.openMergeRequest(webPath, "jo", {
      title: "Hello",
      description: "",
      sourceBranch: "outside",
      targetBranch: "main",
      sourceProjectId: projectCalled(fake.state, fork).id,
    });

    expect(await failure(forge.reportCheck(web, { ...report, sha }))).toMatchObject({ kind: "not-found" });
  });
});
