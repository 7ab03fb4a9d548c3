import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answer } from "../../src/demo/local-forge/gitlab/api-answer.ts";
import { botToken, failure, type GitlabUnderTest, startGitlabUnderTest, topic, webPath } from "./gitlab-under-test.ts";

let gitlab: GitlabUnderTest;

beforeEach(async () => {
  gitlab = await startGitlabUnderTest();
});
afterEach(async () => {
  await gitlab[Symbol.asyncDispose]();
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

  test("cannot push to what is archived", async () => {
    const { forge, web, fake } = gitlab;
    const [project] = fake.state.projects;
    Object.assign(project ?? {}, { isArchived: true });

    expect(await forge.checkAccess(web)).toEqual({ canRead: true, canPush: false });
    expect((await failure(forge.createPullRequest(web, topic))).kind).toBe("permission");
  });

  test("of another kind, which GitLab says nothing about, is judged by its user alone", async () => {
    const { forge, web, fake } = gitlab;
    const change = () => answer(404, { message: "404 Not Found" });
    fake.faults.plan({ kind: "other-answer", on: "show-own-token", change });

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

    expect(await forge.getRepository(web)).toMatchObject({ slug: webPath });
    expect(fake.requests.map((request) => request.status)).toEqual([401, 200]);
  });
});
