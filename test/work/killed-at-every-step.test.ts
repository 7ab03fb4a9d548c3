import { describe, expect, test } from "vitest";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { type CrashScene, nameOf, openCrashScene, type Ordeal } from "./crash-scene.ts";
import { stepsInSource } from "./steps-in-source.ts";

// Every step once; `npm run campaign:crash` has every step in every situation, on both forges and both databases.

describe("whoever is killed, there is one branch, one commit for each content and one pull request", () => {
  test("at any step that the code names", { timeout: 240_000 }, async () => {
    await using scene = await openCrashScene("github", makeSqlite);
    const died = new Set<string>();

    await dieEverywhere(scene, { content: "first", lost: null }, died);
    await dieEverywhere(scene, { content: "second", lost: null }, died);
    await dieEverywhere(scene, { content: "first", lost: "push" }, died);
    await dieEverywhere(scene, { content: "first", lost: "api-cut" }, died);
    await dieEverywhere(scene, { content: "second", lost: "api-502" }, died);

    expect(
      stepsInSource().filter((step) => !died.has(step)),
      "steps at which nobody died",
    ).toEqual([]);
  });

  test("before and after each effect, at GitLab, with the store on PostgreSQL", { timeout: 240_000 }, async () => {
    await using scene = await openCrashScene("gitlab", makePostgres);

    const ends = [
      await scene.run({ content: "first", lost: null, killAt: effects("push", "create-pull-request") }),
      await scene.run({ content: "second", lost: "api-empty", killAt: effects("push", "update-pull-request") }),
    ];

    expect(ends.map(({ broken }) => broken)).toEqual([[], []]);
    expect(ends.map(({ deaths }) => deaths.length)).toEqual([4, 3]);
  });

  test("and this test would see it if there were more: here the work changes after a death", async () => {
    await using scene = await openCrashScene("gitlab", makeSqlite);

    const { broken, deaths } = await scene.run({
      content: "first",
      lost: null,
      killAt: ["push.after"],
      meanwhile: () => scene.shop.write({ "src/client.ts": "export const retries = 99;\n" }),
    });

    expect(deaths).toEqual(["push.after#1"]);
    expect(broken).toEqual([
      "the branch has 2 commits of its own",
      expect.stringMatching(/^refs were moved: refs\/heads\/pullwright\/WORK-1, refs\/heads\/pullwright\/WORK-1$/),
    ]);
  });
});

/** The same work again and again, each time by workers that die where none has died yet, until one comes through. */
async function dieEverywhere(
  scene: CrashScene,
  work: Pick<Ordeal, "content" | "lost">,
  died: Set<string>,
): Promise<void> {
  for (;;) {
    const { broken, deaths } = await scene.run({ ...work, killAt: { everyStepBut: [...died] } });
    expect(broken, `after deaths at ${deaths.join(", ")}`).toEqual([]);
    if (deaths.length === 0) return;
    for (const step of deaths) died.add(nameOf(step));
  }
}

function effects(...kinds: string[]): string[] {
  return kinds.flatMap((kind) => [`${kind}.sending`, `${kind}.acted`]);
}
