import { rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import type { CommandDetail } from "../../src/store/commands.ts";
import type { Experiment, Trouble } from "./fault-experiments.ts";
import type { Workshop } from "./workshop.ts";

/**
 * Has workers do one piece of work while something goes wrong, and expects what must come of it. The workshop is used again and again: each time it is another
 * workflow, with workers, a token and a mirror of its own.
 */
export async function endure(experiment: Experiment, step: string, shop: Workshop): Promise<void> {
  const serial = (await shop.database.rows("select id from commands")).length + 1;
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
  const robbed = Promise.withResolvers<string>();
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
    steal: () => robbed.resolve(steal(id, shop)),
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
  try {
    if (experiment.heir === true) {
      const written = await robbed.promise;
      // It goes on until it wants to write something down, and is told.
      await workers[0]?.stop();
      expect(writtenDown(shop)).toBe(written);
      workers.push(await shop.work({ env }));
    }
    if (experiment.meanwhile !== undefined) {
      const { code, act } = experiment.meanwhile;
      const held = await shop.until(id, (now) => now.ended_at !== null || (now.state === "queued" && now.waits > 0));
      expect(held).toMatchObject({ state: "queued", outcome_code: code });
      await act(trouble);
    }
    const command = await shop.ended(id);
    expect(Object.keys(left), "steps that were not reached").toEqual([]);
    await judge(command, experiment, { shop, branch, pushesBefore });
  } finally {
    forge.calm();
    await Promise.all(workers.map((each) => each.stop()));
    await experiment.after?.(trouble);
  }
}

async function judge(
  command: CommandDetail,
  { end, isUnknown, left: leftThere = end === "succeeded" ? "all" : "nothing", attempt }: Experiment,
  at: { shop: Workshop; branch: string; pushesBefore: number },
): Promise<void> {
  const { shop, branch, pushesBefore } = at;
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
    await judge(await shop.ended(command.id), { end: "succeeded" }, at);
  }
  expect(await shop.ask("verifyAudit", {})).toMatchObject({ whole: true });
}

/** As a disk that is full says it. */
function diskFull(): Error {
  return Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
}

/**
 * What another process does that believes the worker dead: at once, so that the worker goes on as if nothing had been. The other one dies of it. Returns what
 * was written down by then.
 */
function steal(id: number, shop: Workshop): string {
  const owner = `${hostname()}/an-earlier-start/1/1/other`;
  inFile(shop, (file) =>
    file
      .prepare("update commands set fence = fence + 1, lease_owner = ? where id = ? and state = 'running'")
      .run(owner, id),
  );
  return writtenDown(shop);
}

/** Everything that a worker writes down of what it did. */
function writtenDown(shop: Workshop): string {
  return inFile(shop, (file) =>
    JSON.stringify([
      file.prepare("select * from effects order by id").all(),
      file.prepare("select hash from audit_log order by id").all(),
      file.prepare("select * from pr_outcomes order by id").all(),
    ]),
  );
}

function inFile<Answer>(shop: Workshop, act: (file: DatabaseSync) => Answer): Answer {
  const { location } = shop.database;
  if (location.engine !== "sqlite") throw new Error("This is told to the file itself");
  const file = new DatabaseSync(location.path, { timeout: 5000 });
  try {
    return act(file);
  } finally {
    file.close();
  }
}
