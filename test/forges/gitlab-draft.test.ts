import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitlabUnderTest, startGitlabUnderTest, topic, webPath } from "./gitlab-under-test.ts";

let gitlab: GitlabUnderTest;

beforeEach(async () => {
  gitlab = await startGitlabUnderTest();
});
afterEach(async () => {
  await gitlab[Symbol.asyncDispose]();
});

describe("a draft", () => {
  test("is a mark in GitLab's title, and a field to whoever calls us", async () => {
    const { forge, web } = gitlab;

    const opened = await forge.createPullRequest(web, { ...topic, draft: true });

    expect(gitlab.stored(opened.number)?.title).toBe("Draft: Add a dark theme");
    expect(opened).toMatchObject({ title: "Add a dark theme", draft: true });
    expect(await forge.getPullRequest(web, opened.number)).toMatchObject({ title: "Add a dark theme", draft: true });
  });

  test.each(["Draft: Add x", "draft:Add x", "[Draft] Add x", "(DRAFT) Add x", "WIP: Add x", "Draft: WIP: Add x"])(
    "is marked once when the title already says %j",
    async (title) => {
      const { forge, web } = gitlab;

      const opened = await forge.createPullRequest(web, { ...topic, title, draft: true });

      expect(gitlab.stored(opened.number)?.title).toBe("Draft: Add x");
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
    expect(gitlab.stored(number)?.title).toBe("Draft: Add two themes");

    fake.people.editMergeRequest(webPath, number, "sue", { title: "Add two themes" });
    await forge.updatePullRequest(web, number, { title: "Add three themes" });
    expect(gitlab.stored(number)?.title).toBe("Add three themes");
  });

  test("with the longest title that GitLab takes is cut by its mark, and not refused", async () => {
    const { forge, web } = gitlab;

    const opened = await forge.createPullRequest(web, { ...topic, title: "x".repeat(255), draft: true });

    expect(gitlab.stored(opened.number)?.title).toHaveLength(255);
    expect(opened.draft).toBe(true);
  });

  test("of an older GitLab, which calls it work in progress, is known", async () => {
    const { forge, web } = gitlab;
    const { number } = await forge.createPullRequest(web, topic);
    gitlab.answerWith("show-merge-request", { draft: undefined, work_in_progress: true, title: "WIP: Add x" });

    expect(await forge.getPullRequest(web, number)).toMatchObject({ title: "Add x", draft: true });
  });
});
