import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ArrivedDelivery } from "../../src/domain/delivery.ts";
import { type DigestDeps, digestNext } from "../../src/flow.ts";
import { normalise } from "../../src/normalise/normalise.ts";
import { createNormaliser, type Normaliser } from "../../src/normalise/normaliser.ts";
import { createRedact } from "../../src/redact/redact.ts";
import type { StoreLocation } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { acmeWeb, githubPullRequestPayload } from "../outcome/github-words.ts";
import { everythingRemembered } from "../outcome/recorded.ts";
import type { MakeDatabase } from "./database.ts";
import { arrived } from "./delivery.ts";

/** What becomes of stored deliveries, alike on every database. */
export function exerciseDigesting(makeDatabase: MakeDatabase): void {
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

      expect(await endingsOf(store)).toEqual({ "opened-7": "digested", fork: "digested", broken: "dead BAD_JSON", installed: "digested" });
      expect(await store.pullRequests.count({ repo: "acme/web", state: "open" })).toBe(1);
      expect(await becauseOf(store, "opened-7")).toEqual(["record-pull-request recorded: #7 is known now; it is open."]);
      expect(await becauseOf(store, "fork")).toEqual([expect.stringMatching(/^known-events nothing: /)]);
      expect(await becauseOf(store, "broken")).toEqual([expect.stringMatching(/^set-aside refused: BAD_JSON: /)]);
      await normaliser.close();
    });

    test("what two hooks tell is one event, and both are explained", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(7), { ...pullRequestOpened(7), hookId: "2", deliveryId: "by-another-hook" }]);

      await digestNext(limits, digester(store));

      expect(await store.events.count({})).toBe(1);
      expect(await becauseOf(store, "by-another-hook")).toEqual([expect.stringMatching(/^once-per-event unchanged: Event \d+ says the same/)]);
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

      expect(first).toEqual({ "opened-1": "digested", "opened-2": "received", "opened-3": "digested", "opened-4": "digested" });
      expect(second).toEqual(first);
      expect(third).toEqual({ ...first, "opened-2": "dead NORMALISER_CRASHED" });
      expect(await store.pullRequests.count({})).toBe(3);
      expect(await store.events.count({})).toBe(3);
      for (const number of [1, 3, 4]) expect(await becauseOf(store, `opened-${number}`)).toHaveLength(1);
      expect(await becauseOf(store, "opened-2")).toEqual([expect.stringMatching(/^set-aside refused: NORMALISER_CRASHED: .*check/i)]);
    });

    test("so is one that crashes the normaliser", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(1), pullRequestOpened(2)]);
      const normaliser: Normaliser = {
        normalise: async (batch) => batch.map((input) => (isAbout(input.body, 1) ? { kind: "crashed", because: "It threw secret-of-ours." } : normalise(input))),
        close: async () => {},
      };
      const crashing = digester(store, { normaliser, redact: createRedact(["secret-of-ours"]) });

      for (const seconds of [0, 31, 62]) await digestNext(limits, { ...crashing, clock: laterBy(seconds) });

      expect(await endingsOf(store)).toEqual({ "opened-1": "dead NORMALISER_CRASHED", "opened-2": "digested" });
      expect(await becauseOf(store, "opened-1")).toEqual(["set-aside refused: NORMALISER_CRASHED: It threw [redacted]."]);
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

      expect(await endingsOf(store)).toEqual({ "opened-1": "dead NORMALISER_CRASHED", "opened-2": "digested", "opened-3": "digested" });
      expect(killed).toBe(6);
      expect(claims).toBeGreaterThan(killed);
    });

    test("a store that cannot record now counts against nobody", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(1), pullRequestOpened(2)]);
      const full: Store = { ...store, transaction: () => Promise.reject(Object.assign(new Error("database or disk is full"), { errcode: 13 })) };

      for (let round = 0; round < 12; round += 1) {
        const digesting = digestNext(limits, { ...digester(full), clock: laterBy(31 * round) });
        await expect(digesting).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", cause: { message: "database or disk is full" } });
      }
      expect(await endingsOf(store)).toEqual({ "opened-1": "received", "opened-2": "received" });

      const clock = laterBy(31 * 20);
      while ((await digestNext(limits, { ...digester(store), clock })) > 0);
      expect(await endingsOf(store)).toEqual({ "opened-1": "digested", "opened-2": "digested" });
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
      expect(await becauseOf(store, "opened-7")).toHaveLength(1);
    });

    test("what a dead process held is digested by the next", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(7)]);
      const dying = { ...digester(store, { owner: "host/1/dead" }), normaliser: { normalise: () => Promise.reject(hang), close: async () => {} } };
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

      expect(ended.map(({ code, errors }) => [code, errors])).toEqual([[0, ""], [0, ""]]);
      expect(ended[0]?.digested).toBeGreaterThan(0);
      expect(ended[1]?.digested).toBeGreaterThan(0);
      expect((ended[0]?.digested ?? 0) + (ended[1]?.digested ?? 0)).toBe(backlog.length);
      expect(await everythingRemembered(store)).toBe(await everythingRemembered(other));
      expect(await store.decisions.count()).toBe(await other.decisions.count());
    });
  });

  describe("a source that is bound to repositories", () => {
    const web = { id: 1, slug: "acme/web", defaultBranch: "main" };
    const secrets = { id: 2, slug: "acme/secrets", defaultBranch: "main" };
    const bound = new Set(["acme/web"]);
    const says = (repository: typeof web, minute: number) => pullRequestOpened(7, { repository, minute, source: "team-web", deliveryId: `${repository.id} ${repository.slug} ${minute}` });

    test.for<[string, { known: (typeof web)[]; told: typeof web; ending: string }]>([
      ["may speak of its own", { known: [], told: web, ending: "digested" }],
      ["may speak of no other", { known: [], told: secrets, ending: "dead REPO_NOT_BOUND" }],
      ["may speak of no other that is known", { known: [secrets], told: secrets, ending: "dead REPO_NOT_BOUND" }],
      ["may not give another's number under its own name", { known: [secrets], told: { ...secrets, slug: "acme/web" }, ending: "dead REPO_NOT_BOUND" }],
      ["may not give a number that nobody has, when its own is known", { known: [web], told: { ...web, id: 999 }, ending: "dead REPO_NOT_BOUND" }],
      ["may not take another's name under its own number", { known: [web, secrets], told: { ...web, slug: "acme/secrets" }, ending: "dead REPO_NOT_BOUND" }],
      ["may rename its own", { known: [web], told: { ...web, slug: "acme/site" }, ending: "digested" }],
      ["writes its name as it likes", { known: [web], told: { ...web, slug: "ACME/Web" }, ending: "digested" }],
    ])("%s", async ([, { known, told, ending }]) => {
      await using database = await makeDatabase();
      const store = await database.open();
      const boundRepositories = (source: string) => (source === "team-web" ? bound : undefined);
      await store.accept(known.map((repository) => pullRequestOpened(1, { repository, deliveryId: `known-${repository.id}` })));
      await digestNext(limits, digester(store));
      const before = await everythingRemembered(store);

      const delivery = says(told, 5);
      await store.accept([delivery]);
      await digestNext(limits, digester(store, { boundRepositories }));

      expect((await endingsOf(store))[delivery.deliveryId]).toBe(ending);
      if (ending.startsWith("dead")) expect(await everythingRemembered(store)).toBe(before);
      else expect(await store.pullRequests.find((await store.repositories.findByName(told.slug))[0]?.id ?? 0, 7)).toBeDefined();
    });

    test("may still speak of one that was renamed, and of its new namesake once the old one has another name", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const deps = digester(store, { boundRepositories: () => bound });
      await store.accept([says(web, 1), says({ ...web, slug: "acme/site" }, 2), says({ ...web, slug: "acme/site" }, 3), says({ ...web, id: 3 }, 4)]);

      while ((await digestNext(limits, deps)) > 0);

      expect(await store.deliveries.count({ state: "digested" })).toBe(4);
      expect((await store.repositories.list({ limit: 10, after: null })).rows.map((row) => [row.forge_id, row.slug])).toEqual([["1", "acme/site"], ["3", "acme/web"]]);
    });
  });

  describe("a replay", () => {
    test("of every kind of ending ends the same and changes nothing twice", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      const deps = digester(store, { boundRepositories: (source) => (source === "team" ? new Set(["acme/other"]) : undefined) });
      await store.accept([
        pullRequestOpened(7),
        pullRequestOpened(8, { source: "team", deliveryId: "stranger" }),
        arrived({ deliveryId: "ignored", event: "fork" }),
        arrived({ deliveryId: "broken", event: "push", body: "[" }),
      ]);
      await digestNext(limits, deps);
      const [before, endings] = [await everythingRemembered(store), await endingsOf(store)];

      for (let round = 0; round < 2; round += 1) {
        for (const { id } of (await store.deliveries.list({}, { limit: 10, after: null })).rows) expect(await store.deliveries.markReceived(id)).toBe(true);
        expect(await digestNext(limits, deps)).toBe(4);
        expect(await everythingRemembered(store)).toBe(before);
        expect(await endingsOf(store)).toEqual(endings);
      }
      expect(endings).toEqual({ "opened-7": "digested", stranger: "dead REPO_NOT_BOUND", ignored: "digested", broken: "dead BAD_JSON" });
      expect(await becauseOf(store, "opened-7")).toEqual([expect.stringMatching(/^record-/), expect.stringMatching(/^once-per-event/), expect.stringMatching(/^once-per-event/)]);
    });

    test("of what was set aside is digested when its cause is gone", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.accept([pullRequestOpened(7)]);
      const [row] = await store.deliveries.findByDeliveryId("opened-7");
      for (const seconds of [0, 31, 62]) await digestNext(limits, digester(store, { normaliser: breakingRecording("opened-7"), clock: laterBy(seconds) }));
      expect(await endingsOf(store)).toEqual({ "opened-7": "dead NORMALISER_CRASHED" });

      await store.deliveries.markReceived(row?.id ?? 0);
      await digestNext(limits, digester(store));

      expect(await endingsOf(store)).toEqual({ "opened-7": "digested" });
      expect(await store.pullRequests.count({})).toBe(1);
    });
  });
}

const limits = { deliveries: 50, bodyBytes: 10_000_000 };
const hang = new Error("The process was killed here");
const start = Date.parse("2026-01-02T03:00:00.000Z");

function laterBy(seconds: number): () => Date {
  return () => new Date(start + seconds * 1000);
}

/** A digester as the engine has it; it asks the normaliser itself, without a thread. */
function digester(store: Store, say: Partial<DigestDeps> = {}): DigestDeps {
  return {
    store,
    normaliser: { normalise: async (batch) => batch.map(normalise), close: async () => {} },
    boundRepositories: () => undefined,
    redact: createRedact([]),
    clock: laterBy(0),
    owner: "digester",
    ...say,
  };
}

/** Understands everything, but one delivery in a way that no table takes. */
function breakingRecording(deliveryId: string): Normaliser {
  const number = Number(deliveryId.replace("opened-", ""));
  return {
    normalise: async (batch) =>
      batch.map((input) => {
        const result = normalise(input);
        if (result.kind === "understood" && isAbout(input.body, number)) for (const fact of result.event.facts) Object.assign(fact, { state: "nonsense" });
        return result;
      }),
    close: async () => {},
  };
}

function isAbout(body: Uint8Array, number: number): boolean {
  return (JSON.parse(Buffer.from(body).toString()) as { number?: number }).number === number;
}

function pullRequestOpened(number: number, { repository = acmeWeb, minute = 0, source = "github", deliveryId = `opened-${number}` } = {}): ArrivedDelivery {
  const updatedAt = new Date(start + minute * 60_000).toISOString();
  const payload = githubPullRequestPayload(repository, { action: "opened", number, updatedAt, headSha: "a".repeat(40) });
  return arrived({ source, deliveryId, event: "pull_request", body: JSON.stringify(payload) });
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
      return arrived({ deliveryId: `${action}-${chapter}-${index}`, event: "pull_request", body: JSON.stringify(payload) });
    }),
  );
}

async function endingsOf(store: Store): Promise<Record<string, string>> {
  const { rows } = await store.deliveries.list({}, { limit: 200, after: null });
  return Object.fromEntries(rows.map((row) => [row.delivery_id, row.dead_code === null ? row.state : `${row.state} ${row.dead_code}`]));
}

async function becauseOf(store: Store, deliveryId: string): Promise<string[]> {
  const [row] = await store.deliveries.findByDeliveryId(deliveryId);
  return (await store.decisions.ofDelivery(row?.id ?? 0)).map(({ rule, verdict, because }) => `${rule} ${verdict}: ${because}`);
}

type Ended = { code: number | null; digested: number; errors: string };

/** So many processes that begin at the same moment, when the last of them is ready. */
async function runDigesters(location: StoreLocation, count: number): Promise<Ended[]> {
  const program = fileURLToPath(new URL("./digester-child.ts", import.meta.url));
  const children = Array.from({ length: count }, () => {
    const child = spawn(process.execPath, [program, JSON.stringify(location)]);
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const lines: string[] = [];
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        lines.push(line);
        resolve();
      });
      child.once("close", () => resolve());
    });
    const ended = new Promise<Ended>((resolve) => child.once("close", (code) => resolve({ code, digested: Number(lines[1]), errors })));
    return { child, ready, ended };
  });
  await Promise.all(children.map(({ ready }) => ready));
  for (const { child } of children) child.stdin.write("go\n");
  return Promise.all(children.map(({ ended }) => ended));
}
