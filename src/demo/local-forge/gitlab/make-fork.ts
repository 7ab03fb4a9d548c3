import { accessLevels, nextId, projectCalled, userCalled } from "./gitlab-state.ts";
import type { World } from "./world.ts";

/** A copy of a project that is somebody's own, in git too; its path. */
export async function makeFork(path: string, username: string, world: World): Promise<string> {
  const parent = projectCalled(world.state, path);
  const { id } = userCalled(world.state, username);
  const forkPath = `${username}/${path.split("/").at(-1)}`;
  const fork = {
    ...structuredClone(parent),
    id: nextId(world.state),
    path: forkPath,
    formerPaths: [],
    members: { [id]: accessLevels.owner },
  };
  world.state.projects.push({ ...fork, issues: [], mergeRequests: [], statuses: [] });
  const git = world.git();
  if (git !== null) {
    await git.create(forkPath, { defaultBranch: parent.defaultBranch });
    await git.git(forkPath, ["fetch", "--quiet", git.directory(path), "refs/heads/*:refs/heads/*"]);
  }
  return forkPath;
}
