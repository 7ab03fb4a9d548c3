import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { bundleWorker, type WorkerProgram } from "./bundle-worker.ts";
import { type CrashScene, deathsMax, nameOf, openCrashScene, type Ordeal } from "./crash-scene.ts";
import { stepsOfPullRequests } from "./steps-in-source.ts";

// Every step once; `npm run campaign:crash` has every step in every situation, on both forges and both databases.

/** Each brings workers to steps that no earlier one does. */
const works: Pick<Ordeal, "content" | "mishap">[] = [
  { content: "chain", mishap: null },
  { content: "second", mishap: null },
  { content: "first", mishap: "push-answer-lost" },
  { content: "first", mishap: "push-turned-away" },
  { content: "first", mishap: "push-never-answered" },
  { content: "first", mishap: "api-turned-away" },
  { content: "first", mishap: "api-never-answered" },
  { content: "second", mishap: "api-turned-away" },
  { content: "second", mishap: "api-never-answered" },
];

describe("whoever is killed, there is one branch, one commit for each content and one pull request", () => {
  let worker: WorkerProgram;

  beforeAll(async () => {
    worker = await bundleWorker();
  });

  afterAll(() => worker[Symbol.asyncDispose]());

  test("at any step that the code names", { timeout: 600_000 }, async () => {
    await using scene = await openCrashScene({ forge: "github", makeDatabase: makeSqlite, worker });
    const died = new Set<string>();

    for (const work of works) await dieEverywhere(scene, work, died);

    expect(
      stepsOfPullRequests().filter((step) => !died.has(step)),
      "steps at which nobody died",
    ).toEqual([]);
  });

  test("before and after each effect, at GitLab, with the store on PostgreSQL", { timeout: 240_000 }, async () => {
    await using scene = await openCrashScene({ forge: "gitlab", makeDatabase: makePostgres, worker });

    const ends = [
      await scene.run({ content: "first", mishap: null, killAt: effects("push", "create-pull-request") }),
      await scene.run({
        content: "second",
        mishap: "api-answer-empty",
        killAt: effects("push", "update-pull-request"),
      }),
    ];

    expect(ends.map(({ broken }) => broken)).toEqual([[], []]);
    expect(ends.map(({ deaths }) => deaths.length)).toEqual([4, 3]);
  });

  test(
    "and this test would see it if there were more: here the work changes after a death",
    { timeout: 240_000 },
    async () => {
      await using scene = await openCrashScene({ forge: "gitlab", makeDatabase: makeSqlite, worker });

      const { broken, deaths } = await scene.run({
        content: "first",
        mishap: null,
        killAt: ["push.after"],
        meanwhile: () => scene.shop.write({ "src/client.ts": "export const retries = 99;\n" }),
      });

      expect(deaths).toEqual(["push.after#1"]);
      expect(broken).toEqual([
        "the branch has 2 commits of its own",
        expect.stringMatching(/^refs were moved: refs\/heads\/pullwright\/WORK-1, refs\/heads\/pullwright\/WORK-1$/),
      ]);
    },
  );
});

/** The same work again and again, each time by workers that die where none has died yet, until one comes through. */
async function dieEverywhere(
  scene: CrashScene,
  work: Pick<Ordeal, "content" | "mishap">,
  died: Set<string>,
): Promise<void> {
  for (;;) {
    const { broken, deaths } = await scene.run({ ...work, killAt: { everyStepBut: [...died] } });
    expect(broken, `after deaths at ${deaths.join(", ")}`).toEqual([]);
    for (const step of deaths) died.add(nameOf(step));
    // The last one met nothing new until its end.
    if (deaths.length < deathsMax) return;
  }
}

function effects(...kinds: string[]): string[] {
  return kinds.flatMap((kind) => [`${kind}.sending`, `${kind}.acted`]);
}
