import { lstat, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import { checkBranchNameToRead } from "./branch-name.ts";
import { readCheckoutConfig, type CheckoutConfig, type CheckoutRemote } from "./checkout-config.ts";
import { readHead, readRef, type RefPlaces } from "./checkout-refs.ts";
import { openScratch } from "./checkout-scratch.ts";
import { isObjectId } from "./object-id.ts";
import { readPlainFile } from "./plain-file.ts";
import type { GitSurroundings } from "./run-git.ts";

/** Somebody's checkout, as it is described by files that we read and never obey. */
export type Checkout = RefPlaces & {
  /** The folder that has the work, by its real path. */
  root: string;
  /** Null before the first commit. */
  headSha: string | null;
  /** Null when HEAD is at a commit and on no branch. */
  branch: string | null;
  remotes: CheckoutRemote[];
  config: CheckoutConfig;
};

/**
 * Finds the checkout that a directory is in and reads where it stands. Runs no hook, filter or monitor of it, and writes nothing into it.
 *
 * @throws {PullwrightError} CHECKOUT_NOT_FOUND, CHECKOUT_UNSAFE
 */
export async function readCheckout(directory: string, surroundings: GitSurroundings): Promise<Checkout> {
  const found = await findCheckout(directory);
  const [head, config] = await Promise.all([readHead(found), readCheckoutConfig(found, surroundings)]);
  return { ...found, headSha: head.sha, branch: head.branch, remotes: config.remotes, config };
}

/**
 * The newest commit of HEAD's history that is on the remote's branch, as far as this checkout knows; HEAD itself when it knows nothing of that branch.
 *
 * @throws {PullwrightError} BASE_NOT_ON_REMOTE when there is no commit yet
 */
export async function baseOfCheckout(
  checkout: Checkout,
  { remote, branch }: { remote: string; branch: string },
  surroundings: GitSurroundings,
): Promise<string> {
  const { headSha } = checkout;
  if (headSha === null) throw new PullwrightError("BASE_NOT_ON_REMOTE", "The checkout has no commit yet.");
  checkBranchNameToRead(branch);
  checkBranchNameToRead(remote);
  const tip = await readRef(checkout, `refs/remotes/${remote}/${branch}`);
  if (tip === null || tip === headSha) return headSha;

  await using scratch = await openScratch(checkout, surroundings);
  const said = await scratch.run({ args: ["merge-base", "--end-of-options", headSha, tip] });
  const base = said.stdout.toString("latin1").trim();
  return said.code === 0 && isObjectId(base) ? base : headSha;
}

async function findCheckout(directory: string): Promise<RefPlaces & { root: string }> {
  let root = await realpath(resolve(directory)).catch((cause: unknown) => {
    throw new PullwrightError("CHECKOUT_NOT_FOUND", `There is no directory ${directory}.`, { cause });
  });
  for (;;) {
    const gitDir = await gitDirOf(root);
    if (gitDir !== null) return { root, gitDir, commonDir: await commonDirOf(gitDir) };
    const above = dirname(root);
    if (above === root) throw new PullwrightError("CHECKOUT_NOT_FOUND", `${directory} is in no git checkout.`);
    root = above;
  }
}

/** `.git` is a folder, or in a worktree a file that says where the folder is. */
async function gitDirOf(root: string): Promise<string | null> {
  const path = join(root, ".git");
  const entry = await stat(path).catch(() => null);
  if (entry === null) return null;
  if (entry.isDirectory()) return realpath(path);
  const text = (await readPlainFile(path, 64 * 1024))?.toString("utf8") ?? "";
  const target = /^gitdir: ([^\0\n]+)\n*$/.exec(text)?.[1];
  if (target === undefined)
    throw new PullwrightError("CHECKOUT_UNSAFE", `${path} does not say where the repository is.`);
  const gitDir = resolve(root, target);
  const isDirectory = await lstat(gitDir).then(
    (one) => one.isDirectory(),
    () => false,
  );
  if (!isDirectory) throw new PullwrightError("CHECKOUT_NOT_FOUND", `${path} names a repository that is not there.`);
  return realpath(gitDir);
}

async function commonDirOf(gitDir: string): Promise<string> {
  const text = (await readPlainFile(join(gitDir, "commondir"), 64 * 1024))?.toString("utf8").trim();
  return text === undefined
    ? gitDir
    : realpath(resolve(gitDir, text)).catch((cause: unknown) => {
        throw new PullwrightError("CHECKOUT_NOT_FOUND", `${gitDir} belongs to a repository that is not there.`, {
          cause,
        });
      });
}
