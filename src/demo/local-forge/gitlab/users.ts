import type { ExpandedUserSchema, SimpleUserSchema } from "@gitbeaker/rest";
import type { Replaced } from "./answer-shape.ts";
import { type ApiAnswer, answer, ApiRefusal } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import type { FakeUser } from "./gitlab-state.ts";
import type { World } from "./world.ts";

/** A person beside something of theirs. The type says that there is always a picture, and does not know two fields of today. */
export type ShownUser = Omit<
  Replaced<SimpleUserSchema, { avatar_url: string | null; public_email: string | null; locked: boolean }>,
  "created_at"
>;

export function shownUser(user: FakeUser, world: World): ShownUser {
  return {
    id: user.id,
    username: user.username,
    public_email: null,
    name: user.name,
    state: "active",
    locked: false,
    avatar_url: null,
    web_url: `${world.webUrl}/${user.username}`,
  };
}

/** As said to somebody who is no administrator: some fields of the type are then not there. */
type CurrentUser = Omit<
  Replaced<ExpandedUserSchema, { avatar_url: string | null }>,
  "is_admin" | "note" | "namespace_id" | "created_by" | "is_followed" | "private_profile"
> & { private_profile: boolean; commit_email: string };

/** `GET /user`: whose token it is. */
export function showCurrentUser(call: ApiCall, world: World): ApiAnswer {
  if (call.user === null) throw new ApiRefusal(401, { message: "401 Unauthorized" });
  const { user } = call;
  const email = `${user.username}@noreply.gitlab.example`;
  const shown: CurrentUser = {
    ...shownUser(user, world),
    created_at: user.createdAt,
    bio: "",
    location: "",
    skype: "",
    linkedin: "",
    twitter: "",
    discord: "",
    website_url: "",
    organization: "",
    job_title: "",
    pronouns: null,
    bot: user.isBot,
    work_information: null,
    followers: 0,
    following: 0,
    local_time: null,
    last_sign_in_at: user.createdAt,
    confirmed_at: user.createdAt,
    last_activity_on: user.createdAt.slice(0, 10),
    email,
    commit_email: email,
    theme_id: 3,
    color_scheme_id: 1,
    projects_limit: 100_000,
    current_sign_in_at: user.createdAt,
    identities: [],
    can_create_group: true,
    can_create_project: true,
    two_factor_enabled: false,
    external: false,
    private_profile: false,
  };
  return answer(200, shown);
}
