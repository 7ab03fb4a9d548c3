import type { IssueSchema } from "@gitbeaker/rest";
import type { Replaced } from "./answer-shape.ts";
import { type ApiAnswer, answer, forbidden, invalid, notFound } from "./api-answer.ts";
import { type ApiCall, choiceOf, numberIn, requireIn, requireOneIn, textIn } from "./api-call.ts";
import {
  accessLevels,
  accessOf,
  type FakeIssue,
  type FakeProject,
  type FakeUser,
  type GitlabState,
  nextId,
  userOf,
} from "./gitlab-state.ts";
import { issuePayload } from "./hook-payloads.ts";
import { addSystemNote } from "./note-acts.ts";
import { projectOf, requireOpenForWords } from "./projects.ts";
import { type ShownUser, shownUser } from "./users.ts";
import type { World } from "./world.ts";

/** Times that may be null, people who may be none, and fields that come with a licence. */
type ShownIssue = Omit<
  Replaced<
    IssueSchema,
    {
      author: ShownUser;
      assignees: ShownUser[];
      assignee: ShownUser | null;
      closed_by: ShownUser | null;
      closed_at: string | null;
      due_date: string | null;
      discussion_locked: boolean | null;
      milestone: null;
      issue_type: string;
    }
  >,
  "health_status" | "weight" | "epic" | "service_desk_reply_to" | "moved_to_id"
>;

/** `POST /projects/:id/issues` */
export function createIssue(call: ApiCall, world: World): ApiAnswer {
  const project = projectOf(call, world);
  requireOpenForWords(project, call);
  requireIn(call, ["title"]);
  const words = { title: textIn(call, "title") ?? "", description: textIn(call, "description") ?? "" };
  const issue = openIssue(project, call.user as FakeUser, words, world);
  return answer(201, shownIssue(issue, project, world.state, world));
}

export function openIssue(
  project: FakeProject,
  by: FakeUser,
  words: { title: string; description: string },
  world: World,
): FakeIssue {
  checkTitle(words.title);
  const now = world.now();
  const issue: FakeIssue = {
    id: nextId(world.state),
    iid: Math.max(0, ...project.issues.map((one) => one.iid)) + 1,
    ...words,
    state: "opened",
    authorId: by.id,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    notes: [],
  };
  project.issues.push(issue);
  world.announce(project, "Issue Hook", issuePayload(project, issue, by, "open", {}, world));
  return issue;
}

/** `GET /projects/:id/issues/:iid` */
export function showIssue(call: ApiCall, world: World): ApiAnswer {
  const project = projectOf(call, world);
  return answer(200, shownIssue(issueOf(project, call), project, call.state, world));
}

/** `PUT /projects/:id/issues/:iid` */
export function updateIssue(call: ApiCall, world: World): ApiAnswer {
  const project = projectOf(call, world);
  requireOpenForWords(project, call);
  const issue = issueOf(project, call);
  const by = call.user as FakeUser;
  if (issue.authorId !== by.id && accessOf(project, by) < accessLevels.reporter) throw forbidden();
  requireOneIn(call, ["description", "state_event", "title"]);
  const stateEvent = choiceOf(textIn(call, "state_event"), "state_event", ["close", "reopen"]);
  const title = textIn(call, "title") ?? issue.title;
  const description = textIn(call, "description") ?? issue.description;
  checkTitle(title);

  const changes = {
    ...(title === issue.title ? {} : { title: { previous: issue.title, current: title } }),
    ...(description === issue.description
      ? {}
      : { description: { previous: issue.description, current: description } }),
  };
  if (Object.keys(changes).length > 0) {
    Object.assign(issue, { title, description, updatedAt: world.now() });
    world.announce(project, "Issue Hook", issuePayload(project, issue, by, "update", changes, world));
  }
  if (stateEvent === "close" && issue.state === "opened") setState(project, issue, by, "closed", world);
  if (stateEvent === "reopen" && issue.state === "closed") setState(project, issue, by, "opened", world);
  return answer(200, shownIssue(issue, project, world.state, world));
}

export function issueOf(project: FakeProject, call: ApiCall): FakeIssue {
  const iid = numberIn(call, "iid");
  const issue = project.issues.find((one) => one.iid === iid);
  if (issue === undefined) throw notFound();
  return issue;
}

function setState(project: FakeProject, issue: FakeIssue, by: FakeUser, state: FakeIssue["state"], world: World): void {
  const now = world.now();
  Object.assign(issue, { state, closedAt: state === "closed" ? now : null, updatedAt: now });
  addSystemNote(issue, by, state === "closed" ? "closed" : "reopened", world);
  const action = state === "closed" ? "close" : "reopen";
  world.announce(project, "Issue Hook", issuePayload(project, issue, by, action, {}, world));
}

function checkTitle(title: string): void {
  if (title.trim() === "") throw invalid("title", "can't be blank");
  if (title.length > 255) throw invalid("title", "is too long (maximum is 255 characters)");
}

function shownIssue(issue: FakeIssue, project: FakeProject, state: GitlabState, world: World): ShownIssue {
  const self = `${world.webUrl}/api/v4/projects/${project.id}/issues/${issue.iid}`;
  return {
    id: issue.id,
    iid: issue.iid,
    project_id: project.id,
    title: issue.title,
    description: issue.description,
    state: issue.state,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: null,
    labels: [],
    milestone: null,
    assignees: [],
    author: shownUser(userOf(state, issue.authorId), world),
    type: "ISSUE",
    assignee: null,
    user_notes_count: issue.notes.filter((note) => !note.isSystem).length,
    merge_requests_count: 0,
    upvotes: 0,
    downvotes: 0,
    due_date: null,
    confidential: false,
    discussion_locked: null,
    issue_type: "issue",
    web_url: `${world.webUrl}/${project.path}/-/issues/${issue.iid}`,
    time_stats: { time_estimate: 0, total_time_spent: 0, human_time_estimate: null, human_total_time_spent: null },
    task_completion_status: { count: 0, completed_count: 0 },
    has_tasks: true,
    task_status: "0 of 0 checklist items completed",
    _links: {
      self,
      notes: `${self}/notes`,
      award_emoji: `${self}/award_emoji`,
      project: `${world.webUrl}/api/v4/projects/${project.id}`,
    },
    references: { short: `#${issue.iid}`, relative: `#${issue.iid}`, full: `${project.path}#${issue.iid}` },
    subscribed: true,
  };
}
