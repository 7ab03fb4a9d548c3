import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createWorkFileReader } from "./work-file.ts";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "pullwright-files-")));
});
afterEach(() => rmSync(root, { recursive: true }));

test("a file that changes while it is read is read again", async () => {
  writeFileSync(join(root, "a"), "first");
  let changes = 2;
  await using reader = createWorkFileReader(root, 100, () => {
    if (changes > 0) writeFileSync(join(root, "a"), `again ${(changes -= 1)}`);
  });

  const file = await reader.read(Buffer.from("a"));

  expect(file).toMatchObject({ kind: "file", bytes: Buffer.from("again 0") });
});

test("a file that never keeps still is refused", async () => {
  writeFileSync(join(root, "a"), "");
  let text = "";
  await using reader = createWorkFileReader(root, 100, () => writeFileSync(join(root, "a"), (text += "x")));

  await expect(reader.read(Buffer.from("a"))).rejects.toMatchObject({ code: "CHECKOUT_UNSAFE" });
});

test("a file that is longer than may be taken is refused before it is read", async () => {
  writeFileSync(join(root, "a"), "0123456789");
  await using reader = createWorkFileReader(root, 9);

  await expect(reader.read(Buffer.from("a"))).rejects.toMatchObject({ code: "WORK_TOO_LARGE" });
});
