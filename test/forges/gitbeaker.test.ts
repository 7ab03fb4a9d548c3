import http from "node:http";
import type { AddressInfo } from "node:net";
import { MergeRequests, Projects } from "@gitbeaker/rest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { botToken, type GitlabUnderTest, startGitlabUnderTest, webPath } from "./gitlab-under-test.ts";

let gitlab: GitlabUnderTest;

beforeEach(async () => {
  gitlab = await startGitlabUnderTest();
});
afterEach(async () => {
  await gitlab[Symbol.asyncDispose]();
});

describe("Gitbeaker left to itself, which is why its requester is replaced by ours,", () => {
  test("takes the token to another address when it is sent there", async () => {
    const seen: http.IncomingHttpHeaders[] = [];
    const elsewhere = http.createServer((request, response) => {
      seen.push(request.headers);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
    const to = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`;
    gitlab.fake.faults.plan({ kind: "redirect", to });

    await new Projects({ host: gitlab.fake.origin, token: botToken }).show(webPath);
    await new Promise((resolve) => elsewhere.close(resolve));

    expect(seen.map((headers) => headers["private-token"])).toEqual([botToken]);
  });

  test("sends a write again after a 502, though it was done", async () => {
    gitlab.fake.faults.plan({ kind: "5xx-after" });

    const opened = new MergeRequests({ host: gitlab.fake.origin, token: botToken }).create(
      webPath,
      "topic",
      "main",
      "Add x",
    );

    await expect(opened).rejects.toThrow(/already exists/);
    expect(gitlab.fake.requests.map((request) => request.status)).toEqual([502, 409]);
  });
});
