import { readActivity } from "./activity.ts";
import { getAuditEntry, listAudit, verifyAudit } from "./audit.ts";
import { getCiRun, listCiRuns } from "./ci-runs.ts";
import { cancelCommand, getCommand, listCommands, queueCommand, retryCommand } from "./commands.ts";
import { getCommit, listCommits } from "./commits.ts";
import { getDecision, listDecisions } from "./decisions.ts";
import { getDelivery, listDeliveries, replayDelivery } from "./deliveries.ts";
import { getEvent, listEvents } from "./events.ts";
import { explain } from "./explain.ts";
import { dismissFinding, reopenFinding } from "./findings.ts";
import { getPullRequest, listPullRequests } from "./pull-requests.ts";
import { getRepository, listRepositories } from "./repositories.ts";
import { requestReview } from "./request-review.ts";
import { getReview, listReviews, readReviewFile } from "./reviews.ts";
import { readStatus } from "./status.ts";
import {
  cancelWorkflow,
  getWorkflow,
  listWorkflows,
  pauseWorkflow,
  resumeWorkflow,
  retryWorkflow,
  startWorkflow,
} from "./workflows.ts";

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
  listCommands,
  getCommand,
  queueCommand,
  retryCommand,
  cancelCommand,
  listWorkflows,
  getWorkflow,
  startWorkflow,
  pauseWorkflow,
  resumeWorkflow,
  retryWorkflow,
  cancelWorkflow,
  listReviews,
  getReview,
  readReviewFile,
  requestReview,
  dismissFinding,
  reopenFinding,
  listAudit,
  getAuditEntry,
  verifyAudit,
};

export type OperationName = keyof typeof operations;
