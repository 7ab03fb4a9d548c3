import { rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { expect } from "vitest";
import type { CommandDetail } from "../../src/store/commands.ts";
import type { Experiment, Trouble } from "./fault-experiments.ts";
import { makeGitOnFullDisk } from "./full-disk.ts";
import type { RunningWorkers } from "../../src/queue/run-workers.ts";
import type { Workshop } from "./workshop.ts";

/**
 * Has workers do one piece of work while something goes wrong, and expects what must come of it. The workshop is used again and again: each time it is another
 * workflow, with workers and a token of its own; where fetching is what goes wrong, with an empty mirror too.
 */
export async function endure(experiment: Experiment, step: string, shop: Workshop): Promise<void> {
  const serial = (await shop.database.rows("select id from commands")).length + 1;
  const workflowId = `${step}-${serial}`;
  const branch = `pullwright/${workflowId}`;
  const { forge } = shop;
  if (["S7", "S8", "S9"].includes(step)) await rm(join(shop.dataDir, "mirrors"), { recursive: true, force: true });
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
  let workers: RunningWorkers[] = [];
  let robbery: Promise<string> | null = null;
  const robbed = Promise.withResolvers<string>();
  const disk = await makeGitOnFullDisk(shop.directory);
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
    steal: () => {
      robbery = steal(id, shop);
      robbed.resolve(robbery);
    },
    disk,
  };
  const left = { ...experiment.at };
  const reach = (reached: string): void => {
    const happening = left[reached];
    delete left[reached];
    happening?.(trouble);
  };
  const { store } = shop;
  const over: Partial<Workshop["store"]> = {
    transaction: async (work) => {
      await robbery;
      if (storeFailures === 0) return store.transaction(work);
      storeFailures -= 1;
      // Workers that find the store down look again after a second, or when they are told to.
      setImmediate(() => {
        for (const each of workers) each.nudge();
      });
      throw diskFull(store.engine);
    },
    credentialStandings: {
      ...store.credentialStandings,
      read: async (fingerprint) => {
        reach("token.read");
        return store.credentialStandings.read(fingerprint);
      },
    },
  };
  const settings = {
    env: settingsAt(forge.name, { TOKEN: "", TOKEN_FILE: tokenFile, ...experiment.settings }),
    ...(experiment.usesDisk === true ? { gitPath: disk.gitPath } : {}),
  };
  await experiment.before?.(trouble);
  const pushesBefore = forge.pushed().length;
  id = await shop.put(experiment.payload, workflowId);
  workers = [await shop.work(settings, reach, over)];
  try {
    if (experiment.heir === true) {
      const written = await robbed.promise;
      // It goes on until it wants to write something down, and is told.
      await workers[0]?.stop();
      expect(await writtenDown(shop)).toBe(written);
      workers.push(await shop.work(settings));
    }
    if (experiment.meanwhile !== undefined) {
      const { code, says = "", act } = experiment.meanwhile;
      const held = await shop.until(
        id,
        (now) => now.ended_at !== null || (now.state === "queued" && now.outcome_code !== null),
      );
      expect(held).toMatchObject({ state: "queued", outcome_code: code });
      expect(held.outcome_because).toContain(says);
      await act(trouble);
    }
    const command = await shop.ended(id);
    expect(Object.keys(left), "steps that were not reached").toEqual([]);
    await judge(command, experiment, { shop, branch, pushesBefore });
  } finally {
    forge.calm();
    await disk.makeRoom();
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
    expect(said.because).toContain("It is not known whether create-pull-request was done");
    const shown = (await shop.ask("getCommand", { id: command.id })) as { effects: { kind: string; state: string }[] };
    expect(shown.effects.map(({ kind, state }) => `${kind} ${state}`)).toContain("create-pull-request unknown");
    forge.calm();
    await shop.ask("retryCommand", { id: command.id });
    await judge(await shop.ended(command.id), { end: "succeeded" }, at);
  }
  expect(await shop.ask("verifyAudit", {})).toMatchObject({ whole: true });
}

/** As a disk that is full says it. */
function diskFull(engine: "sqlite" | "postgres"): Error {
  if (engine === "sqlite")
    return Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
  return Object.assign(new pg.DatabaseError("could not extend file: No space left on device", 0, "error"), {
    code: "53100",
  });
}

/** A setting of this forge, by the name that it has at both. */
function settingsAt(forge: string, settings: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [`PULLWRIGHT_${forge.toUpperCase()}_${name}`, value]),
  );
}

/**
 * What another process does that believes the worker dead: before the worker writes anything more, so that it goes on as if nothing had been. The other one dies
 * of it. Says what was written down by then.
 */
async function steal(id: number, shop: Workshop): Promise<string> {
  const owner = `${hostname()}/an-earlier-start/1/1/other`;
  await change(
    shop,
    `update commands set fence = fence + 1, lease_owner = '${owner}' where id = ${id} and state = 'running'`,
  );
  return writtenDown(shop);
}

/** Past the store, as by another process. */
async function change({ database }: Workshop, sql: string): Promise<void> {
  if (database.location.engine === "postgres") return void (await database.rows(sql));
  const file = new DatabaseSync(database.location.path, { timeout: 5000 });
  try {
    file.exec(sql);
  } finally {
    file.close();
  }
}

/** Everything that a worker writes down of what it did. */
async function writtenDown({ database }: Workshop): Promise<string> {
  return JSON.stringify([
    await database.rows("select * from effects order by id"),
    await database.rows("select hash from audit_log order by id"),
    await database.rows("select * from pr_outcomes order by id"),
  ]);
}
