import { createHash } from "node:crypto";
import { ApiRefusal } from "./api-answer.ts";
import {
  type FakeIssue,
  type FakeMergeRequest,
  type FakeNote,
  type FakeProject,
  type FakeUser,
  nextId,
} from "./gitlab-state.ts";
import { type Noteable, notePayload } from "./hook-payloads.ts";
import type { World } from "./world.ts";

/**
 * Writes a comment.
 * @throws 202 when the text is nothing but quick actions (`/close`): GitLab then does what they say, writes no comment, and answers so
 */
export function addNote(
  project: FakeProject,
  on: Noteable,
  by: FakeUser,
  body: string,
  world: World,
  place: Partial<Pick<FakeNote, "type" | "position" | "discussionId">> = {},
): FakeNote {
  checkBody(body);
  const lines = body.trim().split("\n");
  if (lines.every((line) => /^\/[a-z_]+(\s|$)/.test(line)))
    throw new ApiRefusal(202, {
      commands_changes: Object.fromEntries(lines.map((line) => [line.slice(1).split(/\s/)[0] ?? "", true])),
      summary: lines.map((line) => `Applied ${line.split(/\s/)[0]}.`),
    });
  const note = { ...noteOf(by, body, false, world), ...place };
  on.subject.notes.push(note);
  on.subject.updatedAt = note.createdAt;
  world.announce(project, "Note Hook", notePayload(project, on, note, by, "create", world));
  return note;
}

export function editNote(
  project: FakeProject,
  on: Noteable,
  note: FakeNote,
  by: FakeUser,
  body: string,
  world: World,
): void {
  checkBody(body);
  Object.assign(note, { body, updatedAt: world.now() });
  world.announce(project, "Note Hook", notePayload(project, on, note, by, "update", world));
}

/** What GitLab writes itself beside people's comments. */
export function addSystemNote(subject: FakeIssue | FakeMergeRequest, by: FakeUser, body: string, world: World): void {
  subject.notes.push(noteOf(by, body, true, world));
}

function noteOf(by: FakeUser, body: string, isSystem: boolean, world: World): FakeNote {
  const now = world.now();
  const id = nextId(world.state);
  return {
    id,
    body,
    authorId: by.id,
    isSystem,
    discussionId: createHash("sha1").update(`discussion ${id}`).digest("hex"),
    type: null,
    position: null,
    resolvedById: null,
    createdAt: now,
    updatedAt: now,
  };
}

function checkBody(body: string): void {
  if (body.trim() === "") throw new ApiRefusal(400, { message: '400 Bad request - Note {:note=>["can\'t be blank"]}' });
  if (body.length > 1_000_000)
    throw new ApiRefusal(400, {
      message: '400 Bad request - Note {:note=>["is too long (maximum is 1000000 characters)"]}',
    });
}
