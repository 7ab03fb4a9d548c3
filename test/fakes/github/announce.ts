import type { FakeRepository, World } from "./world.ts";

type JsonObject = Record<string, unknown>;

/** What happened, for the webhooks of a repository. `sender` is a login. */
export type Happening = { repository: FakeRepository; sender: string; event: string; payload: JsonObject };

/** Tells the webhooks, with the repository and the sender as every payload of GitHub's has them. */
export async function announce({ repository, sender, event, payload }: Happening, world: World): Promise<void> {
  if (!world.hooks.some((hook) => hook.repositoryId === repository.id)) return;
  const [whole, user] = await Promise.all([
    world.emulator.ask({ login: sender }, "GET", `/repos/${repository.slug}`),
    world.emulator.ask({ login: sender }, "GET", `/users/${encodeURIComponent(sender)}`),
  ]);
  world.announce(repository, event, {
    ...payload,
    repository: {
      ...(whole.body as JsonObject),
      private: repository.isPrivate,
      default_branch: repository.defaultBranch,
    },
    sender: user.body,
  });
}

/** What a change of a pull request or an issue is called. Null when nothing was changed that anybody hears of. */
export function actionOf(changes: JsonObject, before: JsonObject): "edited" | "closed" | "reopened" | null {
  const { state } = changes;
  if ((state === "open" || state === "closed") && state !== before["state"])
    return state === "closed" ? "closed" : "reopened";
  const isEdited = ["title", "body"].some((name) => changes[name] !== undefined && changes[name] !== before[name]);
  return isEdited ? "edited" : null;
}

/** A push, as its webhook says it. `commits` is what a reader needs of each. */
export function pushPayload(
  push: { branch: string; before: string; after: string; commits: { id: string; message: string }[] },
  { webUrl, slug, login, now }: { webUrl: string; slug: string; login: string; now: Date },
): JsonObject {
  const person = { name: login, email: `${login}@users.noreply.github.com`, username: login };
  const commits = push.commits.map(({ id, message }) => ({
    id,
    tree_id: id,
    distinct: true,
    message,
    timestamp: now.toISOString().replace(/\.\d{3}Z$/, "Z"),
    url: `${webUrl}/${slug}/commit/${id}`,
    author: person,
    committer: person,
    added: [],
    removed: [],
    modified: [],
  }));
  return {
    ref: `refs/heads/${push.branch}`,
    before: push.before,
    after: push.after,
    created: /^0+$/.test(push.before),
    deleted: /^0+$/.test(push.after),
    forced: false,
    base_ref: null,
    compare: `${webUrl}/${slug}/compare/${push.before.slice(0, 12)}...${push.after.slice(0, 12)}`,
    commits,
    head_commit: commits.at(-1) ?? null,
    pusher: { name: login, email: person.email },
  };
}
