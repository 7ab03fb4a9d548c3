import { describe, expect, test } from "vitest";
import type { CommentTarget } from "../../src/forges/forge.ts";
import { errorOf, openForgeSession } from "./forge-session.ts";
import type { StartForgeWorld } from "./forge-world.ts";

const proposal = {
  title: "Print in colour",
  body: "As asked.",
  headBranch: "feature/one",
  baseBranch: "main",
  draft: true,
};
const tip = "1".repeat(40);

/** What a forge answers when all is well, and when it says no. */
export function exerciseForgeAnswers(start: StartForgeWorld): void {
  describe("who and where", () => {
    test("the account of the credential is asked once", async () => {
      await using session = await openForgeSession(start);

      const [first, second] = [await session.forge.whoAmI(), await session.forge.whoAmI()];

      expect(first).toEqual({ id: expect.stringMatching(/^\d+$/), login: session.world.login });
      expect(second).toEqual(first);
      expect(session.newRequests()).toHaveLength(1);
      expect(session.world.violations()).toEqual([]);
    });

    test("another token may be another account", async () => {
      await using session = await openForgeSession(start);
      let token = session.world.tokens.good;
      const forge = session.connect({ readToken: async () => token });
      const before = await forge.whoAmI();

      token = session.world.tokens.ofStranger;
      const after = await forge.whoAmI();

      expect([before.login, after.login]).toEqual([session.world.login, session.world.stranger]);
    });

    test("a repository is found by name, whatever the case", async () => {
      await using session = await openForgeSession(start);
      const { repository } = session.world;

      const found = await session.forge.getRepository({ ...repository, slug: repository.slug.toUpperCase() });

      expect(found).toMatchObject({
        id: expect.stringMatching(/^\d+$/),
        slug: repository.slug,
        defaultBranch: "main",
        isPrivate: true,
        isArchived: false,
      });
      expect(found.url).toMatch(new RegExp(`^http.*/${repository.slug}$`));
      expect(session.world.violations()).toEqual([]);
    });

    test("a repository that is hidden, and one that is not there, are not found", async () => {
      await using session = await openForgeSession(start);
      const { hidden } = session.world;

      for (const ref of [hidden, { ...hidden, slug: `${hidden.slug}-not-there` }]) {
        expect(await errorOf(session.forge.getRepository(ref))).toMatchObject({
          kind: "not-found",
          code: "FORGE_NOT_FOUND",
          status: 404,
        });
        expect(await session.forge.checkAccess(ref)).toEqual({ canRead: false, canPush: false });
        expect(await errorOf(session.forge.getBranchTip(ref, "main"))).toMatchObject({ kind: "not-found" });
      }
    });

    test("it is known who may push", async () => {
      await using session = await openForgeSession(start);
      const { world } = session;
      const readOnly = session.connect({ readToken: async () => world.tokens.readOnly });

      expect(await session.forge.checkAccess(world.repository)).toEqual({ canRead: true, canPush: true });
      expect(await readOnly.checkAccess(world.repository)).toEqual({ canRead: true, canPush: false });

      world.archive();
      expect(await session.forge.checkAccess(world.repository)).toEqual({ canRead: true, canPush: false });
      expect(world.violations()).toEqual([]);
    });

    test("the tip of a branch is told, and that there is no such branch", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      world.branch("topic/with spaces? & #signs/é", tip);

      expect(await forge.getBranchTip(world.repository, "topic/with spaces? & #signs/é")).toBe(tip);
      expect(await forge.getBranchTip(world.repository, "feature/one")).toMatch(/^[0-9a-f]{40}$/);
      expect(await forge.getBranchTip(world.repository, "feature")).toBeNull();
      expect(await forge.getBranchTip(world.repository, "not/there")).toBeNull();
      expect(world.violations()).toEqual([]);
    });

    test("a repository that was renamed is found, read and written to by its old name", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const before = await forge.createPullRequest(world.repository, proposal);
      const now = await world.rename();

      const found = await forge.getRepository(world.repository);
      const read = await forge.getPullRequest(world.repository, before.number);
      const listed = await forge.listPullRequests(world.repository, { state: "open", headBranch: "feature/one" });
      const comment = await forge.createComment(
        world.repository,
        { on: "pull-request", number: before.number },
        "Still here.",
      );

      expect(found.slug).toBe(now.slug);
      expect(read.id).toBe(before.id);
      expect(listed.map(({ number }) => number)).toEqual([before.number]);
      expect(comment.body).toBe("Still here.");
      expect(await world.truth.comments({ on: "pull-request", number: before.number })).toEqual(["Still here."]);
      expect(world.violations()).toEqual([]);
    });
  });

  describe("pull requests", () => {
    test("one is opened as a draft, and is what was asked for", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      world.branch("feature/one", tip);

      const opened = await forge.createPullRequest(world.repository, proposal);

      expect(opened).toMatchObject({
        title: "Print in colour",
        body: "As asked.",
        state: "open",
        draft: true,
        author: await forge.whoAmI(),
        headBranch: "feature/one",
        headSha: tip,
        headRepositoryId: (await forge.getRepository(world.repository)).id,
        baseBranch: "main",
        mergeCommitSha: null,
        mergedAt: null,
        closedAt: null,
      });
      expect(opened.openedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(opened.url).toMatch(/^http/);
      expect(await forge.getPullRequest(world.repository, opened.number)).toEqual(opened);
      expect(await world.truth.pullRequests()).toBe(1);
      expect(world.violations()).toEqual([]);
    });

    test("one is opened for review at once", async () => {
      await using session = await openForgeSession(start);

      const opened = await session.forge.createPullRequest(session.world.repository, { ...proposal, draft: false });

      expect(opened).toMatchObject({ title: "Print in colour", draft: false });
      expect(session.world.violations()).toEqual([]);
    });

    test("a second one for the same branch is a conflict", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      await forge.createPullRequest(world.repository, proposal);

      const error = await errorOf(forge.createPullRequest(world.repository, proposal));

      expect(error).toMatchObject({ kind: "conflict", code: "FORGE_CONFLICT" });
      expect(error.message).toMatch(/already exists/);
      expect(await world.truth.pullRequests()).toBe(1);
    });

    test("one that is not there is not found", async () => {
      await using session = await openForgeSession(start);

      const error = await errorOf(session.forge.getPullRequest(session.world.repository, 4711));

      expect(error).toMatchObject({ kind: "not-found", code: "FORGE_NOT_FOUND" });
      expect(session.newRequests()).toHaveLength(1);
    });

    test("title, body and state are changed, and nothing else", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const opened = await forge.createPullRequest(world.repository, proposal);

      const retitled = await forge.updatePullRequest(world.repository, opened.number, { title: "Print in grey" });
      const rewritten = await forge.updatePullRequest(world.repository, opened.number, { body: "" });
      const closed = await forge.updatePullRequest(world.repository, opened.number, { state: "closed" });
      const reopened = await forge.updatePullRequest(world.repository, opened.number, { state: "open" });

      expect(retitled).toMatchObject({ title: "Print in grey", body: "As asked.", draft: true, state: "open" });
      expect(rewritten).toMatchObject({ title: "Print in grey", body: "", draft: true });
      expect(closed).toMatchObject({ state: "closed", closedAt: expect.any(String), draft: true });
      expect(reopened).toMatchObject({ state: "open", closedAt: null, title: "Print in grey" });
      expect(world.violations()).toEqual([]);
    });

    test("a merged one is merged, with its commit", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const number = await world.people.openPullRequest("feature/one");

      await world.people.mergePullRequest(number, tip);

      const merged = await forge.getPullRequest(world.repository, number);
      expect(merged).toMatchObject({ state: "merged", mergeCommitSha: tip, mergedAt: expect.any(String) });
      expect(merged.author?.login).toBe(world.stranger);
    });

    test("a list has what its filter names", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      for (const name of ["a", "b", "c", "feature/one-more"])
        world.branch(name, `${name.charCodeAt(0)}`.padEnd(40, "0"));
      const numbers: Record<string, number> = {};
      for (const name of ["feature/one", "a", "b", "c", "feature/one-more"])
        numbers[name] = await world.people.openPullRequest(name);
      await forge.updatePullRequest(world.repository, numbers["a"] ?? 0, { state: "closed" });
      await world.people.mergePullRequest(numbers["b"] ?? 0, tip);

      const branches = async (filter: Parameters<typeof forge.listPullRequests>[1]) =>
        (await forge.listPullRequests(world.repository, filter)).map(({ headBranch }) => headBranch);

      expect(await branches({ state: "all" })).toEqual(["feature/one-more", "c", "b", "a", "feature/one"]);
      expect(await branches({ state: "open" })).toEqual(["feature/one-more", "c", "feature/one"]);
      expect(await branches({ state: "closed" })).toEqual(["a"]);
      expect(await branches({ state: "merged" })).toEqual(["b"]);
      expect(await branches({ state: "all", limit: 2 })).toEqual(["feature/one-more", "c"]);
      expect(await branches({ state: "all", headBranch: "feature/one" })).toEqual(["feature/one"]);
      expect(await branches({ state: "open", headBranch: "a" })).toEqual([]);
      expect(await branches({ state: "all", headBranch: "not/there" })).toEqual([]);
      expect(await branches({ state: "all", baseBranch: "main", headBranch: "c" })).toEqual(["c"]);
      expect(await branches({ state: "all", baseBranch: "other" })).toEqual([]);
      expect(world.violations()).toEqual([]);
    });

    test("a list has all its pages", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      for (let count = 1; count <= 103; count += 1) {
        world.branch(`topic-${count}`, String(count).padStart(40, "a"));
        await world.people.openPullRequest(`topic-${count}`);
      }

      const all = await forge.listPullRequests(world.repository, { state: "all", limit: 1000 });
      const unlessTold = await forge.listPullRequests(world.repository, { state: "all" });

      expect(all.map(({ headBranch }) => headBranch)).toEqual(
        Array.from({ length: 103 }, (_, index) => `topic-${103 - index}`),
      );
      expect(unlessTold).toEqual(all.slice(0, 100));
      expect(world.violations()).toEqual([]);
    });
  });

  describe("issues", () => {
    test("one is opened, read, changed and closed", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;

      const opened = await forge.createIssue(world.repository, { title: "The printer", body: "is on fire" });
      const changed = await forge.updateIssue(world.repository, opened.number, { title: "The old printer" });
      const closed = await forge.updateIssue(world.repository, opened.number, { body: "was on fire", state: "closed" });

      expect(opened).toMatchObject({
        title: "The printer",
        body: "is on fire",
        state: "open",
        author: { login: world.login },
      });
      expect(changed).toMatchObject({ number: opened.number, title: "The old printer", body: "is on fire" });
      expect(closed).toMatchObject({ title: "The old printer", body: "was on fire", state: "closed" });
      expect(await forge.getIssue(world.repository, opened.number)).toEqual(closed);
      expect(await world.truth.issues()).toBe(1);
      expect(world.violations()).toEqual([]);
    });

    test("one that is not there is not found, and a pull request is none", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const number = await world.people.openPullRequest("feature/one");

      for (const missing of [4711, number])
        expect(await errorOf(forge.getIssue(world.repository, missing))).toMatchObject({
          kind: "not-found",
          code: "FORGE_NOT_FOUND",
        });
    });
  });

  describe.each(["issue", "pull-request"] as const)("comments on an %s", (on) => {
    test("one is written, written anew, and found among others'", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const target = await targetIn(world, on);
      await world.people.comment(target, "Why?");

      const written = await forge.createComment(world.repository, target, "Because.\n\n<!-- a marker -->");
      const anew = await forge.updateComment(world.repository, target, written.id, "Therefore.");
      const all = await forge.listComments(world.repository, target, {});

      expect(written).toMatchObject({
        id: expect.stringMatching(/^\d+$/),
        body: "Because.\n\n<!-- a marker -->",
        author: await forge.whoAmI(),
        url: expect.stringMatching(/^http/),
      });
      expect(anew).toMatchObject({ id: written.id, body: "Therefore." });
      expect(all.map(({ body, author }) => [body, author?.login])).toEqual([
        ["Why?", world.stranger],
        ["Therefore.", world.login],
      ]);
      expect(await world.truth.comments(target)).toEqual(["Why?", "Therefore."]);
      expect(world.violations()).toEqual([]);
    });

    test("a list has all its pages, oldest first, and only what was changed since a time", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const target = await targetIn(world, on);
      for (let count = 1; count <= 104; count += 1) await world.people.comment(target, `Comment ${count}`);

      const all = await forge.listComments(world.repository, target, {});
      const [newest] = all.toReversed();
      const later = new Date(Date.parse(newest?.updatedAt ?? "") + 2000).toISOString();

      expect(all.map(({ body }) => body)).toEqual(Array.from({ length: 104 }, (_, index) => `Comment ${index + 1}`));
      expect(await forge.listComments(world.repository, target, { since: later })).toEqual([]);
      expect(await forge.listComments(world.repository, target, { since: all[0]?.updatedAt ?? "" })).toEqual(all);
      expect(world.violations()).toEqual([]);
    });

    test("one on what is not there is not found", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;

      expect(await errorOf(forge.createComment(world.repository, { on, number: 4711 }, "Hello?"))).toMatchObject({
        kind: "not-found",
      });
    });
  });

  test("who may only read is told so, once, and nothing is done", async () => {
    await using session = await openForgeSession(start);
    const { world } = session;
    const readOnly = session.connect({ readToken: async () => world.tokens.readOnly });

    const error = await errorOf(readOnly.createPullRequest(world.repository, proposal));

    expect(error).toMatchObject({ kind: "permission", code: "FORGE_FORBIDDEN", status: 403 });
    expect(session.newRequests()).toHaveLength(1);
    expect(await world.truth.pullRequests()).toBe(0);
  });
}

async function targetIn(
  world: {
    people: { openIssue: (title: string) => Promise<number>; openPullRequest: (head: string) => Promise<number> };
  },
  on: CommentTarget["on"],
): Promise<CommentTarget> {
  const number =
    on === "issue" ? await world.people.openIssue("The printer") : await world.people.openPullRequest("feature/one");
  return { on, number };
}
