import { MergeRequests } from "@gitbeaker/rest";
import { z } from "zod";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgeChange, ForgeRepositoryRef } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, mustBe, mustBePageOf, numberField, shaField, urlField } from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";

/**
 * Between which commits a merge request's change lies. GitLab works it out in the background: shortly after a push it still tells the one before, which
 * is `transient` here.
 */
export async function readChange(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  number: number,
  options: CallOptions | undefined,
): Promise<ForgeChange> {
  const change = await client.inProject(
    ref,
    (now) => ({
      what: `Reading the change of ${now.slug}!${number}`,
      kind: "read",
      send: (resources) => new MergeRequests(resources).show(now.slug, number),
      accept: (data) => {
        const answer = readAnswer(changeAnswer, data);
        mustBePageOf(now.slug, answer.iid, answer.web_url);
        mustBe("number", answer.iid, number);
        return answer.change;
      },
    }),
    options,
  );
  if (change !== null) return change;
  throw new ForgeCallError(
    "transient",
    "FORGE_UNAVAILABLE",
    `GitLab has not worked out the change of ${ref.slug}!${number} yet.`,
  );
}

const changeAnswer = z
  .object({
    iid: numberField,
    web_url: urlField,
    sha: shaField.nullish(),
    source_project_id: idField.nullish(),
    target_project_id: idField,
    diff_refs: z
      .object({ base_sha: shaField.nullable(), start_sha: shaField.nullable(), head_sha: shaField.nullable() })
      .nullish(),
  })
  .transform(({ diff_refs: refs, sha, source_project_id: source, target_project_id: target, ...answer }) => {
    const isWorkedOut = refs?.base_sha && refs.start_sha && refs.head_sha && refs.head_sha === (sha ?? refs.head_sha);
    const change: ForgeChange | null = isWorkedOut
      ? {
          headSha: refs.head_sha as string,
          mergeBaseSha: refs.base_sha as string,
          startSha: refs.start_sha as string,
          // The fork may be gone.
          isFork: source !== target,
        }
      : null;
    return { ...answer, change };
  });
