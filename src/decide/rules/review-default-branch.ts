import { repositoryKeyOf } from "../../domain/repository-ref.ts";
import { safeWorkflowId } from "../../domain/workflow-id.ts";
import type { Rule } from "../decide.ts";

/** A push to the default branch asks for the review of its commit; whether a pull request belongs to it, the reviewer finds out, and says so when none does. */
export const reviewDefaultBranch: Rule = (event, policy) => {
  if (!/^(?:github|gitlab)\.push\.main$/.test(event.kind)) return null;
  const rule = "review-default-branch";
  const { repository, commitSha } = event;
  if (
    commitSha === null ||
    repository === null ||
    repository.forge === null ||
    repository.host === null ||
    repository.forgeId === null
  )
    return { rule, verdict: "nothing", because: "The push left no commit to look at." };
  if (!policy.safety.autoReviewAfterPr)
    return { rule, verdict: "nothing", because: "Reviews are not automatic here (safety.auto_review_after_pr)." };
  if (!policy.performed.has("review_pull_request"))
    return { rule, verdict: "nothing", because: "Nobody here reviews (workers.review_pull_request)." };
  const { forge, host, forgeId, slug } = repository;
  if (policy.reviewedHosts !== "all" && !policy.reviewedHosts.has(host))
    return {
      rule,
      verdict: "nothing",
      because: `No credential is configured for ${host}, so nothing there can be read.`,
    };
  return {
    rule,
    verdict: "queued",
    because: `${commitSha.slice(0, 7)} came to the default branch of ${slug}; if a pull request belongs to it, that is reviewed.`,
    command: {
      type: "review_pull_request",
      workflowId: safeWorkflowId(`${forge}-${forgeId}-push-${commitSha.slice(0, 12)}`),
      repositoryKey: repositoryKeyOf({ forge, host, slug }),
      writes: false,
      idempotencyKey: `review-push:${forge}:${host}:${forgeId}:${commitSha}`,
      payload: { repository: `${host}/${slug}`, commit_sha: commitSha, base_branch: repository.defaultBranch },
      priority: 0,
      attemptsMax: policy.attemptsMax.review_pull_request,
      title: null,
    },
  };
};
