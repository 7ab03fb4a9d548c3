import type { PullRequestFact } from "../../domain/fact.ts";
import { repositoryKeyOf } from "../../domain/repository-ref.ts";
import { reviewKey, seriesOfReview } from "../../domain/review-key.ts";
import { pullRequestWorkflowId, safeWorkflowId, workItemIn } from "../../domain/workflow-id.ts";
import type { Rule } from "../decide.ts";

/** New code came: seed 001's three kinds, and a draft that is ready. A label or a comment brings none. */
const bringsCode = /^(?:github|gitlab)\.pull_request\.(?:opened|synchronize|reopened|ready_for_review)$/;

/** A pull request that was opened or pushed to is reviewed, once per head commit: the commit is in the command's key, so whoever asks again asks for the same. */
export const reviewPullRequests: Rule = (event, policy) => {
  if (!bringsCode.test(event.kind)) return null;
  const rule = "review-pull-requests";
  const { repository } = event;
  const fact = event.facts.find((candidate): candidate is PullRequestFact => candidate.kind === "pull-request");
  if (
    fact?.headSha === undefined ||
    repository === null ||
    repository.forge === null ||
    repository.host === null ||
    repository.forgeId === null
  )
    return { rule, verdict: "nothing", because: "The event does not say which commit is to be reviewed." };
  const name = `${repository.slug}#${fact.number}`;
  if (!policy.safety.autoReviewAfterPr)
    return {
      rule,
      verdict: "nothing",
      because: `Reviews are not automatic here (safety.auto_review_after_pr); ${name} waits for somebody to ask.`,
    };
  if (!policy.performed.has("review_pull_request"))
    return { rule, verdict: "nothing", because: `Nobody here reviews (workers.review_pull_request); ${name} waits.` };
  if (policy.reviewedHosts !== "all" && !policy.reviewedHosts.has(repository.host))
    return {
      rule,
      verdict: "nothing",
      because: `No credential is configured for ${repository.host}, so ${name} cannot be read; it waits for somebody to ask.`,
    };
  if (fact.state !== "open")
    return { rule, verdict: "nothing", because: `${name} is ${fact.state}; there is nothing to review.` };
  const item = workItemIn([fact.headBranch, fact.title]);
  const { forge, host, forgeId, slug } = repository;
  const key = reviewKey(forge, host, forgeId, fact.number, fact.headSha);
  return {
    rule,
    verdict: "queued",
    because: `${name} has a commit that was not reviewed: ${fact.headSha.slice(0, 7)}.`,
    command: {
      type: "review_pull_request",
      workflowId: safeWorkflowId(item ?? pullRequestWorkflowId(forge, forgeId, fact.number)),
      repositoryKey: repositoryKeyOf({ forge, host, slug }),
      writes: false,
      idempotencyKey: key,
      payload: {
        repository: `${host}/${slug}`,
        pr_number: fact.number,
        commit_sha: fact.headSha,
        head_branch: fact.headBranch ?? null,
        base_branch: fact.baseBranch ?? null,
        html_url: fact.url ?? null,
      },
      priority: 0,
      attemptsMax: policy.attemptsMax.review_pull_request,
      title: fact.title ?? null,
      series: seriesOfReview(key),
    },
  };
};
