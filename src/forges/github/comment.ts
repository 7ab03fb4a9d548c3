import { z } from "zod";
import { fitText } from "../fit-text.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, CommentTarget, ForgeComment, ForgeRepositoryRef } from "../forge.ts";
import type { Instant } from "../../domain/clock.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, instantField, mustBe, mustHavePage, slugInApiUrl, urlField, userField } from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";
import { bodyCharactersMax } from "./text-limits.ts";

/** Comments on an issue or on a pull request's conversation, which at GitHub are one. Sent once; GitHub would take a second one. */
export function postComment(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  { number }: CommentTarget,
  body: string,
  options: CallOptions | undefined,
): Promise<ForgeComment> {
  return client.inRepository(
    ref,
    (now) => ({
      what: `Commenting on ${now.slug}#${number}`,
      kind: "write",
      route: "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
      parameters: { ...ownerAndName(now), issue_number: number, body: fitText(body, bodyCharactersMax) },
      accept: (data) => belonging(now, number, readAnswer(commentAnswer, data)),
    }),
    options,
  );
}

/** Writes a comment of ours anew. A second call changes nothing more. */
export async function changeComment(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  { number }: CommentTarget,
  commentId: string,
  body: string,
  options: CallOptions | undefined,
): Promise<ForgeComment> {
  if (!/^[1-9]\d{0,19}$/.test(commentId))
    throw new ForgeCallError("refused", "FORGE_REFUSED", "A comment's id at GitHub is a number.");
  return await client.inRepository(
    ref,
    (now) => ({
      what: `Changing a comment on ${now.slug}#${number}`,
      kind: "write",
      route: "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
      parameters: { ...ownerAndName(now), comment_id: commentId, body: fitText(body, bodyCharactersMax) },
      accept: (data) => {
        const comment = belonging(now, number, readAnswer(commentAnswer, data));
        mustBe("id", comment.id, commentId);
        return comment;
      },
    }),
    options,
  );
}

/** All pages, oldest first. `since` is GitHub's own filter, looked at again here. */
export async function readComments(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  { number }: CommentTarget,
  { since }: { since?: Instant },
  options: CallOptions | undefined,
): Promise<ForgeComment[]> {
  const comments = await client.list(
    ref,
    (now) => ({
      what: `Reading the comments on ${now.slug}#${number}`,
      kind: "read",
      route: "GET /repos/{owner}/{repo}/issues/{issue_number}/comments",
      parameters: {
        ...ownerAndName(now),
        issue_number: number,
        per_page: 100,
        ...(since === undefined ? {} : { since }),
      },
      accept: (data) => readAnswer(z.array(commentAnswer), data).map((found) => belonging(now, number, found)),
    }),
    options,
  );
  return comments
    .filter(({ updatedAt }) => since === undefined || updatedAt >= wholeSecond(since))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : a.createdAt > b.createdAt ? 1 : 0));
}

/** GitHub counts in seconds: what was changed in the same one may have been after it. */
function wholeSecond(instant: Instant): Instant {
  return `${instant.slice(0, 19)}.000Z`;
}

function belonging(ref: ForgeRepositoryRef, number: number, answer: z.output<typeof commentAnswer>): ForgeComment {
  mustBe("repository", slugInApiUrl(answer.issueUrl), ref.slug);
  mustBe("number", /\/issues\/(\d+)$/.exec(answer.issueUrl)?.[1] ?? "", number);
  mustHavePage(answer.comment.url, `#issuecomment-${answer.comment.id}`);
  return answer.comment;
}

const commentAnswer = z
  .object({
    id: idField,
    html_url: urlField,
    issue_url: z.string(),
    body: z.string().nullish(),
    user: userField.nullable(),
    created_at: instantField,
    updated_at: instantField,
  })
  .transform((answer): { issueUrl: string; comment: ForgeComment } => ({
    issueUrl: answer.issue_url,
    comment: {
      id: answer.id,
      url: answer.html_url,
      body: answer.body ?? "",
      author: answer.user,
      createdAt: answer.created_at,
      updatedAt: answer.updated_at,
    },
  }));
