import type { OutgoingDelivery } from "../src/demo/outgoing-delivery.ts";
import { pullRequestPayload } from "../src/demo/payloads/github-pull-request.ts";
import { pushPayload } from "../src/demo/payloads/github-repository.ts";
import { workflowRunPayload } from "../src/demo/payloads/github-workflow-run.ts";
import { type Commit, madeUpGuid, madeUpSha, people, type PullRequest, type Repository } from "../src/demo/world.ts";

/** So many pull requests and runs share all deliveries, so that each row is joined out of many. */
const pullRequestsMax = 300;
const runsMax = 400;
const firstMs = Date.parse("2026-01-01T00:00:00Z");

/**
 * The delivery with this number: always the same, and unlike every other. Each tells one event of its own, at a second of its own, so that rows lost and
 * events told twice can be counted.
 */
export function campaignDelivery(serial: number): OutgoingDelivery {
  const at = new Date(firstMs + serial * 1000);
  const said = saidAt(serial, at);
  return {
    sender: "github",
    event: said.event,
    deliveryId: madeUpGuid("campaign", serial),
    hookId: "480001",
    body: JSON.stringify(said.payload),
  };
}

function saidAt(serial: number, at: Date): { event: string; payload: object } {
  const repository: Repository = {
    forge: "github",
    id: 70001 + (serial % 3),
    slug: `acme/part-${serial % 3}`,
    defaultBranch: "main",
    tip: commit(serial, at),
    createdAt: new Date("2025-01-01T00:00:00Z"),
  };
  switch (serial % 4) {
    case 0:
    case 1:
      return {
        event: "pull_request",
        payload: pullRequestPayload(actionAt(serial), pullRequest(serial, repository, at), people["mira-holt"], at),
      };
    case 2: {
      const id = 1 + (Math.floor(serial / 4) % runsMax);
      const isOver = serial % 8 === 2;
      return {
        event: "workflow_run",
        payload: workflowRunPayload({
          id,
          name: "build",
          attempt: 1 + (Math.floor(serial / 4 / runsMax) % 5),
          status: isOver ? (serial % 3 === 0 ? "failure" : "success") : "in_progress",
          branch: "main",
          commit: commit(id, at),
          repository,
          startedBy: people["jonas-we"],
          startedAt: at,
          endedAt: isOver ? at : null,
        }),
      };
    }
    default:
      return {
        event: "push",
        payload: pushPayload(
          { branch: "main", before: madeUpSha("before", serial), commits: [commit(serial, at)] },
          repository,
          people["jonas-we"],
          at,
        ),
      };
  }
}

function actionAt(serial: number): string {
  return serial % 11 === 0 ? "closed" : serial % 5 === 0 ? "opened" : "synchronize";
}

function pullRequest(serial: number, repository: Repository, at: Date): PullRequest {
  const number = 1 + (Math.floor(serial / 4) % pullRequestsMax);
  const isMerged = serial % 11 === 0 && serial % 2 === 0;
  const isClosed = serial % 11 === 0;
  return {
    repository,
    number,
    id: repository.id * 1000 + number,
    title: `Change ${number}, as of ${serial}`,
    body: serial % 13 === 0 ? `Reverts ${repository.slug}#${1 + (number % pullRequestsMax)}` : "",
    author: people["mira-holt"],
    branch: `change-${number}`,
    draft: serial % 3 === 0,
    state: isMerged ? "merged" : isClosed ? "closed" : "open",
    baseSha: madeUpSha("base"),
    commits: [commit(serial, at)],
    mergeCommitSha: madeUpSha("merge", serial),
    openedAt: new Date(firstMs),
    updatedAt: at,
    closedAt: isClosed ? at : null,
    mergedAt: isMerged ? at : null,
  };
}

function commit(serial: number, madeAt: Date): Commit {
  return { sha: madeUpSha("commit", serial), message: `Work ${serial}`, author: people["mira-holt"], madeAt };
}
