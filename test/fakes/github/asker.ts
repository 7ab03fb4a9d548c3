import type http from "node:http";
import { ApiRefusal } from "./api-answer.ts";
import type { FakeRepository, FakeToken, World } from "./world.ts";

/** Who asks: a user by a token, or an App by its own signature. */
export type Asker = { kind: "user"; login: string; token: FakeToken | null } | { kind: "app"; token: string };

/** Reads who asks from the headers. GitHub knows `Bearer` and `token`. */
export function askerOf(headers: http.IncomingHttpHeaders, world: World): Asker {
  const given = /^(?:bearer|token) (\S+)$/i.exec(headers.authorization ?? "")?.[1];
  if (given === undefined) throw new ApiRefusal(401, "Requires authentication");
  // A JSON web token; the emulator checks its signature.
  if (/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/.test(given)) return { kind: "app", token: given };
  const token = world.tokens.find((one) => one.token === given);
  if (token === undefined || token.standing === "revoked") throw new ApiRefusal(401, "Bad credentials");
  return { kind: "user", login: token.login, token };
}

/** Throws as GitHub does: what one may not see is not there, what one may not write is named. */
export function mustBeAllowed(asker: Asker, repository: FakeRepository, isRead: boolean): void {
  if (asker.kind === "app") return;
  const { token, login } = asker;
  const isHidden = repository.isPrivate && repository.members !== null && !repository.members.includes(login);
  const isOutside = token?.repositoryIds?.includes(repository.id) === false;
  if (isHidden || (isOutside && (repository.isPrivate || !isRead))) throw new ApiRefusal(404, "Not Found");
  if (isRead) return;
  if (repository.isArchived) throw new ApiRefusal(403, "Repository was archived so is read-only.");
  if (token?.access === "read")
    throw new ApiRefusal(
      403,
      token.kind === "personal"
        ? "Resource not accessible by personal access token"
        : "Resource not accessible by integration",
      { headers: { "x-accepted-github-permissions": "pull_requests=write; issues=write" } },
    );
}
