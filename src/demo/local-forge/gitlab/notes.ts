import type { NoteSchema } from "@gitbeaker/rest";
import type { Replaced } from "./answer-shape.ts";
import { type ApiAnswer, answer, forbidden, notFound } from "./api-answer.ts";
import { type ApiCall, choiceOf, numberIn, requireIn, requireOneIn, textIn } from "./api-call.ts";
import {
  type FakeNote,
  type FakePosition,
  type FakeProject,
  type FakeUser,
  type GitlabState,
  userOf,
} from "./gitlab-state.ts";
import type { Noteable } from "./hook-payloads.ts";
import { issueOf } from "./issues.ts";
import { mergeRequestOf } from "./merge-requests.ts";
import { addNote, editNote } from "./note-acts.ts";
import { page } from "./pages.ts";
import { projectOf, requireOpenForWords } from "./projects.ts";
import { type ShownUser, shownUser } from "./users.ts";
import type { World } from "./world.ts";

/** `null` for what is no note on a line, and fields that the type does not know. */
export type ShownNote = Replaced<
  NoteSchema,
  {
    author: ShownUser;
    type: "DiffNote" | null;
    confidential: boolean;
    internal: boolean;
    imported: boolean;
    resolved?: boolean;
    resolved_by?: ShownUser | null;
    position?: ShownPosition;
  }
>;

type ShownPosition = {
  base_sha: string;
  start_sha: string;
  head_sha: string;
  position_type: "text";
  new_path: string;
  old_path: string;
  new_line: number;
  old_line: number | null;
};

type FindNoteable = (project: FakeProject, call: ApiCall) => Noteable;
const findIssue: FindNoteable = (project, call) => ({ type: "Issue", subject: issueOf(project, call) });
const findMergeRequest: FindNoteable = (project, call) => ({
  type: "MergeRequest",
  subject: mergeRequestOf(project, call),
});

/** The same three calls on an issue and on a merge request. */
export const issueNotes = notesOn(findIssue);
export const mergeRequestNotes = notesOn(findMergeRequest);

function notesOn(find: FindNoteable) {
  return {
    create: (call: ApiCall, world: World): ApiAnswer => {
      const project = projectOf(call, world);
      requireOpenForWords(project, call);
      const on = find(project, call);
      requireIn(call, ["body"]);
      const note = addNote(project, on, call.user as FakeUser, textIn(call, "body") ?? "", world);
      return answer(201, shownNote(note, on, project, world.state, world));
    },
    update: (call: ApiCall, world: World): ApiAnswer => {
      const project = projectOf(call, world);
      requireOpenForWords(project, call);
      const on = find(project, call);
      requireOneIn(call, ["body"]);
      const id = numberIn(call, "note_id");
      const note = on.subject.notes.find((one) => one.id === id);
      if (note === undefined) throw notFound();
      if (note.isSystem || note.authorId !== call.user?.id) throw forbidden();
      editNote(project, on, note, call.user, textIn(call, "body") ?? "", world);
      return answer(200, shownNote(note, on, project, world.state, world));
    },
    list: (call: ApiCall, world: World): ApiAnswer => {
      const project = projectOf(call, world);
      const on = find(project, call);
      const orderBy = choiceOf(call.query.get("order_by"), "order_by", ["created_at", "updated_at"]) ?? "created_at";
      const sort = choiceOf(call.query.get("sort"), "sort", ["asc", "desc"]) ?? "desc";
      const timeOf = (note: FakeNote) => (orderBy === "created_at" ? note.createdAt : note.updatedAt);
      const notes = on.subject.notes.toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)) || a.id - b.id);
      if (sort === "desc") notes.reverse();
      return page(notes, call, world, (note) => shownNote(note, on, project, call.state, world));
    },
  };
}

export function shownNote(
  note: FakeNote,
  on: Noteable,
  project: FakeProject,
  state: GitlabState,
  world: World,
): ShownNote {
  return {
    id: note.id,
    type: note.type,
    body: note.body,
    attachment: null,
    author: shownUser(userOf(state, note.authorId), world),
    created_at: note.createdAt,
    updated_at: note.updatedAt,
    system: note.isSystem,
    noteable_id: on.subject.id,
    noteable_type: on.type,
    project_id: project.id,
    resolvable: note.type !== null && !note.isSystem,
    ...(note.position === null ? {} : { position: shownPosition(note.position) }),
    ...(note.type === null
      ? {}
      : {
          resolved: note.resolvedById !== null,
          resolved_by: note.resolvedById === null ? null : shownUser(userOf(state, note.resolvedById), world),
        }),
    confidential: false,
    internal: false,
    imported: false,
    noteable_iid: on.subject.iid,
  };
}

export function shownPosition(position: FakePosition): ShownPosition {
  return {
    base_sha: position.baseSha,
    start_sha: position.startSha,
    head_sha: position.headSha,
    position_type: "text",
    new_path: position.newPath,
    old_path: position.oldPath,
    new_line: position.newLine,
    old_line: position.oldLine,
  };
}
