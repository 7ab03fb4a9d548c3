import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { type Fault, faultMatrix } from "../../scripts/generate/fault-matrix.ts";
import { endure } from "./endure.ts";
import { type Experiment, experiments } from "./fault-experiments.ts";
import { makeDatabaseOf, type Scene, scenesOf } from "./fault-scenes.ts";
import { stepsInSource } from "./steps-in-source.ts";
import { logText, openWorkshop, type Workshop } from "./workshop.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** One forge, one store and one checkout for all cells of a scene; each cell is a workflow, with workers and a token of its own. */
const shops = new Map<string, Promise<Workshop>>();
afterAll(async () => {
  for (const shop of shops.values()) await (await shop)[Symbol.asyncDispose]();
});

describe.each(faultMatrix)("$step, $title", ({ step, cells }) => {
  for (const [fault, { end, proof }] of Object.entries(cells)) {
    if (proof !== "here") continue;
    for (const scene of scenesOf(`${step} ${fault}`))
      test(`${fault}, at ${scene.forge} on ${scene.engine}: ${end}`, async () =>
        endure(experimentOf(step, fault as Fault), step, await shopOf(scene)));
  }
});

describe("the matrix", () => {
  const cells = faultMatrix.flatMap(({ step, cells: row }) =>
    Object.entries(row).map(([fault, { proof }]) => ({ name: `${step} ${fault}`, proof })),
  );

  test("has an experiment for each cell that is tried here, and no other", () => {
    expect(Object.keys(experiments).toSorted()).toEqual(
      cells.flatMap(({ name, proof }) => (proof === "here" ? [name] : [])).toSorted(),
    );
  });

  test("names only tests and steps that are there", () => {
    const steps = stepsInSource();
    const unknown = cells.filter(({ proof }) => {
      if (proof === "here") return false;
      return "death" in proof ? !steps.includes(proof.death) : !existsSync(join(root, proof.elsewhere));
    });
    expect(unknown).toEqual([]);
  });

  test("is tried at both forges and on both databases", () => {
    const scenes = cells.flatMap(({ name, proof }) => (proof === "here" ? scenesOf(name) : []));
    expect(new Set(scenes.map(({ forge }) => forge)).size).toBe(2);
    expect(new Set(scenes.map(({ engine }) => engine)).size).toBe(2);
  });
});

function shopOf(scene: Scene): Promise<Workshop> {
  const key = `${scene.forge} ${scene.engine}`;
  const shop = shops.get(key) ?? open(scene);
  shops.set(key, shop);
  return shop;
}

async function open({ forge, engine }: Scene): Promise<Workshop> {
  const shop = await openWorkshop(forge, makeDatabaseOf[engine]);
  await shop.write({ "commit_log.md": logText });
  return shop;
}

function experimentOf(step: string, fault: Fault): Experiment {
  const experiment = experiments[`${step} ${fault}`];
  if (experiment === undefined) throw new Error(`Nobody tries ${step} ${fault}`);
  return experiment;
}
