import { z } from "zod";
import { fitText } from "../fit-text.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgeRepositoryRef, InlineComment, InlineComments } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, mustBe, shaField, slugInApiUrl } from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";
import { readThreads } from "./review-threads.ts";
import { bodyCharactersMax } from "./text-limits.ts";

/** More than this GitHub answers with 502, and nobody knows how many it took. */
export const inlineCommentsMax = 30;

/**
 * Posts comments at lines, as one review: all of them, or none when one is at a line that the diff does not have, which is `refused`. Sent once; GitHub
 * would take a second one. The threads are those of the comments, in their order; none where GitHub does not list them yet.
 */
export async function postReview(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  number: number,
  { change, comments }: InlineComments,
  options: CallOptions | undefined,
): Promise<{ threads: { id: string; url: string | null }[] }> {
  if (comments.length === 0) return { threads: [] };
  if (comments.length > inlineCommentsMax)
    throw new ForgeCallError(
      "refused",
      "FORGE_REFUSED",
      `GitHub takes ${inlineCommentsMax} comments at lines in one request, and not ${comments.length}.`,
    );
  const review: CommentingReview = { event: "COMMENT", commit_id: change.headSha, comments: comments.map(atLines) };
  const reviewId = await client.inRepository(
    ref,
    (now) => ({
      what: `Commenting on lines of ${now.slug}#${number}`,
      kind: "write",
      route: "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
      parameters: { ...ownerAndName(now), pull_number: number, ...review },
      accept: (data) => {
        const answer = readAnswer(reviewAnswer, data);
        mustBe("repository", slugInApiUrl(answer.pull_request_url), now.slug);
        mustBe("number", /\/pulls\/(\d+)$/.exec(answer.pull_request_url)?.[1] ?? "", number);
        mustBe("commit", answer.commit_id ?? "", change.headSha);
        mustBe("state", answer.state, "COMMENTED");
        return answer.id;
      },
    }),
    options,
  );
  return { threads: await threadsOf(reviewId, comments.length) };

  /** The review is there, whatever comes of this. */
  async function threadsOf(id: string, count: number): Promise<{ id: string; url: string | null }[]> {
    try {
      const threads = (await readThreads(client, ref, number, options)).filter(({ reviewIds }) => reviewIds[0] === id);
      return threads.length === count ? threads.map(({ thread }) => ({ id: thread.id, url: thread.url })) : [];
    } catch (error) {
      if (error instanceof ForgeCallError) return [];
      throw error;
    }
  }
}

/** The only kind of review that this program can write: one that neither approves nor asks for changes. */
type CommentingReview = { event: "COMMENT"; commit_id: string; comments: CommentAtLines[] };

type CommentAtLines = {
  path: string;
  body: string;
  line: number;
  side: "RIGHT";
  start_line?: number;
  start_side?: "RIGHT";
};

function atLines({ path, startLine, endLine, body }: InlineComment): CommentAtLines {
  return {
    path,
    body: fitText(body, bodyCharactersMax),
    line: endLine,
    side: "RIGHT",
    // Of a range of one line GitHub says that its start must be before its end.
    ...(startLine < endLine ? { start_line: startLine, start_side: "RIGHT" } : {}),
  };
}

const reviewAnswer = z.object({
  id: idField,
  state: z.string(),
  commit_id: shaField.nullable(),
  pull_request_url: z.string(),
});
