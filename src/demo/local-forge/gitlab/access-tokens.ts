import type { PersonalAccessTokenSchema } from "@gitbeaker/rest";
import type { Named } from "./answer-shape.ts";
import { type ApiAnswer, answer, ApiRefusal } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import type { FakeToken } from "./gitlab-state.ts";

/** The token itself is shown once, when it is made, and never again; `last_used_at` is null at first use. */
type ShownToken = Omit<Named<PersonalAccessTokenSchema>, "token" | "last_used_at" | "expires_at"> & {
  description: string | null;
  last_used_at: string | null;
  expires_at: string | null;
};

/** `GET /personal_access_tokens/self`: what the token that asks may do. It answers to any scope that reads. */
export function showOwnToken(call: ApiCall): ApiAnswer {
  const token = call.state.tokens.find((one) => one.token === call.token);
  if (token === undefined) throw new ApiRefusal(401, { message: "401 Unauthorized" });
  return answer(200, shownToken(token));
}

function shownToken(token: FakeToken): ShownToken {
  return {
    id: token.id,
    name: token.name,
    revoked: token.standing === "revoked",
    created_at: token.createdAt,
    description: null,
    scopes: token.scopes,
    user_id: token.userId,
    last_used_at: null,
    active: token.standing === "good",
    expires_at: null,
  };
}
