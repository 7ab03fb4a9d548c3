import { z } from "zod";
import { ForgeCallError } from "../forge-call-error.ts";
import { WrongAnswer } from "../forge-call.ts";
import type { CallOptions, ForgeAccess, ForgeRepository, ForgeRepositoryRef } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, mustBe, shaField, slugField, urlField } from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";
import type { GithubCredentials } from "./credentials.ts";

/** Reads a repository, also by a name that it had before: the answer says what it is called now. */
export function readRepository(
  client: GithubClient,
  credentials: GithubCredentials,
  ref: ForgeRepositoryRef,
  options: CallOptions | undefined,
): Promise<ForgeRepository> {
  return askForRepository(client, credentials, ref, options).then(({ repository }) => repository);
}

/** What the credential may do. A repository that is not there, or hidden, can be neither read nor pushed to; an archived one takes no push. */
export async function readAccess(
  client: GithubClient,
  credentials: GithubCredentials,
  ref: ForgeRepositoryRef,
  options: CallOptions | undefined,
): Promise<ForgeAccess> {
  try {
    const { repository, mayPush } = await askForRepository(client, credentials, ref, options);
    const granted = await credentials.permissions(ref, options);
    const canPush = granted === null ? mayPush : granted["contents"] === "write";
    return { canRead: true, canPush: canPush && !repository.isArchived };
  } catch (error) {
    if (error instanceof ForgeCallError && error.kind === "not-found") return { canRead: false, canPush: false };
    throw error;
  }
}

/** The tip of a branch. Only the exact name counts: the `branches` route would follow a branch that was renamed. */
export async function readBranchTip(
  client: GithubClient,
  credentials: GithubCredentials,
  ref: ForgeRepositoryRef,
  branch: string,
  options: CallOptions | undefined,
): Promise<string | null> {
  try {
    return await client.inRepository(
      ref,
      (now) => ({
        what: `Looking for a branch in ${now.slug}`,
        kind: "read",
        route: "GET /repos/{owner}/{repo}/git/ref/{ref}",
        parameters: { ...ownerAndName(now), ref: `heads/${branch}` },
        accept: (data) => {
          const { ref: name, object } = readAnswer(refAnswer, data);
          if (name !== `refs/heads/${branch}`) throw new WrongAnswer("it is about another branch");
          return object.sha;
        },
      }),
      options,
    );
  } catch (error) {
    if (!(error instanceof ForgeCallError)) throw error;
    // 409: a repository without any commit.
    if (error.kind === "conflict") return null;
    if (error.kind !== "not-found") throw error;
    // A repository that is hidden from the credential answers the same; then this throws.
    await readRepository(client, credentials, ref, options);
    return null;
  }
}

function askForRepository(
  client: GithubClient,
  credentials: GithubCredentials,
  ref: ForgeRepositoryRef,
  options: CallOptions | undefined,
): Promise<{ repository: ForgeRepository; mayPush: boolean }> {
  return client.ask(
    {
      what: `Looking for ${ref.slug}`,
      kind: "read",
      route: "GET /repos/{owner}/{repo}",
      parameters: ownerAndName(ref),
      accept: (data, answer) => {
        const { mayPush, ...repository } = readAnswer(repositoryAnswer, data);
        if (!answer.redirected) mustBe("name", repository.slug, ref.slug);
        return { repository, mayPush: mayPush && isInScope(answer.headers.get("x-oauth-scopes"), repository) };
      },
    },
    credentials.forRepository(ref),
    options,
  );
}

/** `permissions` are the user's; a classic token may do less, and only its scopes say so. Other tokens have none. */
function isInScope(scopes: string | null, { isPrivate }: { isPrivate: boolean }): boolean {
  if (scopes === null || scopes.trim() === "") return true;
  const granted = scopes.split(",").map((scope) => scope.trim());
  return granted.includes("repo") || (!isPrivate && granted.includes("public_repo"));
}

const repositoryAnswer = z
  .object({
    id: idField,
    full_name: slugField,
    default_branch: z.string().min(1).max(255).nullable(),
    html_url: urlField,
    private: z.boolean(),
    archived: z.boolean(),
    permissions: z.object({ push: z.boolean() }).optional(),
  })
  .transform(({ id, full_name, default_branch, html_url, private: isPrivate, archived, permissions }) => ({
    id,
    slug: full_name,
    defaultBranch: default_branch,
    url: html_url,
    isPrivate,
    isArchived: archived,
    mayPush: permissions?.push ?? false,
  }));

const refAnswer = z.object({ ref: z.string(), object: z.object({ sha: shaField }) });
