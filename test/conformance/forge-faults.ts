import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import type { CommentTarget, Forge } from "../../src/forges/forge.ts";
import { errorOf, openForgeSession } from "./forge-session.ts";
import type { ForgeFaultKind, ForgeWorld, StartForgeWorld } from "./forge-world.ts";

const proposal = {
  title: "Print in colour",
  body: "As asked.",
  headBranch: "feature/one",
  baseBranch: "main",
  draft: true,
};

/** Each write, and how many of its effects there really are. */
const writes: {
  method: keyof Forge;
  act: (forge: Forge, world: ForgeWorld, target: CommentTarget) => Promise<unknown>;
  effects: (world: ForgeWorld, target: CommentTarget) => Promise<number>;
}[] = [
  {
    method: "createPullRequest",
    act: (forge, { repository }) => forge.createPullRequest(repository, proposal),
    effects: ({ truth }) => truth.pullRequests(),
  },
  {
    method: "createIssue",
    act: (forge, { repository }) => forge.createIssue(repository, { title: "Printer", body: "" }),
    effects: async ({ truth }) => (await truth.issues()) - 1,
  },
  {
    method: "createComment",
    act: (forge, { repository }, target) => forge.createComment(repository, target, "Hello."),
    effects: async ({ truth }, target) => (await truth.comments(target)).length,
  },
];

/** What a forge, a network or a proxy does to us, and what we then know. */
export function exerciseForgeFaults(start: StartForgeWorld): void {
  describe.each(writes)("a write whose answer is lost: $method", ({ method, act, effects }) => {
    test.each<[string, ForgeFaultKind, number]>([
      ["the connection is cut after it was done", "drop-after-commit", 1],
      ["the connection is cut before it was done", "drop-before", 0],
      ["the forge fails after it was done", "5xx-after", 1],
      ["the forge fails before it was done", "5xx-before", 0],
      ["a page for signing in stands in its place", "html-200", 0],
      ["it is empty", "empty-201", 1],
      ["it is about something else", "wrong-id", 1],
      ["it is larger than any answer", "gzip-bomb", 0],
    ])("%s: it is unknown, and is not sent again", async (_how, kind, done) => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const target: CommentTarget = { on: "issue", number: await world.people.openIssue("The printer") };
      world.fault({ kind, on: method });

      const error = await errorOf(act(forge, world, target));

      expect(error.kind).toBe("unknown");
      expect(error.message).toContain("Whether it was done is not known.");
      expect(await effects(world, target)).toBe(done);
      expect(session.newRequests()).toHaveLength(1);
    });

    test("it takes too long: it is unknown, and is not sent again", async () => {
      await using session = await openForgeSession(start, { budgets: { headersMs: 200 } });
      const { forge, world } = session;
      const target: CommentTarget = { on: "issue", number: await world.people.openIssue("The printer") };
      world.fault({ kind: "slow", on: method });

      const error = await errorOf(act(forge, world, target));
      world.release();

      expect(error).toMatchObject({ kind: "unknown", code: "FORGE_UNAVAILABLE" });
      expect(await effects(world, target)).toBe(1);
      expect(session.newRequests()).toHaveLength(1);
    });

    test("nobody waits for it any more: it is unknown", async () => {
      await using session = await openForgeSession(start);
      const { world } = session;
      const target: CommentTarget = { on: "issue", number: await world.people.openIssue("The printer") };
      const cancel = new AbortController();
      const forge = withSignal(session.forge, cancel.signal);
      world.fault({ kind: "slow", on: method });

      const call = errorOf(act(forge, world, target));
      await expect.poll(() => effects(world, target)).toBe(1);
      cancel.abort();
      const error = await call;
      world.release();

      expect(error.kind).toBe("unknown");
    });

    test("a call that nobody waits for is not made", async () => {
      await using session = await openForgeSession(start);
      const { world } = session;
      const target: CommentTarget = { on: "issue", number: await world.people.openIssue("The printer") };

      const error = await errorOf(act(withSignal(session.forge, AbortSignal.abort()), world, target));

      expect(error.kind).toBe("not-sent");
      expect(session.newRequests()).toEqual([]);
    });
  });

  test("after an unknown outcome the pull request is found by its branch", async () => {
    await using session = await openForgeSession(start);
    const { forge, world } = session;
    world.fault({ kind: "drop-after-commit", on: "createPullRequest" });
    await errorOf(forge.createPullRequest(world.repository, proposal));

    const [found] = await forge.listPullRequests(world.repository, { state: "all", headBranch: "feature/one" });

    expect(found).toMatchObject({ title: "Print in colour", author: await forge.whoAmI() });
  });

  describe("a read", () => {
    test.each<ForgeFaultKind>(["drop-before", "5xx-before", "html-200", "gzip-bomb", "wrong-id"])(
      "that meets %s twice is made a third time",
      async (kind) => {
        await using session = await openForgeSession(start);
        const { forge, world } = session;
        const number = await world.people.openPullRequest("feature/one");
        world.fault({ kind, on: "getPullRequest", times: 2 });

        const read = await forge.getPullRequest(world.repository, number);

        expect(read.number).toBe(number);
        expect(session.newRequests()).toHaveLength(3);
      },
    );

    test.each<[ForgeFaultKind, string, string]>([
      ["drop-before", "transient", "FORGE_UNAVAILABLE"],
      ["5xx-before", "transient", "FORGE_UNAVAILABLE"],
      ["html-200", "liar", "FORGE_BAD_RESPONSE"],
      ["gzip-bomb", "liar", "FORGE_BAD_RESPONSE"],
      ["wrong-id", "liar", "FORGE_BAD_RESPONSE"],
    ])("that meets %s each time is given up after three", async (kind, expected, code) => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const number = await world.people.openPullRequest("feature/one");
      world.fault({ kind, on: "getPullRequest", times: 9 });

      const error = await errorOf(forge.getPullRequest(world.repository, number));

      expect(error).toMatchObject({ kind: expected, code });
      expect(session.newRequests()).toHaveLength(3);
    });

    test("of what we made a moment ago is made again while a copy lags behind", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      world.fault({ kind: "stale-reads", on: "getPullRequest", times: 2 });
      const { number } = await forge.createPullRequest(world.repository, proposal);

      expect((await forge.getPullRequest(world.repository, number)).number).toBe(number);
    });
  });

  test("a redirect to another host is refused, and the credential stays here", async () => {
    await using session = await openForgeSession(start);
    const { forge, world } = session;
    await using elsewhere = await listenElsewhere();
    const target: CommentTarget = { on: "issue", number: await world.people.openIssue("The printer") };
    for (const on of ["getRepository", "createComment"] as const)
      world.fault({ kind: "redirect", on, to: elsewhere.url, times: 1 });

    const errors = [
      await errorOf(forge.getRepository(world.repository)),
      await errorOf(forge.createComment(world.repository, target, "Hello.")),
    ];

    expect(errors.map(({ kind, code }) => [kind, code])).toEqual([
      ["refused", "REDIRECT_REFUSED"],
      ["refused", "REDIRECT_REFUSED"],
    ]);
    expect(elsewhere.heard()).toBe(0);
    expect(await world.truth.comments(target)).toEqual([]);
  });

  test("the credential travels in its header, and nowhere else", async () => {
    await using session = await openForgeSession(start);
    const { forge, world } = session;
    const opened = await forge.createPullRequest(world.repository, proposal);
    world.fault({ kind: "5xx-before", on: "getPullRequest", times: 3 });
    const error = await errorOf(forge.getPullRequest(world.repository, opened.number));

    const requests = session.newRequests();
    const beside = requests.map(({ method, path, body, headers }) => {
      const { authorization: _bearer, "private-token": _private, ...others } = headers;
      return JSON.stringify({ method, path, body, others });
    });

    expect(requests.length).toBeGreaterThan(0);
    expect(requests.every(({ headers }) => JSON.stringify(headers).includes(world.tokens.good))).toBe(true);
    expect(beside.join()).not.toContain(world.tokens.good);
    expect(error.message + String(error.stack) + JSON.stringify(error)).not.toContain(world.tokens.good);
  });
}

/** Every call of it has this signal. */
function withSignal(forge: Forge, signal: AbortSignal): Forge {
  return {
    ...forge,
    createPullRequest: (ref, request) => forge.createPullRequest(ref, request, { signal }),
    createIssue: (ref, issue) => forge.createIssue(ref, issue, { signal }),
    createComment: (ref, target, body) => forge.createComment(ref, target, body, { signal }),
  };
}

/** A server that counts what reaches it. */
async function listenElsewhere(): Promise<{ url: string; heard: () => number } & AsyncDisposable> {
  let heard = 0;
  const server = createServer((_request, response) => {
    heard += 1;
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    heard: () => heard,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
