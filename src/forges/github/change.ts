import { z } from "zod";
import type { CallOptions, ForgeChange, ForgeRepositoryRef } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, mustBe, numberField, shaField, slugField } from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";

/** Between which commits a pull request's change lies. GitHub tells the tips, and where they part only when the two are compared. */
export async function readChange(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  number: number,
  options: CallOptions | undefined,
): Promise<ForgeChange> {
  const tips = await client.inRepository(
    ref,
    (now) => ({
      what: `Reading ${now.slug}#${number}`,
      kind: "read",
      route: "GET /repos/{owner}/{repo}/pulls/{pull_number}",
      parameters: { ...ownerAndName(now), pull_number: number },
      accept: (data) => {
        const { head, base, number: given } = readAnswer(tipsAnswer, data);
        mustBe("number", given, number);
        mustBe("repository", base.repo.full_name, now.slug);
        // The fork may be gone; its commits stay.
        return { headSha: head.sha, startSha: base.sha, isFork: head.repo?.id !== base.repo.id };
      },
    }),
    options,
  );
  return { ...tips, mergeBaseSha: await readMergeBase(client, ref, tips, options) };
}

/** By their ids, so that what is pushed meanwhile changes nothing. */
function readMergeBase(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  { startSha, headSha }: { startSha: string; headSha: string },
  options: CallOptions | undefined,
): Promise<string> {
  return client.inRepository(
    ref,
    (now) => ({
      what: `Looking where ${headSha.slice(0, 12)} and ${startSha.slice(0, 12)} part in ${now.slug}`,
      kind: "read",
      route: "GET /repos/{owner}/{repo}/compare/{basehead}",
      // All files and their patches are on the first page, and on no other.
      parameters: { ...ownerAndName(now), basehead: `${startSha}...${headSha}`, per_page: 1, page: 2 },
      accept: (data) => {
        const { base_commit: base, merge_base_commit: mergeBase } = readAnswer(comparisonAnswer, data);
        mustBe("base", base.sha, startSha);
        return mergeBase.sha;
      },
    }),
    options,
  );
}

const tipsAnswer = z.object({
  number: numberField,
  head: z.object({ sha: shaField, repo: z.object({ id: idField }).nullable() }),
  base: z.object({ sha: shaField, repo: z.object({ id: idField, full_name: slugField }) }),
});

const comparisonAnswer = z.object({
  base_commit: z.object({ sha: shaField }),
  merge_base_commit: z.object({ sha: shaField }),
});
