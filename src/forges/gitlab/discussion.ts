import { MergeRequestDiscussions } from "@gitbeaker/rest";
import { z } from "zod";
import { fitText } from "../fit-text.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import { WrongAnswer } from "../forge-call.ts";
import type {
  CallOptions,
  ForgeChange,
  ForgeComment,
  ForgeRepositoryRef,
  ForgeThread,
  InlineComment,
  InlineComments,
} from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, instantField, mustBe, numberField, shaField, userField } from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";
import { noteCharactersMax } from "./text-limits.ts";

/** GitLab takes one discussion at a time. */
export const inlineCommentsMax = 1;

/** Posts a comment at a line as a discussion. A line that the diff does not have is `refused`. Sent once; GitLab would take a second one. */
export async function postDiscussion(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  number: number,
  { change, comments }: InlineComments,
  options: CallOptions | undefined,
): Promise<{ threads: { id: string; url: string | null }[] }> {
  const [comment, ...others] = comments;
  if (comment === undefined) return { threads: [] };
  if (others.length > 0)
    throw new ForgeCallError("refused", "FORGE_REFUSED", "GitLab takes one comment at a line in one request.");
  const thread = await client.inProject(
    ref,
    (now) => ({
      what: `Commenting on a line of ${now.slug}!${number}`,
      kind: "write",
      send: async (resources) => {
        // Gitbeaker's own method sends a position as a form, where all numbers are texts, and GitLab's rules for ranges want numbers.
        const { requester } = new MergeRequestDiscussions(resources);
        const place = `${encodeURIComponent(now.slug)}/merge_requests/${number}/discussions`;
        const body = { body: fitText(comment.body, noteCharactersMax), position: positionOf(comment, change) };
        return (await requester.post(place, { body })).body;
      },
      accept: (data) => {
        const discussion = readAnswer(discussionAnswer, data);
        const [note] = discussion.notes;
        if (note?.position === null || note?.position === undefined) throw new WrongAnswer("it stands at no line");
        mustBe("merge request", note.placeNumber ?? number, number);
        mustBe("path", note.position.new_path ?? "", comment.path);
        mustBe("line", note.position.new_line ?? 0, comment.endLine);
        return { id: discussion.id, url: urlOf(client, now, number, note.comment.id) };
      },
    }),
    options,
  );
  return { threads: [thread] };
}

/**
 * All discussions at lines, oldest first, without the notes that GitLab writes itself. `headSha` is the merge request's newest commit: GitLab moves the
 * position of a discussion with each push as long as its line is there, and leaves it behind when it is not.
 */
export async function readThreads(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  number: number,
  headSha: string,
  options: CallOptions | undefined,
): Promise<ForgeThread[]> {
  const discussions = await client.list(
    ref,
    (now, page) => ({
      what: `Reading the threads of ${now.slug}!${number}`,
      send: (resources) => new MergeRequestDiscussions(resources).all(now.slug, number, { page, perPage: 100 }),
      accept: (data) =>
        readAnswer(z.array(discussionAnswer), data).map((discussion) => {
          for (const { placeNumber } of discussion.notes) mustBe("merge request", placeNumber ?? number, number);
          return discussion;
        }),
    }),
    options,
  );
  // What is written while pages are turned moves others onto the next page, where they come again.
  return [...new Map(discussions.map((discussion) => [discussion.id, discussion])).values()]
    .filter(({ notes }) => notes[0]?.isAtLine === true)
    .map((discussion) => threadFrom(discussion, client, ref, number, headSha));
}

/** Closes a discussion. Safe to repeat: one that is resolved stays so. */
export async function resolveDiscussion(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  number: number,
  threadId: string,
  options: CallOptions | undefined,
): Promise<void> {
  if (!/^[0-9a-f]{40,64}$/.test(threadId))
    throw new ForgeCallError("refused", "FORGE_REFUSED", "This is no id of a discussion at GitLab.");
  await client.inProject(
    ref,
    (now) => ({
      what: `Resolving a thread of ${now.slug}!${number}`,
      kind: "write",
      send: async (resources) => {
        // Gitbeaker's own method writes a boolean into the address, where our requests have texts and numbers.
        const { requester } = new MergeRequestDiscussions(resources);
        const place = `${encodeURIComponent(now.slug)}/merge_requests/${number}/discussions/${threadId}`;
        return (await requester.put(place, { body: { resolved: true } })).body;
      },
      accept: (data) => {
        const discussion = readAnswer(discussionAnswer, data);
        mustBe("id", discussion.id, threadId);
        if (!isResolved(discussion)) throw new WrongAnswer("the thread is not resolved after all");
      },
    }),
    options,
  );
}

/**
 * https://docs.gitlab.com/api/discussions/#create-a-new-thread-in-the-merge-request-diff: of an added line the new number, of an unchanged one both. The
 * schema behind it allows nothing else and no number as a text.
 */
function positionOf(comment: InlineComment, { mergeBaseSha, startSha, headSha }: ForgeChange): object {
  const { path, oldPath, startLine, endLine, oldStartLine, oldEndLine } = comment;
  const isRange = startLine < endLine && oldStartLine !== undefined;
  return {
    position_type: "text",
    base_sha: mergeBaseSha,
    start_sha: startSha,
    head_sha: headSha,
    new_path: path,
    old_path: oldPath ?? path,
    ...lineOf(endLine, oldEndLine),
    ...(isRange
      ? { line_range: { start: rangeEnd(startLine, oldStartLine), end: rangeEnd(endLine, oldEndLine) } }
      : {}),
  };
}

function lineOf(newLine: number, oldLine: number | null): { new_line: number; old_line?: number } {
  return { new_line: newLine, ...(oldLine === null ? {} : { old_line: oldLine }) };
}

/** Without GitLab's own `line_code`, whose making is not described for every case and which it does not need. */
function rangeEnd(newLine: number, oldLine: number | null): object {
  return { type: oldLine === null ? "new" : "old", ...lineOf(newLine, oldLine) };
}

function threadFrom(
  discussion: Discussion,
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  number: number,
  headSha: string,
): ForgeThread {
  const [first] = discussion.notes;
  const position = first?.position ?? null;
  const words = discussion.notes.filter((note) => !note.isSystem);
  const resolved = isResolved(discussion);
  return {
    id: discussion.id,
    url: first === undefined ? null : urlOf(client, ref, number, first.comment.id),
    isResolved: resolved,
    resolvedBy: resolved ? (words.findLast((note) => note.resolvedBy !== null)?.resolvedBy ?? null) : null,
    path: position?.new_path ?? null,
    line: position?.head_sha === headSha ? position.new_line : null,
    comments: words.map(({ comment }): ForgeComment => ({
      ...comment,
      url: urlOf(client, ref, number, comment.id),
    })),
  };
}

function isResolved({ notes }: Discussion): boolean {
  const resolvable = notes.filter((note) => note.isResolvable);
  return resolvable.length > 0 && resolvable.every((note) => note.isResolved);
}

function urlOf({ webUrl }: GitlabClient, { slug }: ForgeRepositoryRef, number: number, noteId: string): string {
  return `${webUrl}/${slug}/-/merge_requests/${number}#note_${noteId}`;
}

type Discussion = z.output<typeof discussionAnswer>;

const positionAnswer = z.object({
  head_sha: shaField.nullish(),
  new_path: z.string().nullish(),
  new_line: z
    .int()
    .positive()
    .nullish()
    .transform((line) => line ?? null),
});

const noteAnswer = z
  .object({
    id: idField,
    type: z.string().nullish(),
    body: z.string(),
    system: z.boolean(),
    author: userField.nullish(),
    noteable_iid: numberField.nullish(),
    created_at: instantField,
    updated_at: instantField,
    resolvable: z.boolean().optional(),
    resolved: z.boolean().optional(),
    resolved_by: userField.nullish(),
    position: positionAnswer.nullish(),
  })
  .transform((answer) => ({
    isAtLine: answer.type === "DiffNote",
    isSystem: answer.system,
    isResolvable: answer.resolvable ?? false,
    isResolved: answer.resolved ?? false,
    resolvedBy: answer.resolved_by ?? null,
    placeNumber: answer.noteable_iid ?? null,
    position: answer.position ?? null,
    comment: {
      id: answer.id,
      body: answer.body,
      author: answer.author ?? null,
      createdAt: answer.created_at,
      updatedAt: answer.updated_at,
    },
  }));

const discussionAnswer = z.object({ id: z.string().regex(/^[0-9a-f]{40,64}$/), notes: z.array(noteAnswer) });
