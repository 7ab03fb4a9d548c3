import { IssueNotes, MergeRequestNotes } from "@gitbeaker/rest";
import { z } from "zod";
import type { Instant } from "../../domain/clock.ts";
import { fitText } from "../fit-text.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, CommentTarget, ForgeComment, ForgeRepositoryRef } from "../forge.ts";
import { readAnswer } from "../read-answer.ts";
import { idField, instantField, mustBe, numberField, userField } from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";
import type { ResourceOptions } from "./requester.ts";
import { noteCharactersMax } from "./text-limits.ts";

/**
 * Comments on an issue or a merge request. Sent once; GitLab would take a second one. A text of nothing but quick actions (`/close`) is no comment to
 * GitLab: it does what they say and answers otherwise, which ends here as `unknown`. Whoever writes texts keeps such lines out.
 */
export function postComment(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  target: CommentTarget,
  body: string,
  options: CallOptions | undefined,
): Promise<ForgeComment> {
  return client.inProject(
    ref,
    (now) => ({
      what: `Commenting on ${nameOf(now, target)}`,
      kind: "write",
      send: (resources) => notesOn(target, resources).create(now.slug, target.number, fitText(body, noteCharactersMax)),
      accept: (data) => commentFrom(belonging(target, readAnswer(noteAnswer, data)), client, now, target),
    }),
    options,
  );
}

/** Writes a comment of ours anew. A second call changes nothing more. */
export async function changeComment(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  target: CommentTarget,
  commentId: string,
  body: string,
  options: CallOptions | undefined,
): Promise<ForgeComment> {
  if (!/^[1-9]\d{0,14}$/.test(commentId))
    throw new ForgeCallError("refused", "FORGE_REFUSED", "A comment's id at GitLab is a number.");
  return await client.inProject(
    ref,
    (now) => ({
      what: `Changing a comment on ${nameOf(now, target)}`,
      kind: "write",
      send: (resources) =>
        notesOn(target, resources).edit(now.slug, target.number, Number(commentId), {
          body: fitText(body, noteCharactersMax),
        }),
      accept: (data) => {
        const note = belonging(target, readAnswer(noteAnswer, data));
        mustBe("id", note.comment.id, commentId);
        return commentFrom(note, client, now, target);
      },
    }),
    options,
  );
}

/**
 * All pages, oldest first, without the notes that GitLab writes itself ("changed title from …") and those at lines. GitLab has no filter by time: with `since`, notes are
 * read from the newest change backwards, no further than needed.
 */
export async function readComments(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  target: CommentTarget,
  { since }: { since?: Instant },
  options: CallOptions | undefined,
): Promise<ForgeComment[]> {
  const notes = await client.list(
    ref,
    (now, page) => ({
      what: `Reading the comments on ${nameOf(now, target)}`,
      send: (resources) =>
        notesOn(target, resources).all(now.slug, target.number, {
          ...(since === undefined ? { orderBy: "created_at", sort: "asc" } : { orderBy: "updated_at", sort: "desc" }),
          page,
          perPage: 100,
        }),
      accept: (data) => readAnswer(z.array(noteAnswer), data).map((note) => belonging(target, note)),
      isEnough: (read) => since !== undefined && read.some(({ comment }) => comment.updatedAt < since),
    }),
    options,
  );
  // What is written while pages are turned moves others onto the next page, where they come again.
  return [...new Map(notes.map((note) => [note.comment.id, note])).values()]
    .filter(
      ({ isSystem, isAtLine, comment }) =>
        !isSystem && !isAtLine && (since === undefined || comment.updatedAt >= since),
    )
    .toSorted((a, b) => order(a.comment, b.comment))
    .map((note) => commentFrom(note, client, ref, target));
}

function order(a: Note["comment"], b: Note["comment"]): number {
  return a.createdAt.localeCompare(b.createdAt) || Number(a.id) - Number(b.id);
}

function notesOn(target: CommentTarget, resources: ResourceOptions) {
  return target.on === "issue" ? new IssueNotes(resources) : new MergeRequestNotes(resources);
}

function nameOf(ref: ForgeRepositoryRef, { on, number }: CommentTarget): string {
  return `${ref.slug}${on === "issue" ? "#" : "!"}${number}`;
}

function belonging({ on, number }: CommentTarget, note: Note): Note {
  mustBe("place", note.place, on === "issue" ? "Issue" : "MergeRequest");
  mustBe("number", note.placeNumber ?? number, number);
  return note;
}

/** A note does not say where it is to be seen. Its anchor there has always been this. */
function commentFrom(
  { comment }: Note,
  { webUrl }: GitlabClient,
  { slug }: ForgeRepositoryRef,
  { on, number }: CommentTarget,
): ForgeComment {
  const page = `${webUrl}/${slug}/-/${on === "issue" ? "issues" : "merge_requests"}/${number}`;
  return { ...comment, url: `${page}#note_${comment.id}` };
}

type Note = z.output<typeof noteAnswer>;

const noteAnswer = z
  .object({
    id: idField,
    body: z.string(),
    system: z.boolean(),
    type: z.string().nullish(),
    author: userField.nullish(),
    noteable_type: z.string(),
    noteable_iid: numberField.nullish(),
    created_at: instantField,
    updated_at: instantField,
  })
  .transform((answer) => ({
    place: answer.noteable_type,
    placeNumber: answer.noteable_iid ?? null,
    isSystem: answer.system,
    // Those at lines are threads, as at GitHub.
    isAtLine: answer.type === "DiffNote",
    comment: {
      id: answer.id,
      body: answer.body,
      author: answer.author ?? null,
      createdAt: answer.created_at,
      updatedAt: answer.updated_at,
    },
  }));
