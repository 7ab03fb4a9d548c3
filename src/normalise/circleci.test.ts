import { expect, test } from "vitest";
import { normalise } from "./normalise.ts";

const sha = "a1".repeat(20);
const vcs = {
  provider_name: "github",
  target_repository_url: "https://github.com/acme/web",
  revision: sha,
  branch: "main",
};
const body = {
  type: "workflow-completed",
  id: "630a6132-0000-3600-b26d-a020d41358f9",
  happened_at: "2026-03-02T09:19:30.733348Z",
  workflow: { id: "7381218b-0000-4aa3-b8b8-8c00a9319d1f", name: "build", status: "success" },
  pipeline: { vcs },
};

function normalised(payload: object) {
  return normalise({
    provider: "ci",
    event: "circleci",
    contentType: "application/json",
    headers: {},
    body: new TextEncoder().encode(JSON.stringify(payload)),
    receivedAt: "2026-03-10T12:00:00.000Z",
  });
}

test.each([
  ["success", "success"],
  ["failed", "failure"],
  ["error", "failure"],
  ["unauthorized", "failure"],
  ["canceled", "cancelled"],
  ["not_run", "skipped"],
  ["a_word_of_tomorrow", "pending"],
])("a workflow that ended as %s counts as %s", (word, status) => {
  expect(normalised({ ...body, workflow: { ...body.workflow, status: word } })).toMatchObject({
    event: { kind: "ci.run.completed", facts: [{ status }] },
  });
});

test("a repository that the payload does not name is a reason, not an error", () => {
  expect(normalised({ ...body, pipeline: {} })).toMatchObject({ kind: "ignored" });
  expect(normalised({ ...body, pipeline: { vcs: { ...vcs, revision: null } } })).toMatchObject({ kind: "ignored" });
});

test("a pipeline of CircleCI's GitHub App is found by what triggered it", () => {
  const pipeline = {
    trigger_parameters: {
      github_app: { web_url: "https://github.com/acme/web" },
      git: { checkout_sha: sha, branch: "main" },
    },
  };

  expect(normalised({ ...body, pipeline })).toMatchObject({
    event: {
      repository: { forge: "github", host: "github.com", slug: "acme/web" },
      facts: [{ commitSha: sha, branch: "main" }],
    },
  });
});

test("a repository on Bitbucket is told by host and name, of no forge of ours", () => {
  const pipeline = {
    vcs: { ...vcs, provider_name: "bitbucket", target_repository_url: "https://bitbucket.org/acme/web" },
  };

  expect(normalised({ ...body, pipeline })).toMatchObject({
    event: { repository: { forge: null, host: "bitbucket.org", slug: "acme/web" } },
  });
});

test("a name or a commit that cannot be is refused", () => {
  const of = (changed: object) => normalised({ ...body, pipeline: { vcs: { ...vcs, ...changed } } });

  expect(of({ target_repository_url: "https://github.com/acme" })).toMatchObject({ kind: "refused", code: "BAD_REPO" });
  expect(of({ revision: "main" })).toMatchObject({ kind: "refused", code: "BAD_SHA" });
});

test("what else CircleCI sends is ignored by name", () => {
  expect(normalised({ type: "job-started" })).toEqual({
    kind: "ignored",
    because: "CircleCI's job-started is not used.",
  });
});
