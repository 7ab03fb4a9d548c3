import type { FileTree, GitRepositories } from "./git-repositories.ts";

/** A commit as somebody pushes it. */
export type NewPush = {
  branch: string;
  message: string;
  /** A commit or `refs/heads/…` below it: of a new branch, or where `isForced`. */
  from?: string;
  files?: FileTree;
  removed?: string[];
  author?: { name: string; email: string };
  /** Seconds since 1970. */
  at?: number;
  /** What the branch had is thrown away. */
  isForced?: boolean;
};

/** Makes the commit at the attached git repository. Says where the branch was, and where it is. */
export async function pushAsPerson(
  slug: string,
  { isForced = false, ...commit }: NewPush,
  world: { git: () => GitRepositories | null },
): Promise<{ before: string; after: string }> {
  const git = world.git();
  if (git === null) throw new Error("There is no git repository to push to: see attachGit");
  const ref = `refs/heads/${commit.branch}`;
  const before = (await git.refs(slug)).get(ref) ?? "0".repeat(40);
  if (isForced) await git.setRef(slug, ref, null);
  await git.commit(slug, [commit]);
  return { before, after: (await git.refs(slug)).get(ref) ?? "" };
}
