import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fault, faultMatrix } from "../../scripts/generate/fault-matrix.ts";
import { endure } from "./endure.ts";
import { type Experiment, experiments } from "./fault-experiments.ts";
import { stepsInSource } from "./steps-in-source.ts";
import { logText, openWorkshop, type Workshop } from "./workshop.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** One forge, one store and one checkout for all; each cell is a workflow, with workers, a token and a mirror of its own. */
let shop: Workshop;
beforeAll(async () => {
  shop = await openWorkshop("github");
  await shop.write({ "commit_log.md": logText });
});
afterAll(() => shop[Symbol.asyncDispose]());

describe.each(faultMatrix)("$step, $title", ({ step, cells }) => {
  for (const [fault, { end, proof }] of Object.entries(cells)) {
    if (proof !== "here") continue;
    test(`${fault}: ${end}`, () => endure(experimentOf(step, fault as Fault), step, shop));
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
});

function experimentOf(step: string, fault: Fault): Experiment {
  const experiment = experiments[`${step} ${fault}`];
  if (experiment === undefined) throw new Error(`Nobody tries ${step} ${fault}`);
  return experiment;
}
