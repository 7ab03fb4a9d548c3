import type http from "node:http";
import { followBranch } from "./diff-versions.ts";
import type { FakeProject } from "./gitlab-state.ts";
import type { World } from "./world.ts";

/** Who fetches sees every merge request's newest commit, also of a branch that was pushed to a moment ago. */
export function followingFirst(serve: http.RequestListener, world: World): http.RequestListener {
  return (request, response) => {
    const path = /^\/(.+?)(?:\.git)?\/info\/refs\?/.exec(request.url ?? "")?.[1];
    const project = world.state.projects.find((one) => one.path === path);
    if (world.git() === null || project === undefined) serve(request, response);
    else
      void followAll(project, world).then(
        () => serve(request, response),
        () => response.destroy(),
      );
  };
}

export async function followAll(project: FakeProject, world: World): Promise<void> {
  for (const request of project.mergeRequests) await followBranch(project, request, world);
}
