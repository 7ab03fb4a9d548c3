import { type ApiAnswer, answer } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { accountOf } from "./pulls.ts";
import type { FakeRepository, FakeRole, World } from "./world.ts";

/** `GET /repos/…/collaborators/<login>/permission`: four words for six roles. Of a repository that everybody can see, everybody may read. */
export async function showPermission(
  call: ApiCall,
  repository: FakeRepository,
  encoded: string,
  world: World,
): Promise<ApiAnswer> {
  const login = decodeURIComponent(encoded);
  const user = await accountOf(login, call.asker, world);
  const role = roleOf(login, repository);
  return answer(200, { permission: words[role], role_name: role, user: { ...user, role_name: role } });
}

function roleOf(login: string, { roles, members, isPrivate }: FakeRepository): FakeRole {
  const isMember = members === null || members.includes(login);
  const role = roles[login] ?? (isMember ? "write" : "none");
  return role === "none" && !isPrivate ? "read" : role;
}

const words = { none: "none", read: "read", triage: "read", write: "write", maintain: "write", admin: "admin" };
