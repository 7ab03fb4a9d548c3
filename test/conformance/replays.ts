import { describe, expect, test } from "vitest";
import { digestNext } from "../../src/flow.ts";
import { everythingRemembered } from "../outcome/recorded.ts";
import type { MakeDatabase } from "./database.ts";
import { arrived } from "./delivery.ts";
import { becauseOf, breakingRecording, digester, endingsOf, laterBy, limits, pullRequestOpened } from "./digester.ts";

export function exerciseReplays(makeDatabase: MakeDatabase): void {
  describe("a replay", () => {
    test("of every kind of ending ends the same and changes nothing twice", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const deps = digester(store, {
        boundRepositories: (source) => (source === "team" ? new Set(["acme/other"]) : undefined),
      });
      await store.accept([
        pullRequestOpened(7),
        pullRequestOpened(8, { source: "team", deliveryId: "stranger" }),
        arrived({ deliveryId: "ignored", event: "fork" }),
        arrived({ deliveryId: "broken", event: "push", body: "[" }),
      ]);
      await digestNext(limits, deps);
      const [before, endings] = [await everythingRemembered(store), await endingsOf(store)];

      for (let round = 0; round < 2; round += 1) {
        for (const { id } of (await store.deliveries.list({}, { limit: 10, after: null })).rows)
          expect(await store.deliveries.markReceived(id)).toBe(true);
        expect(await digestNext(limits, deps)).toBe(4);
        expect(await everythingRemembered(store)).toBe(before);
        expect(await endingsOf(store)).toEqual(endings);
      }
      expect(endings).toEqual({
        "opened-7": "digested",
        stranger: "dead REPO_NOT_BOUND",
        ignored: "digested",
        broken: "dead BAD_JSON",
      });
      expect(await becauseOf(store, "opened-7")).toEqual([
        expect.stringMatching(/^record-/),
        expect.stringMatching(/^review-pull-requests nothing/),
        expect.stringMatching(/^once-per-event/),
        expect.stringMatching(/^once-per-event/),
      ]);
    });

    test("of what was set aside is digested when its cause is gone", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(7)]);
      const [row] = await store.deliveries.findByDeliveryId("opened-7");
      for (const seconds of [0, 31, 62])
        await digestNext(
          limits,
          digester(store, { normaliser: breakingRecording("opened-7"), clock: laterBy(seconds) }),
        );
      expect(await endingsOf(store)).toEqual({ "opened-7": "dead NORMALISER_CRASHED" });

      await store.deliveries.markReceived(row?.id ?? 0);
      await digestNext(limits, digester(store));

      expect(await endingsOf(store)).toEqual({ "opened-7": "digested" });
      expect(await store.pullRequests.count({})).toBe(1);
    });
  });
}
