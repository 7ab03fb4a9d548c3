import { describe, expect, test } from "vitest";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { findWrong, wrong } from "./finding-agent.ts";
import { numbered, putReview, reviewsHere } from "./review-scene.ts";
import { scriptedAgent } from "./scripted-agent.ts";
import { openWorkshop } from "./workshop.ts";

// A reviewer that finds what is there, in other words each time; and somebody who mends, moves, renames and throws away what was pushed.

type Files = Record<string, string>;
/** All that a head has beside the base; `first` happens before it is pushed. */
type Push = { files: Files; isForced?: true; first?: "ann resolves beta" | "epsilon is dismissed" };

const long = (at: Record<number, string>, above = ""): string => `${above}${numbered(60, at)}`;
const [alpha, beta, gamma, delta, epsilon, zeta] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"].map(
  wrong,
) as [string, string, string, string, string, string];
const some = (what: string): string => numbered(12, { 6: what });
const moved = { "src/moved.ts": `export function later() {\n  ${delta}\n}\n` };

const pushes: Push[] = [
  {
    files: {
      "src/long.ts": long({ 10: alpha, 20: beta, 40: delta }),
      "src/new.ts": some(gamma),
      "src/extra.ts": some(epsilon),
    },
  },
  {
    files: {
      "src/long.ts": long({ 10: alpha, 20: beta, 40: delta }, "// one\n// two\n// three\n"),
      "src/new.ts": some(gamma),
      "src/extra.ts": some(epsilon),
    },
  },
  {
    files: {
      "src/long.ts": long({ 10: alpha, 20: beta, 40: delta }),
      "src/new.ts": some(gamma),
      "src/extra.ts": some(epsilon),
    },
    isForced: true,
  },
  { files: { "src/long.ts": long({ 20: beta, 40: delta }), "src/new.ts": some(gamma), "src/extra.ts": some(epsilon) } },
  {
    files: {
      "src/long.ts": long({ 20: beta, 40: delta }),
      "lib/renamed.ts": some(gamma),
      "src/extra.ts": some(epsilon),
    },
  },
  {
    files: {
      "src/long.ts": long({ 18: "// more", 20: beta, 40: delta }),
      "lib/renamed.ts": some(gamma),
      "src/extra.ts": some(epsilon),
    },
    first: "ann resolves beta",
  },
  {
    files: {
      "src/long.ts": long({ 20: beta }),
      ...moved,
      "lib/renamed.ts": some(gamma),
      "src/extra.ts": some(epsilon),
    },
    isForced: true,
  },
  {
    files: {
      "src/long.ts": long({ 20: beta }),
      ...moved,
      "lib/renamed.ts": some("// mended"),
      "src/extra.ts": some(epsilon),
    },
  },
  {
    files: {
      "src/long.ts": long({ 20: beta }),
      ...moved,
      "lib/renamed.ts": some("// mended"),
      "src/other.ts": some(`    ${epsilon}`),
    },
    isForced: true,
  },
  {
    files: {
      "src/long.ts": long({ 20: beta }),
      ...moved,
      "lib/renamed.ts": some("// mended, again"),
      "src/other.ts": some(`    ${epsilon}`),
    },
    first: "epsilon is dismissed",
  },
  {
    files: {
      "src/long.ts": long({ 20: beta }),
      "lib/renamed.ts": some("// mended, again"),
      "src/other.ts": some(epsilon),
    },
    isForced: true,
  },
  { files: { "src/long.ts": long({ 20: beta }), "lib/renamed.ts": some(zeta), "src/last.ts": some(epsilon) } },
];

const places = { github: makeSqlite, gitlab: makePostgres } as const;

describe.each(["github", "gitlab"] as const)("twelve pushes to a pull request at %s", { timeout: 120_000 }, (name) => {
  test("leave one summary, one thread for each finding, and those that are gone resolved", async () => {
    await using shop = await openWorkshop(name, places[name], { ...reviewsHere, PULLWRIGHT_REVIEW_ROUNDS_MAX: "20" });
    const { review, repositories, slug } = shop.forge;
    const { git } = repositories;
    await repositories.commit(slug, [{ branch: "main", message: "More", files: { "src/long.ts": numbered(60) } }]);
    const main = (await repositories.refs(slug)).get("refs/heads/main") ?? "";
    let round = 0;
    await shop.work(
      {},
      undefined,
      undefined,
      undefined,
      scriptedAgent((question) => findWrong(question, round)),
    );
    let number = 0;
    let before: Files = {};

    for (const { files, isForced, first } of pushes) {
      round += 1;
      if (first === "ann resolves beta") await review.resolve(number, (await threadOf("beta")).id);
      if (first === "epsilon is dismissed") await dismiss("epsilon");
      const isNew = isForced === true || round === 1;
      const removed = isNew ? [] : Object.keys(before).filter((path) => !(path in files));
      const sha = await review.push({
        branch: "topic",
        message: `Push ${round}`,
        files,
        removed,
        ...(isNew ? { from: main } : {}),
        ...(isForced === true ? { isForced } : {}),
      });
      before = files;
      if (round === 1) number = await review.openPull({ title: "Count", branch: "topic" });
      const pull = { number, sha, branch: "topic", workflowId: "REVIEW-12" };
      const command = await shop.ended(await putReview(shop, pull));
      expect(command).toMatchObject({ state: "succeeded", result: { commit_sha: sha } });
      // What came to be beside every head ended.
      expect(await review.checks(sha)).toMatchObject([{ title: expect.stringMatching(/finding/) as string }]);
    }

    expect(await git(slug, ["rev-list", "--count", `${main}..topic`])).toEqual(Buffer.from("2\n"));
    const threads = await review.threads(number);
    const known = await shop.database.rows("select title, state, thread_id from findings order by number");
    const stateOf = (what: string) =>
      known.filter(({ title }) => String(title).startsWith(`${what} `)).map(({ state }) => state);
    expect(
      ["alpha", "beta", "gamma", "delta", "epsilon", "zeta"].map((what) => {
        const about = threads.filter(({ comments }) => comments[0]?.body.includes(`** ${what} `));
        return [what, ...stateOf(what), ...about.map(({ isResolved }) => (isResolved ? "ended" : "open"))].join(" ");
      }),
    ).toEqual([
      "alpha resolved ended",
      "beta dismissed ended",
      "gamma resolved ended",
      "delta resolved ended",
      "epsilon dismissed open",
      "zeta open open",
    ]);
    expect(threads).toHaveLength(6);
    const [summary, ...others] = await review.comments(number);
    expect(others).toEqual([]);
    expect(summary?.body).toMatch(/round 12 of 20/);
    expect(summary?.body).not.toMatch(/\*\* (?:beta|epsilon) /);

    async function threadOf(what: string) {
      const thread = (await review.threads(number)).find(({ comments }) => comments[0]?.body.includes(`** ${what} `));
      if (thread === undefined) throw new Error(`${what} has no thread`);
      return thread;
    }

    async function dismiss(what: string): Promise<void> {
      const { id: finding } = (await shop.database.rows(`select id, title from findings`)).find(({ title }) =>
        String(title).startsWith(`${what} `),
      ) as { id: string };
      const [{ id } = { id: 0 }] = await shop.database.rows("select max(id) as id from reviews");
      await shop.ask("dismissFinding", { id: Number(id), finding });
    }
  });
});
