import { describe, expect, test } from "vitest";
import type { ArrivedDelivery } from "../../src/domain/delivery.ts";
import { digestNext } from "../../src/flow.ts";
import { normalise } from "../../src/normalise/normalise.ts";
import { createNormaliser, type Normaliser } from "../../src/normalise/normaliser.ts";
import { createRedact } from "../../src/redact/redact.ts";
import type { Store } from "../../src/store/store.ts";
import { acmeWeb, githubPullRequestPayload } from "../outcome/github-words.ts";
import { everythingRemembered } from "../outcome/recorded.ts";
import { exerciseBoundSources } from "./bound-sources.ts";
import type { MakeDatabase } from "./database.ts";
import { arrived } from "./delivery.ts";
import {
  becauseOf,
  breakingRecording,
  digester,
  endingsOf,
  hang,
  isAbout,
  laterBy,
  limits,
  pullRequestOpened,
  start,
} from "./digester.ts";
import { runDigesters } from "./digesters-apart.ts";
import { exerciseReplays } from "./replays.ts";

/** What the rules say of a pull request that was opened, each once. */
const toldOnce = [
  "record-pull-request recorded: #7 is known now; it is open.",
  "review-pull-requests nothing: Reviews are not automatic here (safety.auto_review_after_pr); acme/web#7 waits for somebody to ask.",
];

/** What becomes of stored deliveries, alike on every database. */
export function exerciseDigesting(makeDatabase: MakeDatabase): void {
  exerciseBoundSources(makeDatabase);
  exerciseReplays(makeDatabase);
  describe("digesting", () => {
    test("what came in is understood, recorded, and explained", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([
        pullRequestOpened(7),
        arrived({ deliveryId: "fork", event: "fork" }),
        arrived({ deliveryId: "broken", event: "push", body: "{" }),
        arrived({ deliveryId: "installed", event: "star", body: JSON.stringify({ action: "created" }) }),
      ]);
      const normaliser = createNormaliser({ timeoutMs: 10_000, heapMegabytesMax: 256 });

      expect(await digestNext(limits, digester(store, { normaliser }))).toBe(4);
      expect(await digestNext(limits, digester(store, { normaliser }))).toBe(0);

      expect(await endingsOf(store)).toEqual({
        "opened-7": "digested",
        fork: "digested",
        broken: "dead BAD_JSON",
        installed: "digested",
      });
      expect(await store.pullRequests.count({ repo: "acme/web", state: "open" })).toBe(1);
      expect(await becauseOf(store, "opened-7")).toEqual(toldOnce);
      expect(await becauseOf(store, "fork")).toEqual([expect.stringMatching(/^known-events nothing: /)]);
      expect(await becauseOf(store, "broken")).toEqual([expect.stringMatching(/^set-aside refused: BAD_JSON: /)]);
      await normaliser.close();
    });

    test("what two hooks tell is one event, and both are explained", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([
        pullRequestOpened(7),
        { ...pullRequestOpened(7), hookId: "2", deliveryId: "by-another-hook" },
      ]);

      await digestNext(limits, digester(store));

      expect(await store.events.count({})).toBe(1);
      expect(await becauseOf(store, "by-another-hook")).toEqual([
        expect.stringMatching(/^once-per-event unchanged: Event \d+ says the same/),
      ]);
    });

    test("a payload that breaks its recording is set aside after three attempts; the others of its batch are recorded once", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(1), pullRequestOpened(2), pullRequestOpened(3), pullRequestOpened(4)]);
      const poisoned = digester(store, { normaliser: breakingRecording("opened-2") });

      await digestNext(limits, poisoned);
      const first = await endingsOf(store);
      expect(await digestNext(limits, poisoned)).toBe(0);
      await digestNext(limits, { ...poisoned, clock: laterBy(31) });
      const second = await endingsOf(store);
      await digestNext(limits, { ...poisoned, clock: laterBy(62) });
      const third = await endingsOf(store);

      expect(first).toEqual({
        "opened-1": "digested",
        "opened-2": "received",
        "opened-3": "digested",
        "opened-4": "digested",
      });
      expect(second).toEqual(first);
      expect(third).toEqual({ ...first, "opened-2": "dead NORMALISER_CRASHED" });
      expect(await store.pullRequests.count({})).toBe(3);
      expect(await store.events.count({})).toBe(3);
      for (const number of [1, 3, 4])
        expect(await becauseOf(store, `opened-${number}`)).toEqual(
          toldOnce.map((because) => because.replaceAll("#7", `#${number}`)),
        );
      expect(await becauseOf(store, "opened-2")).toEqual([
        expect.stringMatching(/^set-aside refused: NORMALISER_CRASHED: .*check/i),
      ]);
    });

    test("so is one that crashes the normaliser", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(1), pullRequestOpened(2)]);
      const normaliser: Normaliser = {
        normalise: async (batch) =>
          batch.map((input) =>
            isAbout(input.body, 1) ? { kind: "crashed", because: "It threw secret-of-ours." } : normalise(input),
          ),
        close: async () => {},
      };
      const crashing = digester(store, { normaliser, redact: createRedact(["secret-of-ours"]) });

      for (const seconds of [0, 31, 62]) await digestNext(limits, { ...crashing, clock: laterBy(seconds) });

      expect(await endingsOf(store)).toEqual({ "opened-1": "dead NORMALISER_CRASHED", "opened-2": "digested" });
      expect(await becauseOf(store, "opened-1")).toEqual([
        "set-aside refused: NORMALISER_CRASHED: It threw [redacted].",
      ]);
    });

    test("one that takes its digesters with it is set aside at last, and takes nobody else along", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(1), pullRequestOpened(2), pullRequestOpened(3)]);
      let claims = 0;
      let killed = 0;
      // A digester that is killed with the batch in its hands never comes back; here it hangs for ever, and the next begins when the lease is over.
      const deadly: Normaliser = {
        normalise: async (batch) => {
          claims += 1;
          if (!batch.some((input) => isAbout(input.body, 1))) return batch.map(normalise);
          killed += 1;
          throw hang;
        },
        close: async () => {},
      };
      for (let round = 0; round < 20; round += 1) {
        const clock = laterBy(31 * round);
        const claimOnly = { ...store, deliveries: { ...store.deliveries, setAttempts: async () => {} } };
        await digestNext(limits, { ...digester(claimOnly, { normaliser: deadly }), clock }).catch(() => undefined);
        await digestNext(limits, { ...digester(claimOnly, { normaliser: deadly }), clock }).catch(() => undefined);
      }

      expect(await endingsOf(store)).toEqual({
        "opened-1": "dead NORMALISER_CRASHED",
        "opened-2": "digested",
        "opened-3": "digested",
      });
      expect(killed).toBe(6);
      expect(claims).toBeGreaterThan(killed);
    });

    test("a store that cannot record now counts against nobody", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(1), pullRequestOpened(2)]);
      const full: Store = {
        ...store,
        transaction: () => Promise.reject(Object.assign(new Error("database or disk is full"), { errcode: 13 })),
      };

      for (let round = 0; round < 12; round += 1) {
        const digesting = digestNext(limits, { ...digester(full), clock: laterBy(31 * round) });
        await expect(digesting).rejects.toMatchObject({
          code: "STORE_UNAVAILABLE",
          cause: { message: "database or disk is full" },
        });
      }
      expect(await endingsOf(store)).toEqual({ "opened-1": "received", "opened-2": "received" });

      const clock = laterBy(31 * 20);
      while ((await digestNext(limits, { ...digester(store), clock })) > 0);
      expect(await endingsOf(store)).toEqual({ "opened-1": "digested", "opened-2": "digested" });
    });

    test("nor one that fails while a payload that breaks its recording is being told from the others", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(1), pullRequestOpened(2)]);
      const deps = digester(store, { normaliser: breakingRecording("opened-2") });
      for (const seconds of [0, 31]) await digestNext(limits, { ...deps, clock: laterBy(seconds) });
      let transactions = 0;
      const failing: Store = {
        ...store,
        transaction: (work) => {
          transactions += 1;
          return transactions === 1
            ? store.transaction(work)
            : Promise.reject(Object.assign(new Error("database is locked"), { errcode: 5 }));
        },
      };

      await expect(digestNext(limits, { ...deps, store: failing, clock: laterBy(62) })).rejects.toMatchObject({
        code: "STORE_UNAVAILABLE",
      });

      expect(transactions).toBe(2);
      expect(await endingsOf(store)).toEqual({ "opened-1": "digested", "opened-2": "received" });
    });

    test("a digester that comes back after its lease was given to another changes nothing", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(7)]);
      let wake = (): void => {};
      const sleeping = new Promise<void>((resolve) => (wake = resolve));
      const slow: Normaliser = {
        normalise: async (batch) => {
          await sleeping;
          return batch.map(normalise);
        },
        close: async () => {},
      };

      const late = digestNext(limits, digester(store, { normaliser: slow, owner: "slow" }));
      await digestNext(limits, digester(store, { owner: "fast", clock: laterBy(31) }));
      const before = await everythingRemembered(store);
      wake();
      await late;

      expect(await everythingRemembered(store)).toBe(before);
      expect(await becauseOf(store, "opened-7")).toEqual(toldOnce);
    });

    test("what a dead process held is digested by the next", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(7)]);
      const dying = {
        ...digester(store, { owner: "host/1/dead" }),
        normaliser: { normalise: () => Promise.reject(hang), close: async () => {} },
      };
      await digestNext(limits, dying).catch(() => undefined);

      expect(await digestNext(limits, digester(store))).toBe(0);
      await store.deliveries.releaseLeases(await store.deliveries.leaseOwners());
      expect(await digestNext(limits, digester(store))).toBe(1);

      expect(await endingsOf(store)).toEqual({ "opened-7": "digested" });
    });

    test("two processes that digest one backlog record each delivery once, and end where one alone would", async () => {
      await using database = await makeDatabase();
      await using alone = await makeDatabase();
      const [store, other] = [await database.open(), await alone.open()];
      const backlog = lives(20);
      await store.accept(backlog);
      await other.accept(backlog);

      const ended = await runDigesters(database.location, 2);
      while ((await digestNext(limits, digester(other))) > 0);

      expect(ended.map(({ code, errors }) => [code, errors])).toEqual([
        [0, ""],
        [0, ""],
      ]);
      expect(ended[0]?.digested).toBeGreaterThan(0);
      expect(ended[1]?.digested).toBeGreaterThan(0);
      expect((ended[0]?.digested ?? 0) + (ended[1]?.digested ?? 0)).toBe(backlog.length);
      expect(await everythingRemembered(store)).toBe(await everythingRemembered(other));
      expect(await store.decisions.count()).toBe(await other.decisions.count());
    });
  });
}

/** Pull requests that are opened, pushed to, closed, reopened and merged, told in turns. */
function lives(pullRequests: number): ArrivedDelivery[] {
  const chapters = ["opened", "synchronize", "closed", "reopened", "closed"];
  return chapters.flatMap((action, chapter) =>
    Array.from({ length: pullRequests }, (_, index) => {
      const updatedAt = new Date(start + chapter * 60_000).toISOString();
      const isMerged = chapter === chapters.length - 1;
      const payload = githubPullRequestPayload(acmeWeb, {
        action,
        number: index + 1,
        updatedAt,
        headSha: chapter.toString(16).repeat(40),
        state: action === "closed" ? "closed" : "open",
        ...(isMerged ? { mergedAt: updatedAt, mergeCommitSha: `${index}`.padStart(40, "c") } : {}),
        body: index % 5 === 4 ? `Reverts acme/web#${index}` : "",
      });
      return arrived({
        deliveryId: `${action}-${chapter}-${index}`,
        event: "pull_request",
        body: JSON.stringify(payload),
      });
    }),
  );
}
