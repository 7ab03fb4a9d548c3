import { expect, test } from "vitest";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { type CrashScene, nameOf, openCrashScene, type Ordeal } from "./crash-scene.ts";
import { stepsInSource } from "./steps-in-source.ts";

// Every point once; `npm run campaign:crash` has every point in every situation, on both forges and both databases.

test.each([
  ["github", "sqlite", makeSqlite],
  ["gitlab", "postgres", makePostgres],
] as const)(
  "whoever is killed at any step of it: one branch, one commit for each content, one pull request (%s, %s)",
  { timeout: 240_000 },
  async (forge, _engine, makeDatabase) => {
    await using scene = await openCrashScene(forge, makeDatabase);
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
  },
);

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
