import { describe, expect, test } from "vitest";
import type { CommentTarget } from "../../src/forges/forge.ts";
import { errorOf, openForgeSession } from "./forge-session.ts";
import type { StartForgeWorld } from "./forge-world.ts";

/** What a forge asks of those who call it: its windows, its pace, and a credential that it knows. */
export function exerciseForgeRates(start: StartForgeWorld): void {
  describe("a forge that wants to be left alone", () => {
    test("for half a minute is asked again after it, and not before", async () => {
      await using session = await openForgeSession(start);
      const { forge, world, clock } = session;
      const askedAt = clock.now().getTime();
      world.fault({ kind: "429", on: "getRepository", headers: { "retry-after": "30" } });

      await forge.getRepository(world.repository);

      const times = session.newRequests().map(({ at }) => at.getTime() - askedAt);
      expect(times).toHaveLength(2);
      expect(times[1]).toBeGreaterThanOrEqual(30_000);
    });

    test("for ten minutes is not waited for, and not asked until then, by nobody", async () => {
      await using session = await openForgeSession(start);
      const { forge, world, clock } = session;
      const number = await world.people.openIssue("The printer");
      const endsAt = new Date(clock.now().getTime() + 600_000).toISOString();
      world.fault({ kind: "429", on: "getRepository", headers: { "retry-after": "600" } });

      const error = await errorOf(forge.getRepository(world.repository));
      session.newRequests();
      clock.advance(500_000);
      const others = await Promise.all([
        errorOf(forge.whoAmI()),
        errorOf(forge.createComment(world.repository, { on: "issue", number }, "Hello.")),
        errorOf(session.connect().getRepository(world.repository)),
      ]);

      expect(error).toMatchObject({ kind: "rate", code: "FORGE_RATE_LIMITED", status: 429, waitUntil: endsAt });
      expect(others.map(({ kind, waitUntil }) => [kind, waitUntil])).toEqual(others.map(() => ["rate", endsAt]));
      expect(session.newRequests()).toEqual([]);

      clock.advance(100_001);
      await forge.getRepository(world.repository);
      expect(session.newRequests()).toHaveLength(1);
    });

    test("refused a write: it was not done, and is sent again when the time has come", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const target: CommentTarget = { on: "issue", number: await world.people.openIssue("The printer") };
      world.fault({ kind: "429", on: "createComment", headers: { "retry-after": "5" } });

      await forge.createComment(world.repository, target, "Hello.");

      expect(await world.truth.comments(target)).toEqual(["Hello."]);
      expect(session.newRequests()).toHaveLength(2);
    });

    test("with another credential is still open", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      world.fault({ kind: "429", on: "getRepository", headers: { "retry-after": "600" } });
      await errorOf(forge.getRepository(world.repository));

      const other = session.connect({ readToken: async () => world.tokens.ofStranger });

      expect((await other.getRepository(world.repository)).slug).toBe(world.repository.slug);
    });
  });

  test("writes go out one at a time, a second apart", async () => {
    await using session = await openForgeSession(start, { limits: { gapMs: 1000 } });
    const { forge, world } = session;
    const target: CommentTarget = { on: "issue", number: await world.people.openIssue("The printer") };
    session.newRequests();

    await Promise.all(
      Array.from({ length: 6 }, (_, index) => forge.createComment(world.repository, target, `Comment ${index}`)),
    );

    const times = session.newRequests().map(({ at }) => at.getTime());
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(times).toHaveLength(6);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000);
  });

  test("more writes than fit into a minute wait for the next, and those that would wait longer are told until when", async () => {
    await using session = await openForgeSession(start, { limits: { gapMs: 0, perMinute: 3, perHour: 4 } });
    const { forge, world, clock } = session;
    const target: CommentTarget = { on: "issue", number: await world.people.openIssue("The printer") };
    const startedAt = clock.now().getTime();
    session.newRequests();

    for (let count = 1; count <= 4; count += 1) await forge.createComment(world.repository, target, `Comment ${count}`);
    const error = await errorOf(forge.createComment(world.repository, target, "Comment 5"));

    const times = session.newRequests().map(({ at }) => at.getTime() - startedAt);
    expect(times).toHaveLength(4);
    expect(times[3]).toBeGreaterThanOrEqual(60_000);
    expect(error).toMatchObject({ kind: "rate", waitUntil: new Date(startedAt + 3_600_000).toISOString() });
  });

  describe("a credential that the forge does not know", () => {
    test("is read once more, since it may just have been replaced", async () => {
      await using session = await openForgeSession(start);
      const { world } = session;
      const file = [world.tokens.revoked, world.tokens.good];
      const forge = session.connect({ readToken: async () => (file.length > 1 ? file.shift() : file[0]) ?? "" });

      expect((await forge.getRepository(world.repository)).slug).toBe(world.repository.slug);
      expect(session.newRequests()).toHaveLength(2);
    });

    test("is shown no more, until another is in its place", async () => {
      await using session = await openForgeSession(start);
      const { world } = session;
      let token = world.tokens.revoked;
      const forge = session.connect({ readToken: async () => token });

      const errors = [
        await errorOf(forge.getRepository(world.repository)),
        await errorOf(forge.whoAmI()),
        await errorOf(session.connect({ readToken: async () => token }).getRepository(world.repository)),
      ];

      expect(errors.map(({ kind, code }) => [kind, code])).toEqual(
        errors.map(() => ["credential", "FORGE_CREDENTIAL_REFUSED"]),
      );
      expect(session.newRequests()).toHaveLength(1);

      token = world.tokens.alsoGood;
      expect((await forge.getRepository(world.repository)).slug).toBe(world.repository.slug);
    });

    test("is tried again after a while, in case the forge knows it now", async () => {
      await using session = await openForgeSession(start);
      const { world, clock } = session;
      const forge = session.connect({ readToken: async () => world.tokens.revoked });
      const { waitUntil } = await errorOf(forge.getRepository(world.repository));
      session.newRequests();

      clock.advance(Date.parse(waitUntil ?? "") - clock.now().getTime() + 1);
      const again = await errorOf(forge.getRepository(world.repository));

      expect(session.newRequests()).toHaveLength(1);
      expect(Date.parse(again.waitUntil ?? "")).toBeGreaterThan(Date.parse(waitUntil ?? ""));
    });
  });

  test("a clock that is ten minutes from the forge's is noticed", async () => {
    await using session = await openForgeSession(start);
    const { world, clock, skews } = session;
    const forge = session.connect({ now: () => new Date(clock.now().getTime() - 600_000) });

    await forge.getRepository(world.repository);

    expect(skews.map((skewMs) => Math.round(skewMs / 10_000))).toEqual([60]);
  });
}
