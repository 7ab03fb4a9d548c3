import { readActivity } from "./activity.ts";
import { getCiRun, listCiRuns } from "./ci-runs.ts";
import { getCommit, listCommits } from "./commits.ts";
import { getDecision, listDecisions } from "./decisions.ts";
import { getDelivery, listDeliveries, replayDelivery } from "./deliveries.ts";
import { getEvent, listEvents } from "./events.ts";
import { explain } from "./explain.ts";
import { getPullRequest, listPullRequests } from "./pull-requests.ts";
import { getRepository, listRepositories } from "./repositories.ts";
import { readStatus } from "./status.ts";

/** Every operation by name. Doors loop over it; the writing thread finds in it what it is asked to do. */
export const operations = {
  readStatus,
  readActivity,
  listDeliveries,
  getDelivery,
  replayDelivery,
  listEvents,
  getEvent,
  listDecisions,
  getDecision,
  listPullRequests,
  getPullRequest,
  listCiRuns,
  getCiRun,
  listCommits,
  getCommit,
  listRepositories,
  getRepository,
  explain,
};

export type OperationName = keyof typeof operations;
