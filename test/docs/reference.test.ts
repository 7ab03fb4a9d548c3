import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { referencePages } from "../../scripts/generate/reference-pages.ts";
import { root } from "./documents.ts";

test("the reference says what the code is now", async () => {
  expect(await check(root)).toBe("up to date");
});

test("making the reference twice makes the same bytes", async () => {
  const [once, twice] = [await referencePages(), await referencePages()];

  expect([...twice]).toEqual([...once]);
});

test("a page that differs, one that is missing and one too many are each named", async () => {
  const copy = await mkdtemp(join(tmpdir(), "pullwright-reference-"));
  try {
    // The generator writes beside itself, so it runs in a copy; the code that it reads is the checkout's own.
    await cp(join(root, "scripts", "generate.ts"), join(copy, "scripts", "generate.ts"), { recursive: true });
    await cp(join(root, "docs", "reference"), join(copy, "docs", "reference"), { recursive: true });
    const script = await readFile(join(copy, "scripts", "generate.ts"), "utf8");
    await writeFile(
      join(copy, "scripts", "generate.ts"),
      script.replace(`"./generate/`, `"${join(root, "scripts", "generate")}/`),
    );
    await writeFile(join(copy, "package.json"), `{"type":"module"}`);
    await rm(join(copy, "docs", "reference", "errors.md"));
    await writeFile(join(copy, "docs", "reference", "config.md"), "# Another\n");
    await writeFile(join(copy, "docs", "reference", "gone.md"), "");

    const said = await check(copy);

    expect(said).toContain("config.md:1 differs");
    expect(said).toContain("errors.md is missing");
    expect(said).toContain("gone.md is made by nothing");
  } finally {
    await rm(copy, { recursive: true });
  }
});

async function check(folder: string): Promise<string> {
  return promisify(execFile)(process.execPath, [join(folder, "scripts", "generate.ts"), "--check"], {
    cwd: folder,
  }).then(
    () => "up to date",
    (error: { stdout?: string; stderr?: string }) => `${error.stdout ?? ""}${error.stderr ?? ""}`,
  );
}
