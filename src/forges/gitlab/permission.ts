import { ProjectMembers } from "@gitbeaker/rest";
import { z } from "zod";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgePermission, ForgeRepositoryRef, ForgeUser } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, mustBe } from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";

/** Developers and more may push. https://docs.gitlab.com/api/members/#roles */
export const developerLevel = 30;

/**
 * What a person may do with a project, by the level of access that they have there, through a group or not. Who is no member, blocked or not yet let in
 * may nothing, whatever everybody can see. What cannot be learned is thrown, never taken for a yes.
 */
export async function readPermission(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  user: ForgeUser,
  options: CallOptions | undefined,
): Promise<ForgePermission> {
  try {
    return permissionAt(await readAccessLevel(client, ref, user, options));
  } catch (error) {
    if (error instanceof ForgeCallError && error.kind === "not-found") return "none";
    throw error;
  }
}

/** Throws `not-found` for whoever is no member. Counts those who are members through a group, or through a group that was invited. */
export function readAccessLevel(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  user: ForgeUser,
  options: CallOptions | undefined,
): Promise<number> {
  return client.inProject(
    ref,
    (now) => ({
      what: `Asking what ${user.login} may do in ${now.slug}`,
      kind: "read",
      send: (resources) => new ProjectMembers(resources).show(now.slug, Number(user.id), { includeInherited: true }),
      accept: (data) => {
        const { id, access_level: level, state, membership_state: membership } = readAnswer(memberAnswer, data);
        mustBe("user", id, user.id);
        return state === "active" && membership === "active" ? level : 0;
      },
    }),
    options,
  );
}

function permissionAt(level: number): ForgePermission {
  if (level >= maintainerLevel) return "admin";
  if (level >= developerLevel) return "write";
  return level >= guestLevel ? "read" : "none";
}

const guestLevel = 10;
const maintainerLevel = 40;

const memberAnswer = z.object({
  id: idField,
  access_level: z.int(),
  state: z.string().default("active"),
  // Older servers do not have it: there everybody is let in at once.
  membership_state: z.string().default("active"),
});
