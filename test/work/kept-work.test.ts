import { readFile, symlink, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { objectId } from "../../src/git/object-id.ts";
import { changesOfKeptWork, type KeptWork, openWorkKeeper, readKeptWork } from "../../src/work/kept-work.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const bytes = Buffer.from("as it was kept");
const id = objectId("sha1", "blob", bytes);
const work: KeptWork = {
  repository: "github.com/acme/web",
  baseBranch: "main",
  baseSha: "a".repeat(40),
  at: "2026-01-02T03:04:05.000Z",
  files: [{ kind: "put", mode: "100644", id, path: Buffer.from([0x61, 0xff]) }],
  summary: [],
  skipped: [],
};

async function kept(folder: string): Promise<string> {
  await using keeper = await openWorkKeeper(join(folder, "work-1"));
  await keeper.keep({ id }, bytes);
  await keeper.finish(work);
  await writeFile(join(folder, "result.json"), JSON.stringify({ work: "work-1", base_sha: work.baseSha }));
  return join(folder, "result.json");
}

test("work that was kept comes back as it was, whatever its files are called", async () => {
  await using folder = await temporaryDirectory();

  const found = await readKeptWork(await kept(folder.path));

  expect(found).toEqual({ work, folder: join(folder.path, "work-1") });
});

test("what was looked at is what is committed: a file that is changed or replaced behind the look is refused", async () => {
  await using folder = await temporaryDirectory();
  const found = await readKeptWork(await kept(folder.path));
  const seen: Buffer[] = [];
  const [change] = await changesOfKeptWork(found ?? { work, folder: "" }, (_path, content) => seen.push(content));
  const read = async (): Promise<Buffer> => {
    const parts: Uint8Array[] = [];
    if (change?.kind === "put") for await (const part of change.bytes()) parts.push(Buffer.from(part as Uint8Array));
    return Buffer.concat(parts);
  };

  expect(seen).toEqual([bytes]);
  expect(await read()).toEqual(bytes);
  const file = join(folder.path, "work-1", id);
  await writeFile(file, "something else");
  await expect(read()).rejects.toMatchObject({ code: "CHECKOUT_UNSAFE" });
  await rm(file);
  await writeFile(join(folder.path, "elsewhere"), bytes);
  await symlink(join(folder.path, "elsewhere"), file);
  await expect(read()).rejects.toMatchObject({ code: "CHECKOUT_UNSAFE" });
  expect(await readFile(join(folder.path, "elsewhere"))).toEqual(bytes);
});

test.each(["not JSON", "null", '{"work": "work-1"}', '{"status": "success"}'])(
  "a result of a program's own, such as %s, names no kept work",
  async (text) => {
    await using folder = await temporaryDirectory();
    await writeFile(join(folder.path, "result.json"), text);

    expect(await readKeptWork(join(folder.path, "result.json"))).toBeNull();
  },
);

test("a result that names work which is not there is refused", async () => {
  await using folder = await temporaryDirectory();
  const path = await kept(folder.path);
  await rm(join(folder.path, "work-1"), { recursive: true });

  await expect(readKeptWork(path)).rejects.toMatchObject({ code: "PAYLOAD_INVALID" });
});
