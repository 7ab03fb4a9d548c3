import type { IncomingHttpHeaders } from "node:http";
import { ApiRefusal } from "./api-answer.ts";
import { type FakeToken, type GitlabState, userOf } from "./gitlab-state.ts";
import type { FakeUser } from "./gitlab-state.ts";

/** Who asks. Without a token somebody who may see what is public. */
export type Asker = { user: FakeUser | null; token: FakeToken | null };

/**
 * Reads `PRIVATE-TOKEN` or `Authorization: Bearer`.
 * @throws 401 for a token that is unknown, revoked or expired, 403 `insufficient_scope` for a write with one that may only read; in GitLab's words
 */
export function askerOf(headers: IncomingHttpHeaders, isRead: boolean, state: GitlabState): Asker {
  const given = tokenIn(headers);
  if (given === null) {
    if (!isRead) throw new ApiRefusal(401, { message: "401 Unauthorized" });
    return { user: null, token: null };
  }
  const token = state.tokens.find((one) => one.token === given);
  if (token === undefined) throw new ApiRefusal(401, { message: "401 Unauthorized" });
  if (token.standing === "revoked") throw invalidToken("Token was revoked. You have to re-authorize from the user.");
  if (token.standing === "expired")
    throw invalidToken("Token is expired. You can either do re-authorization or token refresh.");
  const mayRead = token.scopes.includes("api") || token.scopes.includes("read_api");
  if (isRead ? !mayRead : !token.scopes.includes("api")) throw insufficientScope(isRead);
  return { user: userOf(state, token.userId), token };
}

function tokenIn(headers: IncomingHttpHeaders): string | null {
  const privateToken = headers["private-token"];
  if (typeof privateToken === "string") return privateToken;
  return /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? null;
}

function invalidToken(description: string): ApiRefusal {
  return new ApiRefusal(401, { error: "invalid_token", error_description: description });
}

function insufficientScope(isRead: boolean): ApiRefusal {
  return new ApiRefusal(403, {
    error: "insufficient_scope",
    error_description: "The request requires higher privileges than provided by the access token.",
    scope: isRead ? "api read_api" : "api",
  });
}
