import { mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGitRepositories, type GitRepositories } from "../../src/demo/local-forge/git-repositories.ts";

/** The real repository behind a forge's API, with a change to review on `feature/one`. */
export type ForgeGit = AsyncDisposable & {
  repositories: GitRepositories;
  branchTip: (slug: string, branch: string) => Promise<string | null>;
  /** Where `feature/one` left `main`, which has moved on since. */
  mergeBaseSha: string;
  mainSha: string;
  featureSha: string;
};

/** `src/long.ts` has forty lines, of which `feature/one` changes the twentieth and adds two behind it; `src/new.ts` is new, and `old.md` becomes `new.md`. */
export async function startForgeGit(slug: string): Promise<ForgeGit> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "pullwright-forge-git-")));
  const [rootDir, homeDir] = [join(directory, "repositories"), join(directory, "home")];
  await Promise.all([mkdir(rootDir), mkdir(homeDir)]);
  const repositories = createGitRepositories({ rootDir, homeDir });
  await repositories.create(slug);
  const long = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);
  const text = (lines: string[]): string => `${lines.join("\n")}\n`;
  const changed = text([...long.slice(0, 19), "line 20 anew", "line 20b", "line 20c", ...long.slice(20)]);
  const moved = text(Array.from({ length: 20 }, (_, index) => `a word ${index}`));
  await repositories.commit(slug, [
    { branch: "main", message: "Begin", files: { "src/long.ts": text(long), "old.md": moved, "other.txt": "1\n" } },
    {
      branch: "feature/one",
      from: "refs/heads/main",
      message: "Work",
      files: {
        "src/long.ts": changed,
        "src/new.ts": "one\ntwo\nthree\n",
        "new.md": moved.replace("word 3", "phrase 3"),
      },
      removed: ["old.md"],
    },
    { branch: "main", message: "Meanwhile", files: { "other.txt": "2\n" } },
  ]);
  const refs = await repositories.refs(slug);
  const sha = (ref: string): string => refs.get(`refs/heads/${ref}`) ?? "";
  const mergeBase = await repositories.git(slug, ["rev-parse", "refs/heads/main^"]);
  return {
    repositories,
    branchTip: async (of, branch) => (await repositories.refs(of)).get(`refs/heads/${branch}`) ?? null,
    mergeBaseSha: mergeBase.toString("utf8").trim(),
    mainSha: sha("main"),
    featureSha: sha("feature/one"),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true, maxRetries: 5 }),
  };
}
