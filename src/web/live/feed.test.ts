import { expect, test } from "vitest";
import type { EventRow } from "../api/events.ts";
import { feedRowsMax, mergedFeed } from "./feed.ts";

test("an event that is heard and read is shown once, the newest on top", () => {
  const read = [event(2, "10:00:02"), event(1, "10:00:01")];

  const feed = mergedFeed(read, [event(2, "10:00:02"), event(3, "10:00:03")]);

  expect(feed.map(({ id }) => id)).toEqual([3, 2, 1]);
});

test("events of the same millisecond stand in the order in which they were stored", () => {
  const feed = mergedFeed([], [event(9, "10:00:00"), event(10, "10:00:00")]);

  expect(feed.map(({ id }) => id)).toEqual([10, 9]);
});

test("the feed forgets the oldest, not the newest", () => {
  const many = Array.from({ length: feedRowsMax + 5 }, (_, index) =>
    event(index, `10:${String(index).padStart(3, "0")}`),
  );

  const feed = mergedFeed([], many);

  expect(feed).toHaveLength(feedRowsMax);
  expect(feed[0]?.id).toBe(feedRowsMax + 4);
});

function event(id: number, time: string): EventRow {
  return {
    id,
    delivery_id: id,
    kind: "github.pull_request.opened",
    repository_id: 1,
    repo_slug: "acme/web",
    subject_kind: "pull-request",
    subject_ref: "7",
    commit_sha: null,
    actor: "ada",
    actor_id: null,
    occurred_at: `2026-11-20T${time}Z`,
    recorded_at: `2026-11-20T${time}Z`,
    summary: "acme/web#7 was opened",
  };
}
