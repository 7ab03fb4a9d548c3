import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createGitHttp } from "../../src/demo/local-forge/git-http.ts";
import { createGitRepositories } from "../../src/demo/local-forge/git-repositories.ts";
import { failure, startGitlabUnderTest, topic, webPath } from "./gitlab-under-test.ts";

test("git and the API live at one address, and a merge request is about what was really pushed there", async () => {
  await using gitlab = await startGitlabUnderTest();
  const { fake, forge, web } = gitlab;
  const directory = await mkdtemp(join(tmpdir(), "pullwright-gitlab-"));
  const [rootDir, homeDir] = [join(directory, "repositories"), join(directory, "home")];
  await Promise.all([mkdir(rootDir), mkdir(homeDir)]);
  const repositories = createGitRepositories({ rootDir, homeDir });
  await repositories.create(webPath);
  const git = createGitHttp({ rootDir, homeDir, allow: () => ({ kind: "granted", user: "bot" }) });
  fake.attachGit(
    async (project, branch) => (await repositories.refs(project)).get(`refs/heads/${branch}`) ?? null,
    (request, response) => {
      git(request, response).catch(() => response.destroy());
    },
  );

  await repositories.commit(webPath, [{ branch: "main", message: "Begin", files: { "a.txt": "1" } }]);
  const early = await failure(forge.createPullRequest(web, topic));
  const work = { branch: "topic", from: "refs/heads/main", message: "Work", files: { "b.txt": "2" } };
  const pushed = await repositories.commit(webPath, [work]);
  const opened = await forge.createPullRequest(web, topic);
  const advertised = await fetch(`${fake.origin}/${webPath}.git/info/refs?service=git-upload-pack`);

  expect(early.kind).toBe("transient");
  expect(opened.headSha).toBe([...pushed].find(([ref]) => ref.endsWith("topic"))?.[1]);
  expect(await advertised.text()).toContain(`${opened.headSha} refs/heads/topic`);
  await rm(directory, { recursive: true, force: true });
});
