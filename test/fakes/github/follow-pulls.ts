import type http from "node:http";
import { allPullRequests } from "./pulls.ts";
import type { World } from "./world.ts";

/** Who fetches sees every pull request's newest commit, also of a branch that was pushed to a moment ago. */
export function followingFirst(serve: http.RequestListener, login: string, world: World): http.RequestListener {
  return (request, response) => {
    const slug = /^\/([^/]+\/[^/]+?)(?:\.git)?\/info\/refs\?/.exec(request.url ?? "")?.[1];
    const repository = world.repositories.find((one) => one.slug === slug);
    if (world.git() === null || repository === undefined) serve(request, response);
    else
      void allPullRequests(repository, { kind: "user", login, token: null }, world).then(
        () => serve(request, response),
        () => response.destroy(),
      );
  };
}
