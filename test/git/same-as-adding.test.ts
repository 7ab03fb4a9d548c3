import { chmod, cp, lstat, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { objectId } from "../../src/git/object-id.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
let template: string;
let baseSha: string;
beforeAll(async () => {
  workshop = await openWorkshop();
  template = await workshop.folder("template");
  await workshop.theirGit(template, ["init", "--quiet", "--initial-branch=main"]);
  for (const path of ["a", "b", "d/x", "d/y"]) await put(template, path, `${path}\n`);
  await workshop.theirGit(template, ["add", "--all"]);
  await workshop.theirGit(template, ["commit", "--quiet", "--message=One"]);
  baseSha = (await workshop.theirGit(template, ["rev-parse", "HEAD"])).trim();
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** What an agent may do in a checkout. Few names, so that they meet: a file here is a folder there. */
const somePath = fc.constantFrom("a", "b", "d", "d/x", "d/y", "a/z", "new");
const someDeed = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant("write" as const), somePath, fc.constantFrom("1\n", "2\n", "a\n")) },
  fc.tuple(fc.constantFrom("remove" as const, "chmod" as const, "link" as const), somePath),
  fc.tuple(fc.constantFrom("add" as const, "add-later" as const, "forget" as const), somePath),
  fc.constantFrom(["add-all"] as const, ["commit"] as const),
);
type Deed = typeof someDeed extends fc.Arbitrary<infer T> ? T : never;

test("work is what `git add --all` would add, whatever was committed, staged, announced or forgotten before", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(someDeed, { minLength: 1, maxLength: 9 }), async (deeds) => {
      const root = join(await mkdtemp(join(await workshop.folder("deeds"), "c-")), "checkout");
      await cp(template, root, { recursive: true });
      await workshop.theirGit(root, ["update-index", "--refresh"]);
      for (const deed of deeds) await perform(root, deed);

      const ours = await ourChanges(root);

      expect(ours).toEqual(await addedByGit(root));
      await rm(dirname(root), { recursive: true });
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

test("a merge that was left in the middle is taken as its files lie there", async () => {
  const root = join(await mkdtemp(join(await workshop.folder("merges"), "c-")), "checkout");
  await cp(template, root, { recursive: true });
  await workshop.theirGit(root, ["checkout", "--quiet", "-b", "other"]);
  await put(root, "a", "theirs\n");
  await rm(join(root, "b"));
  await workshop.theirGit(root, ["commit", "--quiet", "--all", "--message=Theirs"]);
  await workshop.theirGit(root, ["checkout", "--quiet", "main"]);
  await put(root, "a", "ours\n");
  await put(root, "b", "ours\n");
  await workshop.theirGit(root, ["commit", "--quiet", "--all", "--message=Ours"]);
  await workshop.theirGit(root, ["merge", "other"]).catch(() => "");
  expect(await workshop.theirGit(root, ["ls-files", "--unmerged"])).toContain("\ta\n");

  const ours = await ourChanges(root);

  expect(ours).toEqual(await addedByGit(root));
});

async function perform(
  root: string,
  [what, path = "", text = ""]: readonly [Deed[0], string?, string?],
): Promise<void> {
  const full = join(root, path);
  const git = (...args: string[]) => workshop.theirGit(root, args).catch(() => "");
  switch (what) {
    case "write":
      return put(root, path, text);
    case "remove":
      return rm(full, { recursive: true }).catch(() => undefined);
    case "chmod":
      return chmod(full, 0o755).catch(() => undefined);
    case "link":
      await makeRoom(root, path);
      return symlink("elsewhere", full);
    case "add":
      return void (await git("add", "--all", "--", path));
    case "add-later":
      return void (await git("add", "--intent-to-add", "--", path));
    case "forget":
      return void (await git("rm", "-r", "--quiet", "--cached", "--", path));
    case "add-all":
      return void (await git("add", "--all"));
    case "commit":
      return void (await git("commit", "--quiet", "--allow-empty", "--message=More"));
  }
}

async function put(root: string, path: string, text: string): Promise<void> {
  await makeRoom(root, path);
  await writeFile(join(root, path), text);
}

/** Nothing stands at the path, and folders above it. */
async function makeRoom(root: string, path: string): Promise<void> {
  const above = join(root, dirname(path));
  const entry = await lstat(above).catch(() => null);
  if (entry?.isDirectory() !== true) await rm(above, { force: true });
  await mkdir(above, { recursive: true });
  await rm(join(root, path), { recursive: true, force: true });
}

/** `<mode> <id> <path>` of everything that differs from the base, zeros where it is deleted. */
async function addedByGit(root: string): Promise<string[]> {
  await workshop.theirGit(root, ["add", "--all"]);
  const args = ["diff-index", "--cached", "--raw", "-z", "--no-abbrev", "--no-renames", baseSha];
  const words = (await workshop.theirGit(root, args)).split("\0").slice(0, -1);
  return words.flatMap((word, index) => {
    const [, mode, , id] = word.split(" ");
    return index % 2 === 0 ? [`${mode} ${id} ${words[index + 1]}`] : [];
  });
}

async function ourChanges(root: string): Promise<string[]> {
  const checkout = await workshop.git.readCheckout(root);
  const limits = { filesMax: 100, fileBytesMax: 1000, totalBytesMax: 10_000 };
  await using found = await workshop.git.changesOfCheckout(checkout, { baseSha, ...limits });
  const lines = found.changes.map(async (change) => {
    if (change.kind === "delete") return `000000 ${"0".repeat(40)} ${change.path.toString()}`;
    const chunks: Uint8Array[] = [];
    const bytes = change.bytes();
    for await (const chunk of Buffer.isBuffer(bytes) ? [bytes] : bytes) chunks.push(chunk);
    return `${change.mode} ${objectId("sha1", "blob", Buffer.concat(chunks))} ${change.path.toString()}`;
  });
  return Promise.all(lines);
}
