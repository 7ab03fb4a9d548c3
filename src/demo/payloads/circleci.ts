import { madeUpGuid } from "../world.ts";
import { lastChangeOf, type Run } from "./ci-run.ts";

/** CircleCI's `workflow-completed`. It tells of ends only, and a re-run is another workflow with another id. */
export function circleciWorkflowPayload(deliveryId: string, slug: string, run: Run) {
  const { commit, repository } = run;
  const url = `https://github.com/${slug}`;
  const [organization = "", name = ""] = slug.split("/");
  const workflowId = madeUpGuid("circleci", run.id, run.attempt);
  const who = { name: commit.author.name, email: `${commit.author.login}@acme.example` };
  const [subject = "", ...body] = commit.message.split("\n");
  return {
    type: "workflow-completed",
    id: deliveryId,
    happened_at: lastChangeOf(run).toISOString(),
    webhook: { id: madeUpGuid("circleci", "hook"), name: "Pullwright" },
    workflow: {
      id: workflowId,
      name: run.name,
      created_at: run.startedAt.toISOString(),
      stopped_at: lastChangeOf(run).toISOString(),
      url: `https://app.circleci.com/pipelines/github/${slug}/${run.id}/workflows/${workflowId}`,
      status: run.status === "success" ? "success" : "failed",
    },
    pipeline: {
      id: madeUpGuid("circleci", "pipeline", run.id),
      number: run.id,
      created_at: run.startedAt.toISOString(),
      trigger: { type: "webhook" },
      vcs: {
        provider_name: "github",
        origin_repository_url: url,
        target_repository_url: url,
        revision: commit.sha,
        commit: {
          subject,
          body: body.join("\n").trim(),
          author: who,
          authored_at: commit.madeAt.toISOString(),
          committer: who,
          committed_at: commit.madeAt.toISOString(),
        },
        branch: run.branch,
      },
    },
    project: { id: madeUpGuid("circleci", "project", repository.id), name, slug: `github/${slug}` },
    organization: { id: madeUpGuid("circleci", "organization"), name: organization },
  };
}
