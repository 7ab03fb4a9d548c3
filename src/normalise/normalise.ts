import type { ArrivedDelivery, WebhookProvider } from "../domain/delivery.ts";
import type { NormalisedDelivery } from "../domain/event.ts";
import { normaliseCircleci } from "./circleci.ts";
import { type EventNormaliser, ignored } from "./event-normaliser.ts";
import { normaliseGenericCi } from "./generic-ci.ts";
import { normaliseCheckRun } from "./github/check-run.ts";
import { normaliseCheckSuite } from "./github/check-suite.ts";
import * as githubComment from "./github/comment.ts";
import { normaliseInstallation, normaliseInstallationRepositories } from "./github/installation.ts";
import * as githubIssue from "./github/issue.ts";
import { normalisePing } from "./github/ping.ts";
import { normalisePullRequestReview, normalisePullRequestReviewThread } from "./github/pull-request-review.ts";
import * as githubPullRequest from "./github/pull-request.ts";
import * as githubPush from "./github/push.ts";
import { normaliseRepository } from "./github/repository.ts";
import { normaliseStatus } from "./github/status.ts";
import * as githubWorkflowJob from "./github/workflow-job.ts";
import * as githubWorkflowRun from "./github/workflow-run.ts";
import { normaliseComment } from "./gitlab/comment.ts";
import * as gitlabIssue from "./gitlab/issue.ts";
import * as gitlabPullRequest from "./gitlab/pull-request.ts";
import * as gitlabPush from "./gitlab/push.ts";
import * as gitlabWorkflowJob from "./gitlab/workflow-job.ts";
import * as gitlabWorkflowRun from "./gitlab/workflow-run.ts";
import { readJsonBody } from "./json-body.ts";
import { wholePayload } from "./read-field.ts";
import { Refusal } from "./refusal.ts";

/** What of a delivery decides what it means. */
export type NormaliseInput = Pick<
  ArrivedDelivery,
  "provider" | "event" | "contentType" | "headers" | "body" | "receivedAt"
>;

/** Which event of which sender is read by what. An event that is not here is stored, and ignored with a reason. */
const normalisers: Record<WebhookProvider, ReadonlyMap<string, EventNormaliser>> = {
  github: new Map<string, EventNormaliser>([
    ["check_run", normaliseCheckRun],
    ["check_suite", normaliseCheckSuite],
    ["installation", normaliseInstallation],
    ["installation_repositories", normaliseInstallationRepositories],
    ["issue_comment", githubComment.normaliseIssueComment],
    ["issues", githubIssue.normaliseIssue],
    ["ping", normalisePing],
    ["pull_request", githubPullRequest.normalisePullRequest],
    ["pull_request_review", normalisePullRequestReview],
    ["pull_request_review_comment", githubComment.normalisePullRequestReviewComment],
    ["pull_request_review_thread", normalisePullRequestReviewThread],
    ["push", githubPush.normalisePush],
    ["repository", normaliseRepository],
    ["status", normaliseStatus],
    ["workflow_job", githubWorkflowJob.normaliseWorkflowJob],
    ["workflow_run", githubWorkflowRun.normaliseWorkflowRun],
  ]),
  gitlab: new Map<string, EventNormaliser>([
    ["Confidential Issue Hook", gitlabIssue.normaliseIssue],
    ["Confidential Note Hook", normaliseComment],
    ["Issue Hook", gitlabIssue.normaliseIssue],
    ["Job Hook", gitlabWorkflowJob.normaliseWorkflowJob],
    ["Merge Request Hook", gitlabPullRequest.normalisePullRequest],
    ["Note Hook", normaliseComment],
    ["Pipeline Hook", gitlabWorkflowRun.normaliseWorkflowRun],
    ["Push Hook", gitlabPush.normalisePush],
    ["Tag Push Hook", gitlabPush.normalisePush],
  ]),
  ci: new Map<string, EventNormaliser>([
    ["circleci", normaliseCircleci],
    ["generic", normaliseGenericCi],
  ]),
};

/** Whether this event of this sender is one that `normalise` reads. */
export function isUnderstoodEvent(provider: WebhookProvider, event: string): boolean {
  return normalisers[provider].has(event);
}

/** All such events of one sender, by the names that its header has. */
export function understoodEvents(provider: WebhookProvider): string[] {
  return [...normalisers[provider].keys()];
}

/**
 * What a delivery means, in our words. Pure and total: the same input gives the same answer, and no bytes whatever
 * make it throw. A bug does; that is why it runs in a thread of its own (normaliser.ts).
 */
export function normalise(input: NormaliseInput): NormalisedDelivery {
  const normaliser = normalisers[input.provider].get(input.event);
  if (normaliser === undefined) return ignored(unusedEvent(input));
  try {
    const { text, fields } = readJsonBody(input.contentType, input.body);
    const event = normaliser(wholePayload(fields), input);
    return "because" in event ? event : { kind: "understood", event, payloadText: text };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "refused", code: error.code, because: error.message };
    throw error;
  }
}

const names: Record<WebhookProvider, string> = { github: "GitHub", gitlab: "GitLab", ci: "the CI system" };

function unusedEvent({ provider, event }: NormaliseInput): string {
  const name = /^[A-Za-z0-9_ -]{1,64}$/.test(event) ? event : "event";
  return `Pullwright has no use for the ${name} of ${names[provider]}.`;
}
