import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { bundleWorker, type WorkerProgram } from "./bundle-worker.ts";
import { type CrashScene, deathsMax, nameOf, openCrashScene, type Ordeal } from "./crash-scene.ts";
import { stepsOfReviews } from "./steps-in-source.ts";

// As killed-at-every-step.test.ts, of reviews.

/** Each brings workers to steps that no earlier one does. */
const works: Pick<Ordeal, "content" | "mishap" | "at">[] = [
  { content: "second review", mishap: null },
  { content: "review", mishap: null },
  { content: "review", mishap: "api-turned-away", at: "summary" },
  { content: "review", mishap: "api-never-answered", at: "inline" },
];

/** Where a write goes wrong all effects go the same way: here one of them does for each, in the campaign (bench/crash-campaign.ts) every one. */
const ofMishaps = /\.(?:looked|not-done|unknown|absent|given-up)$/;
const nameOfMishap = (step: string): string => ofMishaps.exec(step)?.[0] ?? step;

describe("whatever reviewer is killed, there is one summary, one comment for each finding and a check that has ended", () => {
  let worker: WorkerProgram;

  beforeAll(async () => {
    worker = await bundleWorker();
  });

  afterAll(() => worker[Symbol.asyncDispose]());

  test("at any step that the code names", { timeout: 400_000 }, async () => {
    await using scene = await openCrashScene({ forge: "gitlab", makeDatabase: makeSqlite, worker });
    const died = new Set<string>();

    for (const work of works) await dieEverywhere(scene, work, died);

    expect(
      [...new Set(stepsOfReviews().map(nameOfMishap))].filter((step) => ![...died].map(nameOfMishap).includes(step)),
      "steps at which nobody died",
    ).toEqual([]);
  });

  test(
    "before and after each effect, with its answer lost, at GitHub, with the store on PostgreSQL",
    { timeout: 240_000 },
    async () => {
      await using scene = await openCrashScene({ forge: "github", makeDatabase: makePostgres, worker });
      const lost: Pick<Ordeal, "content" | "mishap" | "at">[] = [
        { content: "review", mishap: "api-answer-lost", at: "inline" },
        { content: "review", mishap: "api-answer-lost", at: "summary" },
        { content: "second review", mishap: "api-answer-502", at: "update-summary" },
      ];

      const broken: string[][] = [];
      for (const work of lost) {
        const killAt = effects(
          "inline-comments",
          "review-summary",
          "update-review-summary",
          "resolve-thread",
          "review-check",
        );
        broken.push((await scene.run({ ...work, killAt: killAt.slice(0, deathsMax) })).broken);
      }

      expect(broken).toEqual([[], [], []]);
    },
  );

  test("and this test would see it if there were another: here somebody pushes after a death", async () => {
    await using scene = await openCrashScene({ forge: "gitlab", makeDatabase: makeSqlite, worker });
    const { review } = scene.shop.forge;

    const { broken, deaths } = await scene.run({
      content: "review",
      mishap: null,
      killAt: ["review.decided"],
      meanwhile: () => review.push({ branch: "topic-1", message: "Meanwhile", files: { "src/more.ts": "more\n" } }),
    });

    expect(deaths).toEqual(["review.decided#1"]);
    expect(broken).toEqual(expect.arrayContaining(["the summary is of another head"]));
  });
});

/** The same work again and again, each time by workers that die where none has died yet, until one comes through. */
async function dieEverywhere(
  scene: CrashScene,
  work: Pick<Ordeal, "content" | "mishap" | "at">,
  died: Set<string>,
): Promise<void> {
  for (;;) {
    const { broken, deaths } = await scene.run({ ...work, killAt: { everyStepBut: [...died] } });
    expect(broken, `${JSON.stringify(work)}, after deaths at ${deaths.join(", ")}`).toEqual([]);
    for (const step of deaths) died.add(nameOf(step));
    // One that nobody died in met nothing new; a death may change what comes after it.
    if (deaths.length === 0 || (work.mishap === null && deaths.length < deathsMax)) return;
  }
}

function effects(...kinds: string[]): string[] {
  return kinds.flatMap((kind) => [`${kind}.sending`, `${kind}.acted`]);
}
