import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { CheckReport, ForgeChange, InlineComment } from "../../src/forges/forge.ts";
import type { ForgeFaultKind } from "./forge-world.ts";
import type { ForgeReviewWorld, StartForgeReviewWorld } from "./forge-review-world.ts";
import { errorOf, type ForgeSession, openForgeSession } from "./forge-session.ts";

/** At the line that `feature/one` changed, and at a range that it added. */
const atChange: InlineComment = {
  path: "src/long.ts",
  oldPath: null,
  startLine: 20,
  endLine: 20,
  oldEndLine: null,
  body: "Why anew?",
};
const atRange: InlineComment = {
  path: "src/new.ts",
  oldPath: null,
  startLine: 1,
  endLine: 3,
  oldStartLine: null,
  oldEndLine: null,
  body: "All of this.",
};
/** Three lines below the change, which is unchanged itself: line 23 was line 21 before. */
const atContext: InlineComment = { ...atChange, startLine: 23, endLine: 23, oldEndLine: 21, body: "And here." };
const atRenamed: InlineComment = {
  path: "new.md",
  oldPath: "old.md",
  startLine: 4,
  endLine: 4,
  oldEndLine: null,
  body: "A phrase?",
};

/** What a review needs of a forge, over a real repository. */
export function exerciseForgeReviews(start: StartForgeReviewWorld): void {
  describe("the change of a pull request", () => {
    test("lies between what both sides share and its head, and follows a force-push", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { git, repository } = world;
      const number = await world.people.openPullRequest("feature/one");

      const before = await forge.getChange(repository, number);
      const headSha = await world.reviewers.push({
        branch: "feature/one",
        from: git.mainSha,
        message: "Begin anew",
        files: { "src/new.ts": "one\n" },
        isForced: true,
      });
      const after = await forge.getChange(repository, number);

      expect(before).toEqual({
        headSha: git.featureSha,
        mergeBaseSha: git.mergeBaseSha,
        startSha: git.mainSha,
        isFork: false,
      });
      expect(after).toEqual({ headSha, mergeBaseSha: git.mainSha, startSha: git.mainSha, isFork: false });
      expect((await git.repositories.refs(repository.slug)).get(world.headRef(number))).toBe(headSha);
      expect(world.violations()).toEqual([]);
    });

    test("of a fork can be fetched from the repository itself", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { git, repository } = world;

      const { number, headSha } = await world.reviewers.openPullRequestFromFork({ "from-fork.txt": "hello\n" });
      const change = await forge.getChange(repository, number);

      expect(change).toEqual({ headSha, mergeBaseSha: git.mainSha, startSha: git.mainSha, isFork: true });
      expect((await git.repositories.refs(repository.slug)).get(world.headRef(number))).toBe(headSha);
      expect((await git.repositories.show(repository.slug, headSha, "from-fork.txt")).toString()).toBe("hello\n");
      expect(world.violations()).toEqual([]);
    });

    test("of a pull request that is not there is not found", async () => {
      await using session = await openForgeSession(start);

      expect(await errorOf(session.forge.getChange(session.world.repository, 4711))).toMatchObject({
        kind: "not-found",
      });
    });
  });

  describe("a commit", () => {
    test("is found by its id and by its first digits", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { featureSha } = world.git;

      expect(await forge.resolveCommit(world.repository, featureSha)).toBe(featureSha);
      expect(await forge.resolveCommit(world.repository, featureSha.slice(0, 7))).toBe(featureSha);
      expect(await forge.resolveCommit(world.repository, featureSha.slice(0, 12).toUpperCase())).toBe(featureSha);
      expect(world.violations()).toEqual([]);
    });

    test("that is not there, or one of two, is null", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const two = await commitsThatBeginAlike(world);

      expect(await forge.resolveCommit(world.repository, "0".repeat(40))).toBeNull();
      expect(await forge.resolveCommit(world.repository, two[0].slice(0, 7))).toBeNull();
      expect(await forge.resolveCommit(world.repository, two[0])).toBe(two[0]);
      expect(world.violations()).toEqual([]);
    });

    test("is not a branch that is called like one", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const name = world.git.mainSha.startsWith("abcdef1") ? "fedcba1" : "abcdef1";
      await world.git.repositories.setRef(world.repository.slug, `refs/heads/${name}`, world.git.mainSha);

      expect(await forge.resolveCommit(world.repository, name)).toBeNull();
    });

    test.each(["main", "abc123", "refs/heads/main", "--help", "", "a".repeat(65)])(
      "is not asked for by what is no id: %j",
      async (sha) => {
        await using session = await openForgeSession(start);

        expect(await errorOf(session.forge.resolveCommit(session.world.repository, sha))).toMatchObject({
          kind: "refused",
        });
        expect(await errorOf(session.forge.pullRequestsOfCommit(session.world.repository, sha))).toMatchObject({
          kind: "refused",
        });
        expect(session.newRequests()).toEqual([]);
      },
    );

    test("of a repository that is hidden is no null but an error", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;

      expect(await errorOf(forge.resolveCommit(world.hidden, world.git.mainSha))).toMatchObject({ kind: "not-found" });
      expect(await errorOf(forge.pullRequestsOfCommit(world.hidden, world.git.mainSha))).toMatchObject({
        kind: "not-found",
      });
    });

    test("tells the pull requests that it belongs to, newest first", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { git, repository } = world;
      const first = await world.people.openPullRequest("feature/one");
      await world.reviewers.push({
        branch: "feature/two",
        from: git.featureSha,
        message: "On top",
        files: { "two.txt": "2\n" },
      });
      const second = await world.people.openPullRequest("feature/two");

      const found = await forge.pullRequestsOfCommit(repository, git.featureSha);

      expect(found.map(({ number, state }) => [number, state])).toEqual([
        [second, "open"],
        [first, "open"],
      ]);
      expect(await forge.pullRequestsOfCommit(repository, git.mainSha)).toEqual([]);
      expect(await forge.pullRequestsOfCommit(repository, "0".repeat(40))).toEqual([]);
      expect(world.violations()).toEqual([]);
    });
  });

  describe("what a person may do", () => {
    test("is what the forge says of them", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { reader, writer, admin, stranger } = world.persons;

      expect(await forge.getPermission(world.repository, admin)).toBe("admin");
      expect(await forge.getPermission(world.repository, writer)).toBe("write");
      expect(await forge.getPermission(world.repository, reader)).toBe("read");
      expect(await forge.getPermission(world.repository, stranger)).toBe("none");
      expect(world.violations()).toEqual([]);
    });

    test("is nothing for whom it does not know, and for whose name is somebody else's now", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { admin, nobody } = world.persons;

      expect(await forge.getPermission(world.repository, nobody)).toBe("none");
      expect(await forge.getPermission(world.repository, { ...nobody, login: admin.login })).toBe("none");
      expect(await forge.getPermission(world.hidden, admin)).toBe("none");
    });

    test("is not known while the forge is unwell, which is never a yes", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      world.fault({ kind: "5xx-before", on: "getPermission", times: 2 });

      expect(await forge.getPermission(world.repository, world.persons.writer)).toBe("write");
      expect(session.newRequests()).toHaveLength(3);

      world.fault({ kind: "5xx-before", on: "getPermission", times: 9 });
      expect(await errorOf(forge.getPermission(world.repository, world.persons.admin))).toMatchObject({
        kind: "transient",
        code: "FORGE_UNAVAILABLE",
      });
    });
  });

  describe("comments at lines", () => {
    test("stand where they were put, as threads of ours", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);

      const posted = await postAll(session, number, change, [atChange, atRange, atContext, atRenamed]);
      const threads = await forge.listThreads(world.repository, number);

      const me = await forge.whoAmI();
      expect(threads.map(({ path, line, comments }) => [path, line, comments.map(({ body }) => body)])).toEqual([
        ["src/long.ts", 20, ["Why anew?"]],
        ["src/new.ts", 3, ["All of this."]],
        ["src/long.ts", 23, ["And here."]],
        ["new.md", 4, ["A phrase?"]],
      ]);
      expect(threads.map(({ comments }) => comments[0]?.author)).toEqual([me, me, me, me]);
      expect(threads.map(({ isResolved, resolvedBy }) => [isResolved, resolvedBy])).toEqual(
        threads.map(() => [false, null]),
      );
      expect(posted).toEqual(threads.map(({ id, url }) => ({ id, url })));
      expect(threads.every(({ url }) => url?.startsWith("http") === true)).toBe(true);
      expect(world.kept.threads(number)).toEqual(["Why anew?", "All of this.", "And here.", "A phrase?"]);
      expect(world.violations()).toEqual([]);
    });

    test.each<[string, Partial<InlineComment>]>([
      ["a line that the diff does not show", { startLine: 2, endLine: 2, oldEndLine: 2 }],
      ["a line behind the end of the file", { startLine: 400, endLine: 400 }],
      ["a file that was not changed", { path: "other.txt", startLine: 1, endLine: 1, oldEndLine: 1 }],
      ["a file that is not there", { path: "src/nowhere.ts" }],
    ])("at %s are refused, and nothing is posted", async (_where, wrong) => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      const comments = [atChange, { ...atChange, ...wrong }].slice(-forge.inlineCommentsMax);
      session.newRequests();

      const error = await errorOf(forge.postInlineComments(world.repository, number, { change, comments }));

      expect(error).toMatchObject({ kind: "refused", code: "FORGE_REFUSED" });
      expect(session.newRequests()).toHaveLength(1);
      expect(world.kept.threads(number)).toEqual([]);
    });

    test("of a head that was pushed away are refused", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      await world.reviewers.push({
        branch: "feature/one",
        from: world.git.mainSha,
        message: "Begin anew",
        files: { "src/new.ts": "one\n" },
        isForced: true,
      });

      const stale = { ...change, headSha: world.git.mainSha };
      const error = await errorOf(
        forge.postInlineComments(world.repository, number, { change: stale, comments: [atChange] }),
      );

      expect(error.kind).toBe("refused");
      expect(world.kept.threads(number)).toEqual([]);
    });

    test("are none without any, and no more than the forge takes", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      session.newRequests();
      const tooMany = Array.from({ length: forge.inlineCommentsMax + 1 }, () => atChange);

      expect(await forge.postInlineComments(world.repository, number, { change, comments: [] })).toEqual({
        threads: [],
      });
      expect(
        await errorOf(forge.postInlineComments(world.repository, number, { change, comments: tooMany })),
      ).toMatchObject({ kind: "refused" });
      expect(session.newRequests()).toEqual([]);
    });

    test.each<[string, ForgeFaultKind, number]>([
      ["the connection is cut after it was done", "drop-after-commit", 1],
      ["the forge fails after it was done", "5xx-after", 1],
      ["the answer is empty", "empty-201", 1],
      ["the connection is cut before it was done", "drop-before", 0],
      ["the forge fails before it was done", "5xx-before", 0],
      ["a page for signing in stands in its place", "html-200", 0],
    ])("%s: it is unknown and not sent again, and the list tells the truth", async (_how, kind, done) => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      world.fault({ kind, on: "postInlineComments" });
      session.newRequests();

      const error = await errorOf(forge.postInlineComments(world.repository, number, { change, comments: [atChange] }));

      expect(error.kind).toBe("unknown");
      expect(session.newRequests()).toHaveLength(1);
      expect(await forge.listThreads(world.repository, number)).toHaveLength(done);
    });
  });

  describe("threads", () => {
    test("are everybody's, with their replies, oldest first", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      const [theirs = ""] = await world.reviewers.commentOnLines(number, [
        { path: "src/new.ts", line: 2, body: "Two?" },
      ]);
      await postAll(session, number, change, [atChange]);
      await world.reviewers.reply(number, theirs, "Yes, two.");

      const threads = await forge.listThreads(world.repository, number);

      expect(threads.map(({ comments }) => comments.map(({ body, author }) => [body, author?.login]))).toEqual([
        [
          ["Two?", world.stranger],
          ["Yes, two.", world.stranger],
        ],
        [["Why anew?", world.login]],
      ]);
      expect(threads[0]?.id).toBe(theirs);
      expect(world.violations()).toEqual([]);
    });

    test("are resolved once, however often it is asked", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      const [thread] = await postAll(session, number, change, [atChange]);

      await forge.resolveThread(world.repository, number, thread?.id ?? "");
      await forge.resolveThread(world.repository, number, thread?.id ?? "");

      expect(await forge.listThreads(world.repository, number)).toMatchObject([
        { id: thread?.id, isResolved: true, resolvedBy: await forge.whoAmI() },
      ]);
      expect(world.violations()).toEqual([]);
    });

    test("that a person resolved say who", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      const [thread] = await postAll(session, number, change, [atChange]);

      await world.reviewers.resolveThread(number, thread?.id ?? "");

      const [listed] = await forge.listThreads(world.repository, number);
      expect(listed?.resolvedBy?.login).toBe(world.stranger);
      expect(listed?.resolvedBy?.id).not.toBe((await forge.whoAmI()).id);
    });

    test("move with their lines, and have none when the line is gone", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      await postAll(session, number, change, [atChange, atRange]);
      const text = (await world.git.repositories.show(world.repository.slug, change.headSha, "src/long.ts")).toString();

      await world.reviewers.push({
        branch: "feature/one",
        message: "Two more above, and others",
        files: { "src/long.ts": `first\nsecond\n${text}`, "src/new.ts": "quite other\n" },
      });

      expect((await forge.listThreads(world.repository, number)).map(({ line }) => line)).toEqual([22, null]);
      expect(world.violations()).toEqual([]);
    });

    test("are listed to the last page, and to the last word", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number } = await openOne(session);
      const places = Array.from({ length: 104 }, (_, index) => ({
        path: "src/new.ts",
        line: 1,
        body: `Thread ${index + 1}`,
      }));
      const [first = ""] = await world.reviewers.commentOnLines(number, places);
      for (let count = 1; count <= 54; count += 1) await world.reviewers.reply(number, first, `Reply ${count}`);

      const threads = await forge.listThreads(world.repository, number);

      const bodies = threads[0]?.comments.map(({ body }) => body);
      expect(threads.map(({ comments }) => comments[0]?.body)).toEqual(
        Array.from({ length: 104 }, (_, index) => `Thread ${index + 1}`),
      );
      expect(bodies).toEqual(["Thread 1", ...Array.from({ length: 54 }, (_, index) => `Reply ${index + 1}`)]);
      expect(world.violations()).toEqual([]);
    });

    test("that are not there are not resolved", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      const [thread] = await postAll(session, number, change, [atChange]);
      const other = (thread?.id ?? "").replaceAll("1", "f").replaceAll("3", "1").replaceAll("9", "2");

      expect((await errorOf(forge.resolveThread(world.repository, number, other))).kind).toMatch(/not-found|refused/);
      expect(await errorOf(forge.resolveThread(world.repository, number, "../1"))).toMatchObject({ kind: "refused" });
    });

    test.each<[ForgeFaultKind, boolean]>([
      ["drop-after-commit", true],
      ["drop-before", false],
      ["5xx-after", true],
    ])("whose resolution meets %s: it is unknown, and may be asked again", async (kind, done) => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      const [thread] = await postAll(session, number, change, [atChange]);
      world.fault({ kind, on: "resolveThread" });

      const error = await errorOf(forge.resolveThread(world.repository, number, thread?.id ?? ""));
      const between = await forge.listThreads(world.repository, number);
      await forge.resolveThread(world.repository, number, thread?.id ?? "");
      const after = await forge.listThreads(world.repository, number);

      expect(error.kind).toBe("unknown");
      expect([between[0]?.isResolved, after[0]?.isResolved]).toEqual([done, true]);
    });

    test("are read again while the forge is unwell", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const { number, change } = await openOne(session);
      await postAll(session, number, change, [atChange]);
      world.fault({ kind: "5xx-before", on: "listThreads" });
      world.fault({ kind: "html-200", on: "listThreads" });

      expect(await forge.listThreads(world.repository, number)).toHaveLength(1);
    });
  });

  describe("what stands beside a commit", () => {
    test("is one for each name, however often it is said, and the last word counts", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const report = reportOn(world);
      const states = [];

      for (const state of ["in_progress", "in_progress", "success", "success", "in_progress", "failure"] as const) {
        await forge.reportCheck(world.repository, { ...report, state });
        states.push(world.kept.checks(report.sha));
      }

      const { in_progress: begun, success, failure } = world.checkStates;
      expect(states).toEqual(
        [begun, begun, success, success, begun, failure].map((state) => [{ name: report.name, state }]),
      );
      expect(world.violations()).toEqual([]);
    });

    test("is never green when it is neutral", async () => {
      await using session = await openForgeSession(start);
      const { forge, world } = session;
      const report: CheckReport = { ...reportOn(world), state: "neutral", title: `Inconclusive: ${"so ".repeat(200)}` };

      const { url } = await forge.reportCheck(world.repository, report);

      expect(url).toBe(report.url);
      expect(world.kept.checks(report.sha)).toEqual([{ name: report.name, state: world.checkStates.neutral }]);
      expect(world.checkStates.neutral).not.toBe(world.checkStates.success);
      expect(world.violations()).toEqual([]);
    });

    test.each<ForgeFaultKind>(["drop-after-commit", "drop-before", "5xx-after"])(
      "and meets %s: it is unknown, and may be said again",
      async (kind) => {
        await using session = await openForgeSession(start);
        const { forge, world } = session;
        const report = reportOn(world);
        world.fault({ kind, on: "reportCheck" });

        const error = await errorOf(forge.reportCheck(world.repository, report));
        await forge.reportCheck(world.repository, report);

        expect(error.kind).toBe("unknown");
        expect(world.kept.checks(report.sha)).toEqual([{ name: report.name, state: world.checkStates.success }]);
      },
    );

    test("takes the right to write", async () => {
      await using session = await openForgeSession(start);
      const { world } = session;
      const readOnly = session.connect({ readToken: async () => world.tokens.readOnly });

      expect(await errorOf(readOnly.reportCheck(world.repository, reportOn(world)))).toMatchObject({
        kind: "permission",
      });
      expect(world.kept.checks(reportOn(world).sha)).toEqual([]);
    });
  });
}

async function openOne({
  forge,
  world,
}: ForgeSession<ForgeReviewWorld>): Promise<{ number: number; change: ForgeChange }> {
  const number = await world.people.openPullRequest("feature/one");
  return { number, change: await forge.getChange(world.repository, number) };
}

/** In as many requests as the forge wants. */
async function postAll(
  { forge, world }: ForgeSession<ForgeReviewWorld>,
  number: number,
  change: ForgeChange,
  comments: InlineComment[],
): Promise<{ id: string; url: string | null }[]> {
  const threads = [];
  for (let at = 0; at < comments.length; at += forge.inlineCommentsMax) {
    const some = comments.slice(at, at + forge.inlineCommentsMax);
    threads.push(...(await forge.postInlineComments(world.repository, number, { change, comments: some })).threads);
  }
  return threads;
}

function reportOn({ git }: ForgeReviewWorld): CheckReport {
  return {
    sha: git.featureSha,
    name: "pullwright review",
    state: "success",
    title: "Nothing found",
    summary: "All was read.",
    url: "https://pullwright.example/reviews/1",
  };
}

/** Two commits whose ids begin with the same seven digits: after some ten thousand tries there are two. */
async function commitsThatBeginAlike({ git, repository }: ForgeReviewWorld): Promise<[string, string]> {
  const tree = (await git.repositories.git(repository.slug, ["rev-parse", "refs/heads/main^{tree}"])).toString().trim();
  const seen = new Map<string, string>();
  for (let count = 0; ; count += 1) {
    const stamp = `Somebody <somebody@example.com> ${1_760_000_000 + count} +0000`;
    const text = `tree ${tree}\nauthor ${stamp}\ncommitter ${stamp}\n\nOne of many\n`;
    const sha = createHash("sha1")
      .update(`commit ${Buffer.byteLength(text)}\0${text}`)
      .digest("hex");
    const alike = seen.get(sha.slice(0, 7));
    if (alike === undefined) {
      seen.set(sha.slice(0, 7), text);
      continue;
    }
    const made = [];
    for (const one of [alike, text]) {
      const args = ["hash-object", "-t", "commit", "-w", "--stdin"];
      made.push((await git.repositories.git(repository.slug, args, Buffer.from(one))).toString().trim());
    }
    return made as [string, string];
  }
}
