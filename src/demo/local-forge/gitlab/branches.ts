import type { BranchSchema } from "@gitbeaker/rest";
import type { Named } from "./answer-shape.ts";
import { type ApiAnswer, answer, notFound } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { accessLevels, accessOf } from "./gitlab-state.ts";
import { projectOf } from "./projects.ts";
import type { World } from "./world.ts";

/** `GET /projects/:id/repository/branches/:branch` */
export async function showBranch(call: ApiCall, world: World): Promise<ApiAnswer> {
  const project = projectOf(call, world);
  const name = call.parts["branch"] ?? "";
  const sha = await world.branchTip(project, name);
  if (sha === null) throw notFound("Branch");
  const mayPush = accessOf(project, call.user) >= accessLevels.developer;
  const shown: Named<BranchSchema> = {
    name,
    merged: false,
    protected: name === project.defaultBranch,
    default: name === project.defaultBranch,
    developers_can_push: false,
    developers_can_merge: false,
    can_push: mayPush,
    web_url: `${world.webUrl}/${project.path}/-/tree/${name}`,
    commit: {
      id: sha,
      short_id: sha.slice(0, 8),
      title: `The tip of ${name}`,
      message: `The tip of ${name}\n`,
      author_name: "Somebody",
      author_email: "somebody@noreply.gitlab.example",
      authored_date: project.createdAt,
      committer_name: "Somebody",
      committer_email: "somebody@noreply.gitlab.example",
      committed_date: project.createdAt,
      parent_ids: [],
    },
  };
  return answer(200, shown);
}
