import { shownFiles } from "../git-change.ts";
import { type ApiAnswer, answer, ApiRefusal, badParameter, forbidden, notFound } from "./api-answer.ts";
import { type ApiCall, requireIn, textIn } from "./api-call.ts";
import { followBranch } from "./diff-versions.ts";
import { accessLevels, accessOf } from "./gitlab-state.ts";
import type { FakeMergeRequest, FakeNote, FakePosition, FakeProject, FakeUser } from "./gitlab-state.ts";
import { mergeRequestOf } from "./merge-requests.ts";
import { addNote, addSystemNote } from "./note-acts.ts";
import { type ShownNote, shownNote } from "./notes.ts";
import { page } from "./pages.ts";
import { projectOf, requireOpenForWords } from "./projects.ts";
import type { World } from "./world.ts";

/** `GET /projects/:id/merge_requests/:iid/discussions`: also those of a single note, and GitLab's own. */
export async function listDiscussions(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  const request = mergeRequestOf(project, call);
  await followBranch(project, request, world);
  const ids = [...new Set(request.notes.map(({ discussionId }) => discussionId))];
  return page(ids, call, world, (id) => shownDiscussion(id, request, project, call, world));
}

/** `POST /projects/:id/merge_requests/:iid/discussions`, at a line. */
export async function createDiscussion(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  requireOpenForWords(project, call);
  const request = mergeRequestOf(project, call);
  requireIn(call, ["body"]);
  await followBranch(project, request, world);
  const position = positionIn(call.body["position"]);
  const by = call.user as FakeUser;
  const note = await addDiffNote(project, request, by, textIn(call, "body") ?? "", position, world);
  return answer(201, shownDiscussion(note.discussionId, request, project, { state: world.state }, world));
}

/** `PUT /projects/:id/merge_requests/:iid/discussions/:discussion_id` */
export function resolveDiscussion(call: ApiCall, world: World): ApiAnswer {
  const project = projectOf(call, world);
  requireOpenForWords(project, call);
  const request = mergeRequestOf(project, call);
  requireIn(call, ["resolved"]);
  const id = call.parts["discussion_id"] ?? "";
  if (notesOf(request, id).length === 0) throw notFound("Discussion");
  const by = call.user as FakeUser;
  if (by.id !== request.authorId && accessOf(project, by) < accessLevels.developer) throw forbidden();
  setResolved(request, id, by, isTrue(call.body["resolved"]), world);
  return answer(200, shownDiscussion(id, request, project, { state: world.state }, world));
}

/** Begins a conversation at a line. Throws what GitLab says of a line that the diff does not have. */
export async function addDiffNote(
  project: FakeProject,
  request: FakeMergeRequest,
  by: FakeUser,
  body: string,
  position: FakePosition,
  world: World,
): Promise<FakeNote> {
  await checkPosition(project, request, position, world);
  return addNote(project, { type: "MergeRequest", subject: request }, by, body, world, { type: "DiffNote", position });
}

/** Another word in a conversation. */
export function replyTo(
  project: FakeProject,
  request: FakeMergeRequest,
  by: FakeUser,
  discussionId: string,
  body: string,
  world: World,
): FakeNote {
  const [first] = notesOf(request, discussionId);
  if (first === undefined) throw notFound("Discussion");
  const { type, position } = first;
  const on = { type: "MergeRequest" as const, subject: request };
  return addNote(project, on, by, body, world, { type, position, discussionId });
}

/** All notes of a conversation are resolved with it; a second time changes nothing, and says still who was first. */
export function setResolved(
  request: FakeMergeRequest,
  discussionId: string,
  by: FakeUser,
  isResolved: boolean,
  world: World,
): void {
  const notes = notesOf(request, discussionId).filter(isResolvable);
  const isNews = notes.some((note) => (note.resolvedById !== null) !== isResolved);
  for (const note of notes) note.resolvedById = isResolved ? (note.resolvedById ?? by.id) : null;
  const isAll = request.notes.filter(isResolvable).every((note) => note.resolvedById !== null);
  if (isNews && isResolved && isAll) addSystemNote(request, by, "resolved all threads", world);
}

type ShownDiscussion = { id: string; individual_note: boolean; notes: ShownNote[] };

function shownDiscussion(
  id: string,
  request: FakeMergeRequest,
  project: FakeProject,
  { state }: Pick<ApiCall, "state">,
  world: World,
): ShownDiscussion {
  const notes = notesOf(request, id);
  const on = { type: "MergeRequest" as const, subject: request };
  return {
    id,
    individual_note: notes[0]?.type === null,
    notes: notes.map((note) => shownNote(note, on, project, state, world)),
  };
}

function notesOf(request: FakeMergeRequest, discussionId: string): FakeNote[] {
  return request.notes.filter((note) => note.discussionId === discussionId);
}

function isResolvable(note: FakeNote): boolean {
  return note.type !== null && !note.isSystem;
}

function isTrue(value: unknown): boolean {
  if (typeof value !== "boolean") throw badParameter("resolved is invalid");
  return value;
}

/** Only what the schema of positions allows: numbers are no texts, and nothing is there that it does not name. */
function positionIn(value: unknown): FakePosition {
  if (typeof value !== "object" || value === null)
    throw new Error("This GitLab knows no discussions that are at no line");
  const given = value as Record<string, unknown>;
  const missing = ["base_sha", "start_sha", "head_sha", "position_type"].filter((name) => given[name] === undefined);
  if (missing.length > 0) throw badParameter(missing.map((name) => `position[${name}] is missing`).join(", "));
  if (!isRange(given["line_range"]) || !Object.keys(given).every((name) => positionNames.includes(name)))
    throw noteError(':position=>["must be a valid json schema"]');
  const text = (name: string): string => {
    const word = given[name];
    if (typeof word !== "string") throw noteError(':position=>["is incomplete"]');
    return word;
  };
  if (text("position_type") !== "text") throw new Error("This GitLab knows positions in texts only");
  const { new_line: newLine = null, old_line: oldLine = null } = given;
  if (!isLine(newLine) || !isLine(oldLine)) throw badParameter("position[new_line] is invalid");
  return {
    baseSha: text("base_sha"),
    startSha: text("start_sha"),
    headSha: text("head_sha"),
    newPath: text("new_path"),
    oldPath: text("old_path"),
    newLine: newLine ?? 0,
    oldLine,
  };
}

const positionNames = [
  "position_type",
  "base_sha",
  "start_sha",
  "head_sha",
  "new_path",
  "old_path",
  "new_line",
  "old_line",
  "line_range",
];

function isLine(value: unknown): value is number | null {
  return value === null || (Number.isInteger(value) && (value as number) > 0);
}

function isRange(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  const isEnd = (end: unknown): boolean =>
    typeof end === "object" &&
    end !== null &&
    Object.entries(end).every(([name, part]) =>
      ["old_line", "new_line"].includes(name)
        ? isLine(part)
        : ["line_code", "type"].includes(name) && typeof part === "string",
    );
  const { start, end, ...others } = value as Record<string, unknown>;
  return isEnd(start) && isEnd(end) && Object.keys(others).length === 0;
}

/** By the real diff: a version that there is, a line that it shows, and both numbers of one that is unchanged. */
async function checkPosition(
  project: FakeProject,
  request: FakeMergeRequest,
  { baseSha, startSha, headSha, newPath, oldPath, newLine, oldLine }: FakePosition,
  world: World,
): Promise<void> {
  const git = world.git();
  if (git === null) throw new Error("Discussions need a git repository: see attachGit");
  const isVersion = request.versions.some(
    (one) => one.baseSha === baseSha && one.startSha === startSha && one.headSha === headSha,
  );
  const file = isVersion ? (await shownFiles(git, project.path, baseSha, headSha)).get(newPath) : undefined;
  const hunk = file?.hunks.find((lines) => lines.has(newLine));
  if (file?.oldPath !== oldPath || hunk?.get(newLine) !== oldLine)
    throw noteError(':line_code=>["can\'t be blank", "must be a valid line code"]');
}

function noteError(messages: string): ApiRefusal {
  return new ApiRefusal(400, { message: `400 Bad request - Note {${messages}}` });
}
