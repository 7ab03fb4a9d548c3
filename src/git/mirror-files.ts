import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import type { ObjectFormat } from "./object-id.ts";
import { gitFailed, runGit, type GitSurroundings } from "./run-git.ts";

/** Each commit that is built and each fetch leaves a pack; a mirror is made anew rather than tidied, because what it holds is small and fetched again. */
const packsMax = 200;

/** The directory of a repository's mirror: readable, safe as a file name, and different for different keys. */
export function mirrorDirectoryName(repositoryKey: string): string {
  const readable = repositoryKey
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, "-")
    .replaceAll(/^[.-]+|[.-]+$/g, "")
    .slice(0, 80);
  return `${readable}-${createHash("sha256").update(repositoryKey).digest("hex").slice(0, 16)}.git`;
}

/** What the mirror's `config` must be, to the byte: nothing of a remote is in it. */
function configText(format: ObjectFormat): string {
  const version = format === "sha256" ? 1 : 0;
  const extensions = format === "sha256" ? "[extensions]\n\tobjectformat = sha256\n" : "";
  return `[core]\n\trepositoryformatversion = ${version}\n\tfilemode = true\n\tbare = true\n${extensions}`;
}

/** For whatever is ever written out of the mirror: the bytes as they are stored. */
const attributesText = "* -text -eol -ident -filter -working-tree-encoding -export-subst -export-ignore\n";

/**
 * Finds the mirror in its directory, or makes it. One that is not exactly as we left it, or that a git left in the middle of writing, is put aside and
 * made anew: everything in it is at the remote. For the holder of the mirror's lock only; a second call changes nothing.
 */
export async function prepareMirror(
  gitDir: string,
  format: ObjectFormat,
  surroundings: GitSurroundings,
): Promise<void> {
  if ((await whyUnusable(gitDir, format)) === null) {
    const packs = await readdir(join(gitDir, "objects", "pack")).catch(() => []);
    if (packs.filter((name) => name.endsWith(".pack")).length <= packsMax) return removeHalfWritten(gitDir, packs);
  }
  await putAside(gitDir);
  await makeMirror(gitDir, format, surroundings);
}

/**
 * Says what in a mirror is not as we left it, null when all is. What is looked for are the doors through which a repository makes git run or read
 * something: settings, hooks, object stores elsewhere; and the locks of a git that was killed.
 *
 * @throws {PullwrightError} GIT_FAILED when the directory belongs to another user
 */
export async function whyUnusable(gitDir: string, format: ObjectFormat): Promise<string | null> {
  const directory = await lstat(gitDir).catch(() => null);
  if (directory === null) return "it is not there";
  if (!directory.isDirectory()) return "it is no directory";
  if (directory.uid !== process.getuid?.()) {
    throw new PullwrightError("GIT_FAILED", `The mirror ${gitDir} belongs to another user.`);
  }
  const [config, attributes] = await Promise.all(
    ["config", "info/attributes"].map((name) => readFile(join(gitDir, name), "utf8").catch(() => null)),
  );
  if (config !== configText(format)) return "its settings are not ours";
  if (attributes !== attributesText) return "its attributes are not ours";
  const strangers = await strangersIn(gitDir);
  return strangers.length === 0 ? null : `it has ${strangers.join(", ")}`;
}

const expected: Record<string, string[]> = {
  "": ["HEAD", "config", "info", "objects", "packed-refs", "refs", "shallow"],
  info: ["attributes"],
  "objects/info": ["packs", "commit-graph", "commit-graphs"],
};

async function strangersIn(gitDir: string): Promise<string[]> {
  const strangers: string[] = [];
  for (const [folder, names] of Object.entries(expected)) {
    const found = await readdir(join(gitDir, folder)).catch(() => []);
    strangers.push(...found.filter((name) => !names.includes(name)).map((name) => join(folder, name)));
  }
  const refs = await readdir(join(gitDir, "refs"), { recursive: true }).catch(() => []);
  return [...strangers, ...refs.filter((name) => name.endsWith(".lock")).map((name) => `refs/${name}`)];
}

/** What a git that was killed had not finished; no other git works here now. */
async function removeHalfWritten(gitDir: string, packs: string[]): Promise<void> {
  const left = packs.filter((name) => name.startsWith("tmp_") || name.startsWith(".tmp-"));
  await Promise.all(left.map((name) => rm(join(gitDir, "objects", "pack", name), { force: true })));
}

/** Moved away in one step, then removed: what is being removed is never taken for a mirror. For the holder of its lock only. */
export async function putAside(gitDir: string): Promise<void> {
  const aside = `${gitDir}.aside-${crypto.randomUUID()}`;
  try {
    await rename(gitDir, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  await rm(aside, { recursive: true, force: true, maxRetries: 3 });
}

/** Made elsewhere and moved into its place, so that there is never half a mirror. */
async function makeMirror(gitDir: string, format: ObjectFormat, surroundings: GitSurroundings): Promise<void> {
  const nursery = await mkdtemp(`${gitDir}.new-`);
  const args = ["init", "--quiet", "--bare", "--template=", `--object-format=${format}`];
  const said = await runGit({ args, place: { gitDir: nursery } }, surroundings);
  if (said.code !== 0) throw gitFailed(args, said, surroundings.redact);
  await mkdir(join(nursery, "info"), { recursive: true });
  await writeFile(join(nursery, "info", "attributes"), attributesText);
  await writeFile(join(nursery, "config"), configText(format));
  await chmod(nursery, 0o700);
  await rename(nursery, gitDir);
}
