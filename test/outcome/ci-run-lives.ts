import { acmeWeb, githubWorkflowRun } from "./github-words.ts";
import { acmeProject, gitlabPipeline } from "./gitlab-words.ts";
import { ending, type Life } from "./life.ts";

export const ciRunLives: Record<string, Life> = {
  "a CI run and its re-run": {
    tell: (at) => [
      githubWorkflowRun(acmeWeb, { action: "requested", status: "queued", updatedAt: at(0) }),
      githubWorkflowRun(acmeWeb, { action: "in_progress", status: "in_progress", updatedAt: at(1) }),
      githubWorkflowRun(acmeWeb, { action: "completed", status: "completed", conclusion: "failure", updatedAt: at(2) }),
      githubWorkflowRun(acmeWeb, { action: "requested", status: "queued", updatedAt: at(3), attempt: 2 }),
      githubWorkflowRun(acmeWeb, { action: "in_progress", status: "in_progress", updatedAt: at(4), attempt: 2 }),
      githubWorkflowRun(acmeWeb, {
        action: "completed",
        status: "completed",
        conclusion: "success",
        updatedAt: at(5),
        attempt: 2,
      }),
    ],
    ends: {
      ciRuns: [
        {
          provider: "github-actions",
          kind: "workflow",
          run_id: "501",
          run_attempt: 1,
          status: "failure",
          completed_ts: ending(2),
          truth_wanted: 0,
        },
        {
          run_id: "501",
          run_attempt: 2,
          status: "success",
          started_ts: "2026-01-02T02:00:00.000Z",
          completed_ts: ending(5),
          truth_wanted: 0,
        },
      ],
    },
  },
  "a pipeline of GitLab that is retried in place": {
    tell: (at) => [
      gitlabPipeline(acmeProject, { status: "pending", at: at(0), jobs: [{ created: at(0) }] }),
      gitlabPipeline(acmeProject, { status: "running", at: at(1), jobs: [{ created: at(0), started: at(1) }] }),
      gitlabPipeline(acmeProject, {
        status: "failed",
        at: at(2),
        jobs: [{ created: at(0), started: at(1), finished: at(2) }],
        finishedAt: at(2),
      }),
      gitlabPipeline(acmeProject, { status: "pending", at: at(3), jobs: [{ created: at(3) }], finishedAt: at(2) }),
      gitlabPipeline(acmeProject, {
        status: "running",
        at: at(4),
        jobs: [{ created: at(3), started: at(4) }],
        finishedAt: at(2),
      }),
      gitlabPipeline(acmeProject, {
        status: "success",
        at: at(5),
        jobs: [{ created: at(3), started: at(4), finished: at(5) }],
        finishedAt: at(5),
      }),
    ],
    ends: {
      ciRuns: [
        {
          provider: "gitlab-ci",
          kind: "pipeline",
          run_id: "31",
          run_attempt: 1,
          status: "success",
          completed_ts: ending(5),
          truth_wanted: 0,
        },
      ],
    },
  },
};
