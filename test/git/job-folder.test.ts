import { spawnSync } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeJobFolder, removeFoldersOfTheDead } from "../../src/git/job-folder.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test("what a killed process left of its jobs is removed by the next, and nothing of one that runs or is of elsewhere", async () => {
  await using folder = await temporaryDirectory();
  const ours = await makeJobFolder(folder.path);
  const elsewhere = join(folder.path, "git-0123456789ab-1-1-abcdef");
  await mkdir(elsewhere);
  const source = new URL("../../src/git/job-folder.ts", import.meta.url).href;
  const script = `const { makeJobFolder } = await import(${JSON.stringify(source)});
    await makeJobFolder(${JSON.stringify(folder.path)});
    process.kill(process.pid, "SIGKILL");`;
  const killed = spawnSync(process.execPath, ["--input-type=module", "-e", script]);
  expect(killed.signal).toBe("SIGKILL");
  expect(await readdir(folder.path)).toHaveLength(3);

  await removeFoldersOfTheDead(folder.path);

  const left = (await readdir(folder.path)).map((name) => join(folder.path, name));
  expect(left.toSorted()).toEqual([ours, elsewhere].toSorted());
});
