import { existsSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandDetail } from "../../src/store/commands.ts";
import { type Fault, faultMatrix } from "../../scripts/generate/fault-matrix.ts";
import { type Experiment, experiments, type Trouble } from "./fault-experiments.ts";
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
    test(`${fault}: ${end}`, () => endure(step, experimentOf(step, fault as Fault)));
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
    for (const { proof } of cells) {
      if (proof === "here") continue;
      if ("death" in proof) expect(steps).toContain(proof.death);
      else expect(existsSync(join(root, proof.elsewhere)), proof.elsewhere).toBe(true);
    }
  });
});

function experimentOf(step: string, fault: Fault): Experiment {
  const experiment = experiments[`${step} ${fault}`];
  if (experiment === undefined) throw new Error(`Nobody tries ${step} ${fault}`);
  return experiment;
}

let serial = 0;

async function endure(step: string, experiment: Experiment): Promise<void> {
  serial += 1;
  const workflowId = `${step}-${serial}`;
  const branch = `pullwright/${workflowId}`;
  const { forge } = shop;
  await rm(join(shop.dataDir, "mirrors"), { recursive: true, force: true });
  await shop.write({ "src/client.ts": `export const retries = ${serial};\n`, ...experiment.write });
  const tokenFile = join(shop.directory, `token-${serial}`);
  const putToken = async (token: string): Promise<void> => {
    await writeFile(`${tokenFile}.new`, token, { mode: 0o600 });
    await rename(`${tokenFile}.new`, tokenFile);
  };
  const newToken = async (name: string): Promise<void> => {
    const token = `canary_${name}_${workflowId}_4Hs9QmZt7Lw2`;
    forge.grantToken(token);
    await putToken(token);
  };
  await newToken("first");
  let id = 0;
  let storeFailures = 0;
  const trouble: Trouble = {
    shop,
    branch,
    tokenFile,
    newToken: () => newToken("second"),
    putToken,
    failStore: (times) => {
      storeFailures = times;
    },
    cancel: () => void shop.ask("cancelCommand", { id }),
    steal: () => steal(id),
  };
  const left = { ...experiment.at };
  const transaction: Workshop["store"]["transaction"] = async (work) => {
    if (storeFailures > 0) {
      storeFailures -= 1;
      throw diskFull();
    }
    return shop.store.transaction(work);
  };
  const env = { PULLWRIGHT_GITHUB_TOKEN: "", PULLWRIGHT_GITHUB_TOKEN_FILE: tokenFile, ...experiment.env };
  await experiment.before?.(trouble);
  const reach = (reached: string): void => {
    const happening = left[reached];
    delete left[reached];
    happening?.(trouble);
  };
  const pushesBefore = forge.pushed().length;
  id = await shop.put(experiment.payload, workflowId);
  const workers = [await shop.work({ env }, reach, { transaction })];
  // Whoever comes after the one that lost its lease.
  if (experiment.heir === true) workers.push(await shop.work({ env }));
  try {
    if (experiment.meanwhile !== undefined) {
      const { code, then } = experiment.meanwhile;
      const held = await shop.until(id, (now) => now.ended_at !== null || (now.state === "queued" && now.waits > 0));
      expect(held).toMatchObject({ state: "queued", outcome_code: code });
      await then(trouble);
    }
    const command = await shop.ended(id);
    expect(Object.keys(left), "steps that were not reached").toEqual([]);
    await judge(command, experiment, branch, pushesBefore);
  } finally {
    forge.calm();
    await Promise.all(workers.map((each) => each.stop()));
    await experiment.after?.(trouble);
  }
}

async function judge(
  command: CommandDetail,
  { end, isUnknown, left: leftThere = end === "succeeded" ? "all" : "nothing", attempt }: Experiment,
  branch: string,
  pushesBefore: number,
): Promise<void> {
  const { forge } = shop;
  const said = { state: command.state, code: command.outcome_code, because: command.outcome_because };
  if (end === "succeeded") expect(said).toMatchObject({ state: "succeeded", code: null });
  else if (end === "cancelled") expect(said).toMatchObject({ state: "cancelled" });
  else expect(said).toMatchObject({ state: "failed", code: end });
  if (attempt !== undefined) expect(command.attempt).toBe(attempt);

  const tip = (await forge.repositories.refs(forge.slug)).get(`refs/heads/${branch}`);
  const pulls = (await forge.pulls()).filter((pull) => pull.branch === branch);
  const pushes = forge.pushed().slice(pushesBefore);
  expect({ branch: tip !== undefined, pushes: pushes.length, pulls: pulls.length }).toEqual(
    {
      all: { branch: true, pushes: 1, pulls: 1 },
      branch: { branch: true, pushes: 1, pulls: 0 },
      "their branch": { branch: true, pushes: 0, pulls: 0 },
      nothing: { branch: false, pushes: 0, pulls: 0 },
    }[leftThere],
  );
  if (leftThere === "all") {
    expect(pulls[0]).toMatchObject({ sha: tip, state: "open" });
    const known = await shop.database.rows("select key from effects where state <> 'done'");
    expect(known.filter(({ key }) => String(key).includes(`${branch}:`))).toHaveLength(isUnknown === true ? 1 : 0);
  }
  if (isUnknown === true) {
    forge.calm();
    await shop.ask("retryCommand", { id: command.id });
    await judge(await shop.ended(command.id), { end: "succeeded" }, branch, pushesBefore);
  }
  expect(await shop.ask("verifyAudit", {})).toMatchObject({ whole: true });
}

/** As a disk that is full says it. */
function diskFull(): Error {
  return Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
}

/** What another process does that believes the worker dead: at once, so that the worker goes on as if nothing had been. */
function steal(id: number): void {
  if (shop.database.location.engine !== "sqlite") throw new Error("This is told to the file itself");
  const file = new DatabaseSync(shop.database.location.path, { timeout: 5000 });
  try {
    file
      .prepare("update commands set state = 'queued', due = 1, lease_owner = null, lease_until_at = null where id = ?")
      .run(id);
  } finally {
    file.close();
  }
  shop.changed();
}
