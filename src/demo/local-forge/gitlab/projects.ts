import type { ProjectSchema } from "@gitbeaker/rest";
import type { Named } from "./answer-shape.ts";
import { type ApiAnswer, answer, ApiRefusal, forbidden, notFound } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { accessLevels, accessOf, type FakeProject, findMovedProject, findProject } from "./gitlab-state.ts";
import type { World } from "./world.ts";

/**
 * The project that a path names, if whoever asks can see it: else it is not there.
 * @throws 301 to the numeric id where the project was renamed, for reads; a write to an old path is refused with 405
 */
export function projectOf(call: ApiCall, world: World): FakeProject {
  const named = call.parts["id"] ?? "";
  const project = findProject(call.state, named);
  const moved = project === undefined ? findMovedProject(call.state, named) : undefined;
  const found = project ?? moved;
  if (found === undefined || !canSee(found, call)) throw notFound("Project");
  if (moved === undefined) return found;
  if (call.method !== "GET")
    throw new ApiRefusal(405, { message: "Non GET methods are not allowed for moved projects" });
  const location = movedLocation(call, found, world);
  throw new ApiRefusal(301, `This resource has been moved permanently to ${location}`, { location });
}

/** @throws 403 for whoever may not do what a developer may, and for all where the project is archived */
export function requireDeveloper(project: FakeProject, call: ApiCall): void {
  if (project.isArchived || accessOf(project, call.user) < accessLevels.developer) throw forbidden();
}

/** @throws 403: anybody who can see a project may open an issue and comment, unless it is archived */
export function requireOpenForWords(project: FakeProject, call: ApiCall): void {
  if (project.isArchived || call.user === null) throw forbidden();
}

/** Access is said by where it comes from; a field for each, null where there is none. Many fields of settings are left out. */
type ShownProject = Omit<
  Pick<
    Named<ProjectSchema>,
    | "id"
    | "description"
    | "name"
    | "name_with_namespace"
    | "path"
    | "path_with_namespace"
    | "created_at"
    | "default_branch"
    | "topics"
    | "ssh_url_to_repo"
    | "http_url_to_repo"
    | "web_url"
    | "readme_url"
    | "forks_count"
    | "avatar_url"
    | "star_count"
    | "last_activity_at"
    | "namespace"
    | "visibility"
    | "archived"
    | "empty_repo"
    | "issues_enabled"
    | "merge_requests_enabled"
    | "can_create_merge_request_in"
    | "creator_id"
    | "merge_method"
    | "squash_option"
    | "_links"
  >,
  "default_branch"
> & {
  default_branch: string | null;
  permissions?: {
    project_access: { access_level: number; notification_level: number } | null;
    group_access: { access_level: number; notification_level: number } | null;
  };
};

/** `GET /projects/:id` */
export async function showProject(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  const isEmpty = (await world.branchTip(project, project.defaultBranch)) === null;
  return answer(200, shownProject(project, call, world, isEmpty));
}

function shownProject(project: FakeProject, call: ApiCall, world: World, isEmpty: boolean): ShownProject {
  const parts = project.path.split("/");
  const path = parts.at(-1) ?? "";
  const group = parts.slice(0, -1).join("/");
  const level = accessOf(project, call.user);
  const self = `${world.webUrl}/api/v4/projects/${project.id}`;
  return {
    id: project.id,
    description: null,
    name: path,
    name_with_namespace: parts.join(" / "),
    path,
    path_with_namespace: project.path,
    created_at: project.createdAt,
    default_branch: isEmpty ? null : project.defaultBranch,
    topics: [],
    ssh_url_to_repo: `git@${new URL(world.webUrl).hostname}:${project.path}.git`,
    http_url_to_repo: `${world.webUrl}/${project.path}.git`,
    web_url: `${world.webUrl}/${project.path}`,
    readme_url: null,
    forks_count: 0,
    avatar_url: null,
    star_count: 0,
    last_activity_at: project.createdAt,
    namespace: {
      id: project.id + 500_000,
      name: parts.at(-2) ?? "",
      path: parts.at(-2) ?? "",
      kind: "group",
      full_path: group,
      parent_id: null,
      avatar_url: null,
      web_url: `${world.webUrl}/groups/${group}`,
    },
    visibility: project.visibility,
    archived: project.isArchived,
    empty_repo: isEmpty,
    issues_enabled: true,
    merge_requests_enabled: true,
    can_create_merge_request_in: level >= accessLevels.developer,
    creator_id: 1,
    merge_method: "merge",
    squash_option: "default_off",
    _links: {
      self,
      issues: `${self}/issues`,
      merge_requests: `${self}/merge_requests`,
      repo_branches: `${self}/repository/branches`,
      labels: `${self}/labels`,
      events: `${self}/events`,
      members: `${self}/members`,
      cluster_agents: `${self}/cluster_agents`,
    },
    ...(call.user === null
      ? {}
      : {
          permissions: {
            project_access: null,
            group_access: level === 0 ? null : { access_level: level, notification_level: 3 },
          },
        }),
  };
}

function canSee(project: FakeProject, call: ApiCall): boolean {
  if (call.projectIds !== null && !call.projectIds.includes(project.id)) return false;
  return project.visibility === "public" || accessOf(project, call.user) > 0;
}

function movedLocation(call: ApiCall, project: FakeProject, world: World): string {
  const path = call.path.replace(/^(\/api\/v4\/projects\/)[^/]+/, `$1${project.id}`);
  const query = call.query.toString();
  return `${world.webUrl}${path}${query === "" ? "" : `?${query}`}`;
}
