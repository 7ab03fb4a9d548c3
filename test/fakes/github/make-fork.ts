import { newRepository, repositoryCalled, type World } from "./world.ts";

/** A copy of a repository that is somebody's own, in git too; its name. */
export async function makeFork(slug: string, login: string, world: World): Promise<string> {
  const parent = repositoryCalled(world, slug);
  const { body } = await world.emulator.ask({ login }, "POST", `/repos/${slug}/forks`, "{}");
  const { id, full_name: forkSlug } = body as { id: number; full_name: string };
  const { isPrivate, defaultBranch, branches } = parent;
  world.repositories.push(
    newRepository({ id, slug: forkSlug, isPrivate, defaultBranch, branches, members: null, forkOf: parent.id }),
  );
  const git = world.git();
  if (git !== null) {
    await git.create(forkSlug, { defaultBranch });
    await git.git(forkSlug, ["fetch", "--quiet", git.directory(slug), "refs/heads/*:refs/heads/*"]);
  }
  return forkSlug;
}
