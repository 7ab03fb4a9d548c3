import type { ApiCall } from "./api-call.ts";
import { resolve } from "./graphql.ts";
import { addReply, createReview } from "./reviews.ts";
import { pullRequestOf } from "./pulls.ts";
import type { FakeThread } from "./review-state.ts";
import { type FakeRepository, repositoryCalled, type World } from "./world.ts";

/** What people do at the lines of a pull request, by login. */
export type ReviewPeople = {
  /** Begins threads at lines of the newest commit, as one review. */
  commentOnLines: (
    slug: string,
    login: string,
    number: number,
    places: { path: string; line: number; body: string }[],
  ) => Promise<FakeThread[]>;
  reply: (slug: string, login: string, threadId: string, body: string) => Promise<void>;
  resolveThread: (slug: string, login: string, threadId: string) => Promise<void>;
};

export function reviewPeopleIn(world: World): ReviewPeople {
  return {
    commentOnLines: async (slug, login, number, places) => {
      const repository = repositoryCalled(world, slug);
      const { head } = await pullRequestOf(repository, number, { kind: "user", login, token: null }, world);
      const review = { event: "COMMENT", commit_id: head.sha, comments: places };
      await createReview(callBy(login, review), repository, number, world);
      return repository.threads.slice(-places.length);
    },
    reply: async (slug, login, threadId, body) => {
      const repository = repositoryCalled(world, slug);
      await addReply(threadIn(repository, threadId), repository, body, callBy(login, {}), world);
    },
    resolveThread: async (slug, login, threadId) => {
      const repository = repositoryCalled(world, slug);
      await resolve(threadIn(repository, threadId), repository, callBy(login, {}), world);
    },
  };
}

function threadIn(repository: FakeRepository, id: string): FakeThread {
  const thread = repository.threads.find((one) => one.id === id);
  if (thread === undefined) throw new Error(`The fake GitHub has no thread ${id}`);
  return thread;
}

/** On a page, and not over the API. */
function callBy(login: string, body: object): ApiCall {
  const asker = { kind: "user" as const, login, token: null };
  return { number: 0, method: "POST", path: "", query: new URLSearchParams(), text: "", body, asker, seenUntil: null };
}
