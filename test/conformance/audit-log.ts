import { describe, expect, test } from "vitest";
import { type AuditCheck, type AuditPosition, auditStart } from "../../src/store/audit-log.ts";
import { freshStanding } from "../../src/domain/credential-standing.ts";
import type { Store } from "../../src/store/store.ts";
import type { MakeDatabase } from "./database.ts";
import { changeByHand } from "./past-the-store.ts";
import { at } from "./queue-at-hand.ts";

/** What is kept so that nobody can deny it, forget it or ask for it twice. */
export function exerciseAuditLog(makeDatabase: MakeDatabase): void {
  describe("the audit log", () => {
    test("is one chain, also when many write to it at once", async () => {
      await using database = await makeDatabase();
      const stores = await database.openTwo();

      await Promise.all(Array.from({ length: 60 }, (_, index) => append(stores[index % 2] ?? stores[0], index)));

      expect(await checkAll(stores[0], 7)).toEqual({ checked: 60, broken: null });
    });

    test("keeps an entry only with what it is about", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await append(store, 1);

      const failing = store.transaction(async (queries) => {
        await queries.auditLog.append(entry(2));
        throw new Error("half way");
      });
      await expect(failing).rejects.toThrow("half way");
      await append(store, 3);

      expect((await store.auditLog.list({}, { limit: 9, after: null })).rows.map(({ detail }) => detail)).toEqual([
        { index: 3 },
        { index: 1 },
      ]);
      expect(await checkAll(store, 100)).toEqual({ checked: 2, broken: null });
    });

    const tamperings: [what: string, statement: string, brokenAt: number][] = [
      ["changes what was done", "update audit_log set detail = '{\"index\":9}' where id = 5", 5],
      ["changes who did it", "update audit_log set actor = 'somebody else' where id = 5", 5],
      ["changes when", "update audit_log set at = '2020-01-01T00:00:00.000Z' where id = 5", 5],
      ["takes an entry out", "delete from audit_log where id = 5", 6],
      ["takes the first one out", "delete from audit_log where id = 1", 2],
      ["gives an entry a hash of its own", "update audit_log set hash = 'x' where id = 5", 5],
      ["changes two entries at once", "update audit_log set subject = 'another' where id in (5, 6)", 5],
    ];
    test.each(tamperings)("tells where somebody %s", async (_what, statement, brokenAt) => {
      await using database = await makeDatabase();
      const store = await database.open();
      for (let index = 1; index <= 10; index += 1) await append(store, index);

      await changeByHand(database, statement);

      expect(await checkAll(store, 3)).toMatchObject({ broken: { id: brokenAt } });
    });

    test("notes where it ends with each entry, and not with one that was undone", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      expect(await store.auditLog.head()).toEqual({ id: 0, hash: "", entries: 0 });
      for (let index = 1; index <= 3; index += 1) await append(store, index);
      const undone = store.transaction(async (queries) => {
        await queries.auditLog.append(entry(4));
        throw new Error("half way");
      });
      await expect(undone).rejects.toThrow("half way");

      const last = await store.auditLog.get(3);

      expect(await store.auditLog.head()).toEqual({ id: 3, hash: last?.hash, entries: 3 });
      expect(await store.auditLog.findByHash(last?.hash ?? "")).toEqual(last);
      expect(await store.auditLog.findByHash("f".repeat(64))).toBeUndefined();
    });

    test("is not mended by going on after its end was cut off", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      for (let index = 1; index <= 10; index += 1) await append(store, index);
      await changeByHand(database, "delete from audit_log where id > 8");
      expect(await checkAll(store, 3)).toEqual({ checked: 8, broken: null });

      await append(store, 11);

      expect(await checkAll(store, 3)).toMatchObject({ checked: 8, broken: { id: 11 } });
      expect(await store.auditLog.head()).toMatchObject({ id: 11, entries: 11 });
    });

    test("takes no second entry that follows the same one", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await append(store, 1);

      const slipped = changeByHand(
        database,
        "insert into audit_log (at, actor, action, subject, detail, previous_hash, hash) values ('', '', '', '', '{}', '', 'x')",
      );

      await expect(slipped).rejects.toThrow(/unique/i);
    });

    test("is listed by subject and actor, newest first", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      for (let index = 0; index < 5; index += 1) await append(store, index);

      const page = await store.auditLog.list({ subject: "command 1" }, { limit: 2, after: null });

      expect(page.rows.map(({ detail }) => detail)).toEqual([{ index: 3 }, { index: 1 }]);
      expect([
        await store.auditLog.count({ subject: "command 0" }),
        await store.auditLog.count({ actor: "nobody" }),
      ]).toEqual([3, 0]);
      expect(await store.auditLog.get(1)).toMatchObject({ id: 1, detail: { index: 0 } });
    });
  });

  describe("an Idempotency-Key", () => {
    test("has one answer: the same request gets it again, another is told apart", async () => {
      await using database = await makeDatabase();
      const store = await database.open();

      await store.idempotencyKeys.add("key", "request", { id: 7 }, at(0));

      expect(await store.idempotencyKeys.find("key", "request")).toEqual({ kind: "answered", answer: { id: 7 } });
      expect(await store.idempotencyKeys.find("key", "another")).toEqual({ kind: "conflict" });
      expect(await store.idempotencyKeys.find("unheard", "request")).toBeUndefined();
    });

    test("that two requests use at once undoes all of the one that was slower", async () => {
      await using database = await makeDatabase();
      const stores = await database.openTwo();

      const answered = await Promise.allSettled(
        stores.map((store, index) =>
          store.transaction(async (queries) => {
            await queries.auditLog.append(entry(index));
            await queries.idempotencyKeys.add("key", "request", index, at(0));
          }),
        ),
      );

      expect(answered.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
      expect(await stores[0].auditLog.count({})).toBe(1);
    });

    test("is forgotten after a while", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      await store.idempotencyKeys.add("old", "request", 1, at(0));
      await store.idempotencyKeys.add("new", "request", 2, at(60));

      expect(await store.idempotencyKeys.removeBefore(at(30))).toBe(1);

      expect(await store.idempotencyKeys.find("old", "request")).toBeUndefined();
      expect(await store.idempotencyKeys.find("new", "request")).toBeDefined();
    });
  });

  describe("where a credential stands", () => {
    test("outlives the process that learned it", async () => {
      await using database = await makeDatabase();
      const store = await database.open();
      expect(await store.credentialStandings.read("unheard")).toEqual(freshStanding);

      await store.credentialStandings.forbidUntil("token", {
        until: at(60),
        because: "secondary rate limit",
        isStrike: true,
      });
      await store.close();
      const next = await database.open();

      expect(await next.credentialStandings.read("token")).toMatchObject({
        forbiddenUntil: at(60),
        forbiddenBecause: "secondary rate limit",
        strikes: 1,
      });
      await next.credentialStandings.clear("token");
      expect(await next.credentialStandings.read("token")).toMatchObject({ forbiddenUntil: at(60), strikes: 0 });
    });

    test("lets one of many write at a time, whichever process they are in", async () => {
      await using database = await makeDatabase();
      const stores = await database.openTwo();
      const limits = { gapMs: 1000, perMinute: 80, perHour: 500, turnMs: 30_000 };

      const turns = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (stores[index % 2] ?? stores[0]).credentialStandings.takeWriteTurn("token", at(0), limits),
        ),
      );

      const taken = turns.flatMap((turn) => (turn.kind === "taken" ? [turn.turn] : []));
      expect(taken).toHaveLength(1);
      await stores[0].credentialStandings.endWriteTurn("token", taken[0] ?? "");
      expect(await stores[1].credentialStandings.takeWriteTurn("token", at(2), limits)).toMatchObject({
        kind: "taken",
      });
    });
  });
}

function append(store: Store, index: number): Promise<void> {
  return store.auditLog.append(entry(index));
}

function entry(index: number) {
  return { at: at(index), actor: "operator", action: "retry", subject: `command ${index % 2}`, detail: { index } };
}

/** The whole chain, page by page. */
async function checkAll(store: Store, limit: number): Promise<{ checked: number; broken: AuditCheck["broken"] }> {
  let position: AuditPosition = auditStart;
  let checked = 0;
  for (;;) {
    const check = await store.auditLog.check(position, limit);
    checked += check.checked;
    if (check.isAtEnd || check.broken !== null) return { checked, broken: check.broken };
    position = check.position;
  }
}
