import { z } from "zod";
import { commitIdDigits } from "../commit-id-digits.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgeRepositoryRef } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { shaField } from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";
import type { GithubCredentials } from "./credentials.ts";
import { readRepository } from "./repository.ts";

/** The whole id of a commit. Null when no commit begins so, or more than one does: GitHub does not tell the two apart. */
export async function readCommitId(
  client: GithubClient,
  credentials: GithubCredentials,
  ref: ForgeRepositoryRef,
  sha: string,
  options: CallOptions | undefined,
): Promise<string | null> {
  const digits = commitIdDigits(sha);
  try {
    const found = await client.inRepository(
      ref,
      (now) => ({
        what: `Looking for the commit ${digits} in ${now.slug}`,
        kind: "read",
        route: "GET /repos/{owner}/{repo}/commits/{ref}",
        // The files are on the first page.
        parameters: { ...ownerAndName(now), ref: digits, per_page: 1, page: 2 },
        accept: (data) => readAnswer(z.object({ sha: shaField }), data).sha,
      }),
      options,
    );
    // A branch or a tag may be called like a commit.
    return found.startsWith(digits) ? found : null;
  } catch (error) {
    // 409: a repository without any commit.
    if (isNoCommit(error) || (error instanceof ForgeCallError && error.kind === "conflict")) return null;
    if (!(error instanceof ForgeCallError) || error.kind !== "not-found") throw error;
    // A repository that is hidden from the credential answers the same; then this throws.
    await readRepository(client, credentials, ref, options);
    return null;
  }
}

/** "No commit found for SHA: …" */
export function isNoCommit(error: unknown): boolean {
  return error instanceof ForgeCallError && error.status === 422 && /\bno commit found\b/i.test(error.message);
}
