import { readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { logText, openWorkshop } from "./workshop.ts";

describe.each(["github", "gitlab"] as const)("at %s", (name) => {
  test("an agent's work becomes one branch, one commit and one draft pull request", async () => {
    await using shop = await openWorkshop(name);
    await shop.write({
      "src/client.ts": "export const retries = 3;\n",
      "docs/new file.md": "New\n",
      "src/old.ts": null,
      "commit_log.md": logText,
    });
    await shop.work();

    const command = await shop.run();

    expect(command).toMatchObject({ state: "succeeded", outcome_code: null });
    const { forge } = shop;
    const [pull, ...others] = await forge.pulls();
    expect(others).toEqual([]);
    expect(pull).toMatchObject({ branch: "pullwright/SCRUM-123", state: "open" });
    expect(command.links).toMatchObject([{ label: expect.stringContaining(String(pull?.number)) }]);
    const refs = await forge.repositories.refs(forge.slug);
    expect(refs.get("refs/heads/pullwright/SCRUM-123")).toBe(pull?.sha);
    const log = (
      await forge.repositories.git(forge.slug, ["log", "--format=%s|%an", `main..pullwright/SCRUM-123`])
    ).toString();
    expect(log).toBe("Implement SCRUM-123: Retry three times|pullwright\n");
    const changed = (
      await forge.repositories.git(forge.slug, ["diff", "--name-status", "main", "pullwright/SCRUM-123"])
    ).toString();
    expect(changed.trim().split("\n").toSorted()).toEqual(["A\tdocs/new file.md", "D\tsrc/old.ts", "M\tsrc/client.ts"]);
    const folder = join(shop.dataDir, "exports", "SCRUM-123", "github_pr");
    const result = JSON.parse(await readFile(join(folder, "github_pr_result.json"), "utf8")) as object;
    expect(result).toMatchObject({
      status: "success",
      pr_number: pull?.number,
      branch: "pullwright/SCRUM-123",
      draft: true,
    });
  });

  test("however often it is asked for, there is one; new content is one more commit on the same", async () => {
    await using shop = await openWorkshop(name);
    await shop.write({ "src/client.ts": "export const retries = 3;\n", "commit_log.md": logText });
    await shop.work();

    const first = await shop.run();
    const again = await shop.run();
    await shop.write({ "src/client.ts": "export const retries = 5;\n" });
    const third = await shop.run();

    expect([first.state, again.state, third.state]).toEqual(["succeeded", "succeeded", "succeeded"]);
    expect(again.result["commit_sha"]).toBe(first.result["commit_sha"]);
    const { forge } = shop;
    const pulls = await forge.pulls();
    expect(pulls).toHaveLength(1);
    expect(pulls[0]?.sha).toBe(third.result["commit_sha"]);
    expect(forge.pushed().map(({ ref }) => ref)).toEqual([
      "refs/heads/pullwright/SCRUM-123",
      "refs/heads/pullwright/SCRUM-123",
    ]);
    const parent = (await forge.repositories.git(forge.slug, ["rev-parse", "pullwright/SCRUM-123^"])).toString().trim();
    expect(parent).toBe(first.result["commit_sha"]);
  });
});

test("a checkout that is reached through a link is the place that the link leads to", async () => {
  await using shop = await openWorkshop("gitlab");
  await shop.write({
    "src/client.ts": "export const retries = 3;\n",
    "exports/SCRUM-123/codex_implementation/commit_log.md": logText,
  });
  const link = join(shop.directory, "link");
  await symlink(shop.checkout, link);
  await shop.work();

  const relative = await shop.run({ checkout: link, issue_dir: "exports/SCRUM-123" });
  const absolute = await shop.run({ checkout: link, issue_dir: join(link, "exports/SCRUM-123") });

  expect([relative, absolute]).toMatchObject([{ state: "succeeded" }, { state: "succeeded" }]);
  expect(absolute.result["commit_sha"]).toBe(relative.result["commit_sha"]);
  // The artifacts' folder and the log in it are no part of the work, whichever way they were reached.
  expect(relative.result["changed_files"]).toEqual(["src/client.ts"]);
});
