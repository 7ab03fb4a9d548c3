import { z } from "zod";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgePermission, ForgeRepositoryRef, ForgeUser } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField } from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";

/**
 * What a person may do with a repository. GitHub is asked by login, and a login may be somebody else's by now: then the person is not known. What cannot
 * be learned is thrown, never taken for a yes.
 */
export async function readPermission(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  user: ForgeUser,
  options: CallOptions | undefined,
): Promise<ForgePermission> {
  try {
    return await client.inRepository(
      ref,
      (now) => ({
        what: `Asking what ${user.login} may do in ${now.slug}`,
        kind: "read",
        route: "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
        parameters: { ...ownerAndName(now), username: user.login },
        accept: (data) => {
          const answer = readAnswer(permissionAnswer, data);
          return answer.user?.id === user.id ? permissions[answer.permission] : "none";
        },
      }),
      options,
    );
  } catch (error) {
    if (error instanceof ForgeCallError && error.kind === "not-found") return "none";
    throw error;
  }
}

/** GitHub itself says `write` for maintain and `read` for triage; servers of some versions do not. */
const permissions = {
  none: "none",
  read: "read",
  triage: "read",
  write: "write",
  maintain: "write",
  admin: "admin",
} as const satisfies Record<string, ForgePermission>;

const permissionAnswer = z.object({
  permission: z.enum(Object.keys(permissions) as (keyof typeof permissions)[]),
  user: z.object({ id: idField }).nullable(),
});
