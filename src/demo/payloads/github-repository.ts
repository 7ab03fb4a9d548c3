import type { Commit, Person, Repository } from "../world.ts";
import { githubCommit, githubRepository, githubTime, githubUser } from "./github-objects.ts";

/** The `ping` that GitHub sends when a hook is added. */
export function pingPayload(hookId: number, repository: Repository, sender: Person, at: Date) {
  return {
    zen: "Keep it logically awesome.",
    hook_id: hookId,
    hook: {
      type: "Repository",
      id: hookId,
      name: "web",
      active: true,
      events: ["*"],
      config: { content_type: "json", insecure_ssl: "0" },
      created_at: githubTime(at),
      updated_at: githubTime(at),
    },
    repository: githubRepository(repository, at),
    sender: githubUser(sender),
  };
}

/** The `push` event, whose repository has `pushed_at` and `created_at` as seconds since 1970. */
export function pushPayload(
  push: { branch: string; before: string; commits: Commit[] },
  repository: Repository,
  sender: Person,
  at: Date,
) {
  const commits = push.commits.map((commit) => githubCommit(commit, repository));
  const after = push.commits.at(-1)?.sha ?? push.before;
  return {
    ref: `refs/heads/${push.branch}`,
    before: push.before,
    after,
    created: false,
    deleted: false,
    forced: false,
    base_ref: null,
    compare: `https://github.com/${repository.slug}/compare/${push.before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: commits.at(-1) ?? null,
    repository: {
      ...githubRepository(repository, at),
      created_at: seconds(repository.createdAt),
      pushed_at: seconds(at),
    },
    pusher: { name: sender.login, email: `${sender.id}+${sender.login}@users.noreply.github.com` },
    sender: githubUser(sender),
  };
}

/** The `repository` event of a rename: new names, and the former one under `changes`. */
export function renamedPayload(formerName: string, repository: Repository, sender: Person, at: Date) {
  return {
    action: "renamed",
    changes: { repository: { name: { from: formerName } } },
    repository: githubRepository(repository, at),
    sender: githubUser(sender),
  };
}

/** The `star` event: authentic, and of no use to Pullwright. */
export function starPayload(repository: Repository, sender: Person, at: Date) {
  return {
    action: "created",
    starred_at: githubTime(at),
    repository: githubRepository(repository, at),
    sender: githubUser(sender),
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
