import { Branches, PersonalAccessTokens, Projects } from "@gitbeaker/rest";
import { z } from "zod";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgeAccess, ForgeRepository, ForgeRepositoryRef, ForgeUser } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, mustBe, mustBeProject, shaField, slugField, urlField } from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";
import { developerLevel, readAccessLevel } from "./permission.ts";

/** Reads a project, also by a path that it had before: the answer says what it is called now. */
export function readRepository(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  options: CallOptions | undefined,
): Promise<ForgeRepository> {
  return client.ask(
    {
      what: `Looking for ${ref.slug}`,
      kind: "read",
      send: (resources) => new Projects(resources).show(ref.slug),
      accept: (data, answer) => {
        const repository = readAnswer(projectAnswer, data);
        if (!answer.redirected) mustBeProject(repository.slug, ref.slug);
        return repository;
      },
    },
    options,
  );
}

/**
 * What the credential may do. A project that is not there, or hidden, can be neither read nor pushed to; an archived one takes no push. To push, the
 * token's user must be a developer or more, through a group or not, and the token must have the scope for it. What cannot be learned is thrown, never
 * taken for a yes.
 */
export async function readAccess(
  client: GitlabClient,
  whoAmI: (options: CallOptions | undefined) => Promise<ForgeUser>,
  ref: ForgeRepositoryRef,
  options: CallOptions | undefined,
): Promise<ForgeAccess> {
  const repository = await nullUnlessFound(readRepository(client, ref, options));
  if (repository === null) return { canRead: false, canPush: false };
  if (repository.isArchived) return { canRead: true, canPush: false };
  const level = await nullUnlessFound(readAccessLevel(client, ref, await whoAmI(options), options));
  if (level === null || level < developerLevel) return { canRead: true, canPush: false };
  return { canRead: true, canPush: await tokenMayWrite(client, options) };
}

/** The tip of a branch. */
export async function readBranchTip(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  branch: string,
  options: CallOptions | undefined,
): Promise<string | null> {
  const tip = await nullUnlessFound(
    client.inProject(
      ref,
      (now) => ({
        what: `Looking for a branch in ${now.slug}`,
        kind: "read",
        send: (resources) => new Branches(resources).show(now.slug, branch),
        accept: (data) => {
          const { name, commit } = readAnswer(branchAnswer, data);
          mustBe("branch", name, branch);
          return commit.id;
        },
      }),
      options,
    ),
  );
  // A project that is hidden from the credential answers the same; then this throws.
  if (tip === null) await readRepository(client, ref, options);
  return tip;
}

/** Only personal, project and group tokens say what they may do. Of any other, nothing speaks against it. */
async function tokenMayWrite(client: GitlabClient, options: CallOptions | undefined): Promise<boolean> {
  const scopes = await nullUnlessFound(
    client.ask(
      {
        what: "Asking what this token may do",
        kind: "read",
        send: (resources) => new PersonalAccessTokens(resources).show(),
        accept: (data) => readAnswer(tokenAnswer, data).scopes,
      },
      options,
    ),
  );
  return scopes === null || scopes.includes("api");
}

async function nullUnlessFound<Value>(asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ForgeCallError && error.kind === "not-found") return null;
    throw error;
  }
}

const projectAnswer = z
  .object({
    id: idField,
    path_with_namespace: slugField,
    default_branch: z.string().min(1).max(255).nullish(),
    web_url: urlField,
    visibility: z.enum(["public", "internal", "private"]).optional(),
    archived: z.boolean().optional(),
  })
  .transform((answer): ForgeRepository => ({
    id: answer.id,
    slug: answer.path_with_namespace,
    defaultBranch: answer.default_branch ?? null,
    url: answer.web_url,
    // To whoever is not signed in, GitLab shows public ones only and does not say that they are.
    isPrivate: answer.visibility !== undefined && answer.visibility !== "public",
    isArchived: answer.archived ?? false,
  }));

const branchAnswer = z.object({ name: z.string(), commit: z.object({ id: shaField }) });

const tokenAnswer = z.object({ scopes: z.array(z.string()) });
