import { Commits } from "@gitbeaker/rest";
import { z } from "zod";
import { commitIdDigits } from "../commit-id-digits.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgeRepositoryRef } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { shaField } from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";
import { readRepository } from "./repository.ts";

/** The whole id of a commit. Null when no commit begins so, or more than one does: GitLab does not tell the two apart. */
export async function readCommitId(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  sha: string,
  options: CallOptions | undefined,
): Promise<string | null> {
  const digits = commitIdDigits(sha);
  try {
    const found = await client.inProject(
      ref,
      (now) => ({
        what: `Looking for the commit ${digits} in ${now.slug}`,
        kind: "read",
        send: (resources) => new Commits(resources).show(now.slug, digits),
        accept: (data) => readAnswer(z.object({ id: shaField }), data).id,
      }),
      options,
    );
    // A branch or a tag may be called like a commit.
    return found.startsWith(digits) ? found : null;
  } catch (error) {
    if (!(error instanceof ForgeCallError) || error.kind !== "not-found") throw error;
    // A project that is hidden from the credential answers the same; then this throws.
    await readRepository(client, ref, options);
    return null;
  }
}
