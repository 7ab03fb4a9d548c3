import type { SimpleMemberSchema } from "@gitbeaker/rest";
import type { Replaced } from "./answer-shape.ts";
import { type ApiAnswer, answer, ApiRefusal, notFound } from "./api-answer.ts";
import { type ApiCall, numberIn } from "./api-call.ts";
import { accessOf } from "./gitlab-state.ts";
import { projectOf } from "./projects.ts";
import { shownUser } from "./users.ts";
import type { World } from "./world.ts";

/** Times, pictures and addresses may be null or missing, and there are fields that the type does not know. */
type ShownMember = Omit<
  Replaced<
    SimpleMemberSchema,
    {
      avatar_url: string | null;
      expires_at: string | null;
      access_level: number;
      created_at: string;
      public_email: string | null;
      locked: boolean;
      membership_state: "active";
    }
  >,
  "email"
>;

/** `GET /projects/:id/members/all/:user_id`: with those who are members through a group. */
export function showMember(call: ApiCall, world: World): ApiAnswer {
  if (call.user === null) throw new ApiRefusal(401, { message: "401 Unauthorized" });
  const project = projectOf(call, world);
  const id = numberIn(call, "user_id");
  const user = call.state.users.find((one) => one.id === id);
  const level = accessOf(project, user ?? null);
  if (user === undefined || level === 0) throw notFound();
  const shown: ShownMember = {
    ...shownUser(user, world),
    access_level: level,
    created_at: project.createdAt,
    expires_at: null,
    membership_state: "active",
  };
  return answer(200, shown);
}
