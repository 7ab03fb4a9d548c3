import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createGitHttp } from "../../src/demo/local-forge/git-http.ts";
import { createGitRepositories } from "../../src/demo/local-forge/git-repositories.ts";
import { errorOf } from "../conformance/forge-session.ts";
import { proposal, startGithubUnderTest } from "./github-under-test.ts";

test("git and the API live at one address, and a pull request is about what was really pushed there", async () => {
  await using github = await startGithubUnderTest();
  const { fake, forge, web } = github;
  const directory = await mkdtemp(join(tmpdir(), "pullwright-github-"));
  const [rootDir, homeDir] = [join(directory, "repositories"), join(directory, "home")];
  await Promise.all([mkdir(rootDir), mkdir(homeDir)]);
  const repositories = createGitRepositories({ rootDir, homeDir });
  await repositories.create("acme/web");
  const git = createGitHttp({ rootDir, homeDir, allow: () => ({ kind: "granted", user: "bot" }) });
  fake.attachGit(
    async (slug, branch) => (await repositories.refs(slug)).get(`refs/heads/${branch}`) ?? null,
    (request, response) => {
      git(request, response).catch(() => response.destroy());
    },
  );

  await repositories.commit("acme/web", [{ branch: "main", message: "Begin", files: { "a.txt": "1" } }]);
  const early = await errorOf(forge.createPullRequest(web, proposal));
  const work = { branch: "topic", from: "refs/heads/main", message: "Work", files: { "b.txt": "2" } };
  const pushed = await repositories.commit("acme/web", [work]);
  const opened = await forge.createPullRequest(web, proposal);
  const more = await repositories.commit("acme/web", [
    { branch: "topic", from: "refs/heads/topic^0", message: "More", files: { "c.txt": "3" } },
  ]);
  const later = await forge.getPullRequest(web, opened.number);
  const advertised = await fetch(`${fake.origin}/acme/web.git/info/refs?service=git-upload-pack`);

  const tipIn = (refs: Iterable<readonly [string, string]>) => [...refs].find(([ref]) => ref.endsWith("topic"))?.[1];
  expect(early.kind).toBe("transient");
  expect(opened.headSha).toBe(tipIn(pushed));
  expect(later.headSha).toBe(tipIn(more));
  expect(await forge.getBranchTip(web, "topic")).toBe(tipIn(more));
  expect(await advertised.text()).toContain(`${tipIn(more)} refs/heads/topic`);
  await rm(directory, { recursive: true, force: true });
});
