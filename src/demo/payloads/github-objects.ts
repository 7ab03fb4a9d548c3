import { type Commit, headShaOf, type Person, type PullRequest, type Repository } from "../world.ts";

/** GitHub's times are exact to the second. */
export function githubTime(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** GitHub's user object; an App's has a login that ends in `[bot]`. */
export function githubUser(person: Person) {
  return {
    login: person.login,
    id: person.id,
    type: person.isBot ? "Bot" : "User",
    site_admin: false,
    html_url: person.isBot
      ? `https://github.com/apps/${person.login.replace("[bot]", "")}`
      : `https://github.com/${person.login}`,
  };
}

/** GitHub's repository object, as it stands in every payload. */
export function githubRepository(repository: Repository, at: Date) {
  const [owner = "", name = ""] = repository.slug.split("/");
  return {
    id: repository.id,
    name,
    full_name: repository.slug,
    private: true,
    owner: { login: owner, id: 4001, type: "Organization", site_admin: false },
    html_url: `https://github.com/${repository.slug}`,
    url: `https://api.github.com/repos/${repository.slug}`,
    description: null,
    fork: false,
    created_at: githubTime(repository.createdAt),
    updated_at: githubTime(at),
    pushed_at: githubTime(at),
    default_branch: repository.defaultBranch,
    archived: false,
    visibility: "private",
  };
}

/** GitHub's pull request object, whole. Until it is merged, `merge_commit_sha` is that of a trial merge. */
export function githubPullRequest(pullRequest: PullRequest, at: Date) {
  const { repository, number } = pullRequest;
  const [owner = ""] = repository.slug.split("/");
  const side = (ref: string, sha: string) => ({
    label: `${owner}:${ref}`,
    ref,
    sha,
    repo: githubRepository(repository, at),
  });
  return {
    id: pullRequest.id,
    number,
    state: pullRequest.state === "open" ? "open" : "closed",
    locked: false,
    title: pullRequest.title,
    body: pullRequest.body === "" ? null : pullRequest.body,
    user: githubUser(pullRequest.author),
    html_url: `https://github.com/${repository.slug}/pull/${number}`,
    url: `https://api.github.com/repos/${repository.slug}/pulls/${number}`,
    created_at: githubTime(pullRequest.openedAt),
    updated_at: githubTime(pullRequest.updatedAt),
    closed_at: pullRequest.closedAt === null ? null : githubTime(pullRequest.closedAt),
    merged_at: pullRequest.mergedAt === null ? null : githubTime(pullRequest.mergedAt),
    merge_commit_sha: pullRequest.mergeCommitSha,
    draft: pullRequest.draft,
    head: side(pullRequest.branch, headShaOf(pullRequest)),
    base: side(repository.defaultBranch, pullRequest.baseSha),
    merged: pullRequest.state === "merged",
    mergeable: pullRequest.state === "open" ? true : null,
    commits: pullRequest.commits.length,
    additions: 12 * pullRequest.commits.length,
    deletions: 5 * pullRequest.commits.length,
    changed_files: 1 + pullRequest.commits.length,
    labels: [],
    assignees: [],
    requested_reviewers: [],
  };
}

/** A commit as GitHub lists it in a push. */
export function githubCommit(commit: Commit, repository: Repository) {
  const who = {
    name: commit.author.name,
    email: `${commit.author.id}+${commit.author.login}@users.noreply.github.com`,
    username: commit.author.login,
  };
  return {
    id: commit.sha,
    tree_id: commit.sha.split("").toReversed().join(""),
    distinct: true,
    message: commit.message,
    timestamp: githubTime(commit.madeAt),
    url: `https://github.com/${repository.slug}/commit/${commit.sha}`,
    author: who,
    committer: who,
    added: [],
    removed: [],
    modified: ["src/checkout.ts"],
  };
}
