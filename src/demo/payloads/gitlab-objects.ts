import { type Commit, headShaOf, type Person, type PullRequest, type Repository } from "../world.ts";

/** GitLab's hooks write times in a form of their own. */
export function gitlabTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

export function gitlabUser(person: Person) {
  return { id: person.id, name: person.name, username: person.login, avatar_url: null, email: "[REDACTED]" };
}

export function gitlabProject(repository: Repository) {
  const parts = repository.slug.split("/");
  const url = `https://gitlab.com/${repository.slug}`;
  return {
    id: repository.id,
    name: parts.at(-1) ?? "",
    description: null,
    web_url: url,
    avatar_url: null,
    git_ssh_url: `git@gitlab.com:${repository.slug}.git`,
    git_http_url: `${url}.git`,
    namespace: parts.at(-2) ?? "",
    visibility_level: 0,
    path_with_namespace: repository.slug,
    default_branch: repository.defaultBranch,
    ci_config_path: null,
  };
}

/** The repository in the short form that stands beside the project. */
export function gitlabRepository(repository: Repository) {
  const { name, git_ssh_url: url, description, web_url: homepage } = gitlabProject(repository);
  return { name, url, description, homepage };
}

export function gitlabCommit(commit: Commit, repository: Repository) {
  return {
    id: commit.sha,
    message: commit.message,
    title: commit.message.split("\n", 1)[0],
    timestamp: commit.madeAt.toISOString().replace(/\.\d{3}Z$/, "+00:00"),
    url: `https://gitlab.com/${repository.slug}/-/commit/${commit.sha}`,
    author: { name: commit.author.name, email: `${commit.author.login}@acme.example` },
  };
}

/** A merge request as its own event has it under `object_attributes` and a note's under `merge_request`. */
export function gitlabMergeRequest(pullRequest: PullRequest) {
  const { repository } = pullRequest;
  const head = pullRequest.commits.at(-1);
  return {
    id: pullRequest.id,
    iid: pullRequest.number,
    title: pullRequest.title,
    description: pullRequest.body,
    state: pullRequest.state === "open" ? "opened" : pullRequest.state,
    author_id: pullRequest.author.id,
    assignee_ids: [],
    source_branch: pullRequest.branch,
    target_branch: repository.defaultBranch,
    source_project_id: repository.id,
    target_project_id: repository.id,
    draft: pullRequest.draft,
    work_in_progress: pullRequest.draft,
    created_at: gitlabTime(pullRequest.openedAt),
    updated_at: gitlabTime(pullRequest.updatedAt),
    merge_status: "can_be_merged",
    detailed_merge_status: "mergeable",
    merge_commit_sha: pullRequest.mergeCommitSha,
    squash_commit_sha: null,
    last_commit: head === undefined ? { id: headShaOf(pullRequest) } : gitlabCommit(head, repository),
    url: `https://gitlab.com/${repository.slug}/-/merge_requests/${pullRequest.number}`,
    labels: [],
  };
}
