import type { FakeProject, FakeUser } from "./gitlab-state.ts";
import { hookTime, personPayload, projectPayload } from "./hook-payloads.ts";
import type { World } from "./world.ts";

/** A pipeline as its hook tells of it; it has one job. */
export type Pipeline = {
  id: number;
  name: string;
  branch: string;
  sha: string;
  status: "running" | "success" | "failed";
  /** ISO 8601, as `endedAt`. */
  startedAt: string;
  endedAt: string | null;
};

/** `Pipeline Hook` */
export function pipelinePayload(project: FakeProject, pipeline: Pipeline, by: FakeUser, world: World): object {
  const { id, name, branch, sha, status } = pipeline;
  const startedAt = hookTime(pipeline.startedAt);
  const finishedAt = pipeline.endedAt === null ? null : hookTime(pipeline.endedAt);
  return {
    object_kind: "pipeline",
    object_attributes: {
      id,
      iid: id % 1000,
      name,
      ref: branch,
      tag: false,
      sha,
      before_sha: sha,
      source: "push",
      status,
      detailed_status: status === "success" ? "passed" : status,
      stages: ["test"],
      created_at: startedAt,
      finished_at: finishedAt,
      duration:
        pipeline.endedAt === null
          ? null
          : Math.round((Date.parse(pipeline.endedAt) - Date.parse(pipeline.startedAt)) / 1000),
      url: `${world.webUrl}/${project.path}/-/pipelines/${id}`,
    },
    merge_request: null,
    user: personPayload(by),
    project: projectPayload(project, world),
    commit: {
      id: sha,
      message: `The tip of ${branch}\n`,
      title: `The tip of ${branch}`,
      timestamp: pipeline.startedAt,
      url: `${world.webUrl}/${project.path}/-/commit/${sha}`,
      author: { name: by.name, email: "[REDACTED]" },
    },
    builds: [
      {
        id: id * 10,
        stage: "test",
        name,
        status,
        created_at: startedAt,
        started_at: startedAt,
        finished_at: finishedAt,
      },
    ],
  };
}
