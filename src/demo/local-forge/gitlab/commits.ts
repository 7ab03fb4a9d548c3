import type { CommitSchema } from "@gitbeaker/rest";
import { commitCalled, commitsBetween } from "../git-change.ts";
import type { Named } from "./answer-shape.ts";
import { type ApiAnswer, answer, notFound } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { followBranch, newestVersion } from "./diff-versions.ts";
import type { FakeMergeRequest, FakeProject } from "./gitlab-state.ts";
import { listedMergeRequest } from "./merge-request-answer.ts";
import { page } from "./pages.ts";
import { projectOf } from "./projects.ts";
import type { World } from "./world.ts";

/** Times of commits are texts, whatever the type says. */
type ShownCommit = Omit<Named<CommitSchema>, "created_at" | "authored_date" | "committed_date"> & {
  created_at: string;
  authored_date: string;
  committed_date: string;
};

/** `GET /projects/:id/repository/commits/:sha`: by an id, its first digits, or the name of a branch. */
export async function showCommit(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  const sha = await commitOf(project, call.parts["sha"] ?? "", world);
  const shown: ShownCommit = {
    id: sha,
    short_id: sha.slice(0, 8),
    title: "Something",
    message: "Something\n",
    author_name: "Somebody",
    author_email: "somebody@noreply.gitlab.example",
    authored_date: project.createdAt,
    committer_name: "Somebody",
    committer_email: "somebody@noreply.gitlab.example",
    committed_date: project.createdAt,
    created_at: project.createdAt,
    parent_ids: [],
    web_url: `${world.webUrl}/${project.path}/-/commit/${sha}`,
  };
  return answer(200, shown);
}

/** `GET /projects/:id/repository/commits/:sha/merge_requests` */
export async function listMergeRequestsOfCommit(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  const sha = await commitOf(project, call.parts["sha"] ?? "", world);
  const found = [];
  for (const request of project.mergeRequests) {
    await followBranch(project, request, world);
    const isMerge = [request.mergeCommitSha, request.squashCommitSha].includes(sha);
    if (isMerge || (await ownCommits(project, request, world)).includes(sha)) found.push(request);
  }
  return page(found, call, world, (request) => listedMergeRequest(request, project, call.state, world));
}

/** Throws what GitLab says where there is none, or more than one. */
export async function commitOf(project: FakeProject, name: string, world: World): Promise<string> {
  const git = world.git();
  const known = new Set([...Object.values(project.branches), ...project.mergeRequests.map(({ sha }) => sha)]);
  const alike = [...known].filter((sha) => sha.startsWith(name));
  const sha = git === null ? (alike.length === 1 ? alike[0] : null) : await commitCalled(git, project.path, name);
  if (sha === null || sha === undefined) throw notFound("Commit");
  return sha;
}

async function ownCommits(project: FakeProject, request: FakeMergeRequest, world: World): Promise<string[]> {
  const git = world.git();
  const version = newestVersion(request);
  if (git === null || version === null) return [request.sha];
  return await commitsBetween(git, project.path, version.baseSha, version.headSha);
}
