import { mkdtemp, readFile, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openArtifacts } from "./artifacts.ts";

test("an artifact is there whole, takes the place of the one before, and leaves nothing else behind", async () => {
  const parent = await mkdtemp(join(tmpdir(), "pullwright-artifacts-"));
  try {
    const folder = await openArtifacts(parent, "github_pr");
    await folder.write("a.json", "1");
    const path = await folder.write("a.json", "2");

    expect(await readFile(path, "utf8")).toBe("2");
    expect(await readdir(folder.folder)).toEqual(["a.json"]);
  } finally {
    await rm(parent, { recursive: true });
  }
});

test("a link in the folder's place leads nobody's files elsewhere", async () => {
  const parent = await mkdtemp(join(tmpdir(), "pullwright-artifacts-"));
  const elsewhere = await mkdtemp(join(tmpdir(), "pullwright-elsewhere-"));
  try {
    await symlink(elsewhere, join(parent, "github_pr"));

    await expect(openArtifacts(parent, "github_pr")).rejects.toMatchObject({ code: "CHECKOUT_UNSAFE" });
    expect(await readdir(elsewhere)).toEqual([]);
  } finally {
    await Promise.all([parent, elsewhere].map((folder) => rm(folder, { recursive: true })));
  }
});
