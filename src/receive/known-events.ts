/** The event headers that the normaliser has a word for. Any other authentic event is stored and answered `ignored`: GitLab switches off a hook that meets errors. */
export const knownGithubEvents: ReadonlySet<string> = new Set([
  "check_run",
  "check_suite",
  "installation",
  "installation_repositories",
  "issue_comment",
  "issues",
  "ping",
  "pull_request",
  "pull_request_review",
  "pull_request_review_comment",
  "pull_request_review_thread",
  "push",
  "repository",
  "status",
  "workflow_job",
  "workflow_run",
]);

/** System hooks are none of ours; a confidential note or issue comes under a header of its own. */
export const knownGitlabEvents: ReadonlySet<string> = new Set([
  "Confidential Issue Hook",
  "Confidential Note Hook",
  "Issue Hook",
  "Job Hook",
  "Merge Request Hook",
  "Note Hook",
  "Pipeline Hook",
  "Push Hook",
  "Tag Push Hook",
]);
