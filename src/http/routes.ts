import type { OperationName } from "../operations/operations.ts";

/** One row a route: which operation it is. Query and body fields are the operation's input, path fields too. */
export type Route = {
  method: "GET" | "POST";
  path: string;
  operation: OperationName;
  tag: string;
  successStatus?: 202;
};

export const routes: Route[] = [
  { method: "GET", path: "/api/v1/status", operation: "readStatus", tag: "service" },
  { method: "GET", path: "/api/v1/activity", operation: "readActivity", tag: "service" },
  { method: "GET", path: "/api/v1/deliveries", operation: "listDeliveries", tag: "deliveries" },
  { method: "GET", path: "/api/v1/deliveries/:id", operation: "getDelivery", tag: "deliveries" },
  {
    method: "POST",
    path: "/api/v1/deliveries/:id/replay",
    operation: "replayDelivery",
    tag: "deliveries",
    successStatus: 202,
  },
  { method: "GET", path: "/api/v1/explanations/:id", operation: "explain", tag: "deliveries" },
  { method: "GET", path: "/api/v1/events", operation: "listEvents", tag: "events" },
  { method: "GET", path: "/api/v1/events/:id", operation: "getEvent", tag: "events" },
  { method: "GET", path: "/api/v1/decisions", operation: "listDecisions", tag: "events" },
  { method: "GET", path: "/api/v1/decisions/:id", operation: "getDecision", tag: "events" },
  { method: "GET", path: "/api/v1/prs", operation: "listPullRequests", tag: "outcomes" },
  { method: "GET", path: "/api/v1/prs/:id", operation: "getPullRequest", tag: "outcomes" },
  { method: "GET", path: "/api/v1/runs", operation: "listCiRuns", tag: "outcomes" },
  { method: "GET", path: "/api/v1/runs/:id", operation: "getCiRun", tag: "outcomes" },
  { method: "GET", path: "/api/v1/commits", operation: "listCommits", tag: "outcomes" },
  { method: "GET", path: "/api/v1/commits/:id", operation: "getCommit", tag: "outcomes" },
  { method: "GET", path: "/api/v1/repositories", operation: "listRepositories", tag: "outcomes" },
  { method: "GET", path: "/api/v1/repositories/:id", operation: "getRepository", tag: "outcomes" },
  { method: "GET", path: "/api/v1/commands", operation: "listCommands", tag: "work" },
  { method: "POST", path: "/api/v1/commands", operation: "queueCommand", tag: "work", successStatus: 202 },
  { method: "GET", path: "/api/v1/commands/:id", operation: "getCommand", tag: "work" },
  { method: "POST", path: "/api/v1/commands/:id/retry", operation: "retryCommand", tag: "work", successStatus: 202 },
  { method: "POST", path: "/api/v1/commands/:id/cancel", operation: "cancelCommand", tag: "work", successStatus: 202 },
  { method: "GET", path: "/api/v1/workflows", operation: "listWorkflows", tag: "work" },
  { method: "POST", path: "/api/v1/workflows", operation: "startWorkflow", tag: "work", successStatus: 202 },
  { method: "GET", path: "/api/v1/workflows/:id", operation: "getWorkflow", tag: "work" },
  { method: "POST", path: "/api/v1/workflows/:id/pause", operation: "pauseWorkflow", tag: "work" },
  { method: "POST", path: "/api/v1/workflows/:id/resume", operation: "resumeWorkflow", tag: "work" },
  { method: "POST", path: "/api/v1/workflows/:id/retry", operation: "retryWorkflow", tag: "work", successStatus: 202 },
  {
    method: "POST",
    path: "/api/v1/workflows/:id/cancel",
    operation: "cancelWorkflow",
    tag: "work",
    successStatus: 202,
  },
  { method: "GET", path: "/api/v1/reviews", operation: "listReviews", tag: "reviews" },
  { method: "POST", path: "/api/v1/reviews", operation: "requestReview", tag: "reviews", successStatus: 202 },
  { method: "GET", path: "/api/v1/reviews/:id", operation: "getReview", tag: "reviews" },
  { method: "GET", path: "/api/v1/reviews/:id/files/:file", operation: "readReviewFile", tag: "reviews" },
  {
    method: "POST",
    path: "/api/v1/reviews/:id/findings/:finding/dismiss",
    operation: "dismissFinding",
    tag: "reviews",
  },
  { method: "POST", path: "/api/v1/reviews/:id/findings/:finding/reopen", operation: "reopenFinding", tag: "reviews" },
  { method: "GET", path: "/api/v1/audit", operation: "listAudit", tag: "audit" },
  { method: "GET", path: "/api/v1/audit/:id", operation: "getAuditEntry", tag: "audit" },
  { method: "GET", path: "/api/v1/audit-check", operation: "verifyAudit", tag: "audit" },
];
