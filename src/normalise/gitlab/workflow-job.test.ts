import { expect, test } from "vitest";
import { normalise } from "../normalise.ts";

const sha = "a1".repeat(20);
const job = {
  build_id: 990001,
  build_name: "unit",
  build_status: "running",
  build_created_at: "2026-03-02 09:15:05 UTC",
  sha,
  ref: "topic",
};
const homepage = "https://git.acme.example/group/sub/project";

function normalised(event: string, payload: object) {
  return normalise({
    provider: "gitlab",
    event,
    contentType: "application/json",
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(payload)),
    receivedAt: "2026-03-10T12:00:00.000Z",
  });
}

test("a job's project is found by number and page, because its name has spaces", () => {
  const payload = {
    ...job,
    project_id: 2001,
    project_name: "Group / Sub / Project",
    repository: { name: "Project", homepage },
  };

  expect(normalised("Job Hook", payload)).toMatchObject({
    event: { repository: { forgeId: "2001", slug: "group/sub/project", host: "git.acme.example", url: homepage } },
  });
  expect(
    normalised("Job Hook", { ...payload, repository: { homepage: "https://git.acme.example/project" } }),
  ).toMatchObject({ code: "BAD_REPO" });
  expect(normalised("Job Hook", { ...payload, repository: {} })).toMatchObject({
    because: "repository.homepage is missing.",
  });
});

test("the other spelling of a job's fields is read as well", () => {
  const payload = {
    job_id: 1,
    job_name: "unit",
    job_status: "success",
    sha,
    project_id: 2001,
    repository: { homepage },
  };

  expect(normalised("Job Hook", payload)).toMatchObject({
    event: {
      kind: "gitlab.workflow_job.completed",
      facts: [{ runId: "1", status: "success", observedAt: "2026-03-10T12:00:00.000Z" }],
    },
  });
});

test("a retried pipeline is newer than its own end", () => {
  const project = { id: 2001, path_with_namespace: "group/sub/project", web_url: homepage };
  const pipeline = {
    id: 880001,
    sha,
    status: "failed",
    created_at: "2026-03-02 09:15:05 UTC",
    finished_at: "2026-03-02 09:19:30 UTC",
  };
  const observedAt = (attributes: object, builds: object[]) => {
    const answer = normalised("Pipeline Hook", { project, object_attributes: { ...pipeline, ...attributes }, builds });
    const fact = answer.kind === "understood" ? answer.event.facts[0] : undefined;
    return fact?.kind === "ci-run" ? fact.observedAt : "";
  };

  const ended = observedAt({}, [{ created_at: "2026-03-02 09:15:05 UTC" }]);
  const again = observedAt({ status: "running" }, [{ created_at: "2026-03-02 11:00:00 UTC" }]);

  expect(ended).toBe("2026-03-02T09:19:30.000Z");
  expect(again > ended).toBe(true);
});

test("the ref that GitLab makes for a merge request is not shown as its branch", () => {
  const project = { id: 2001, path_with_namespace: "group/sub/project", web_url: homepage };
  const pipeline = { id: 1, sha, status: "success", ref: "refs/merge-requests/7/head" };

  expect(
    normalised("Pipeline Hook", { project, object_attributes: pipeline, merge_request: { source_branch: "topic" } }),
  ).toMatchObject({
    event: { facts: [{ branch: "topic" }] },
  });
});
