import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { CommandDetail } from "../../src/store/commands.ts";
import type { MakeDatabase } from "../conformance/database.ts";
import type { ApiFault, LocalForge } from "./local-forge.ts";
import type { WordToWorker } from "./work-child.ts";
import { logText, openWorkshop, type Workshop } from "./workshop.ts";

/** How an answer is lost on its way: after the branch was moved, or when a pull request was written. */
export const lostAnswers = {
  push: { git: "cut" },
  "api-cut": { api: "drop-after-commit" },
  "api-502": { api: "5xx-after" },
  "api-empty": { api: "empty-201" },
  "api-sign-in-page": { api: "html-200" },
} as const satisfies Record<string, { git: "cut" } | { api: ApiFault["fault"] }>;
export type LostAnswer = keyof typeof lostAnswers;

/** One piece of work and what is done to those who do it. */
export type Ordeal = {
  /** `first`: nothing is there. `second`: the same workflow has a pull request, and new content comes. */
  content: "first" | "second";
  lost: LostAnswer | null;
  /** The worker dies when it comes to one of these; its heir at one of the others, as long as there are any and it may. */
  killAt: string[] | { everyStepBut: string[] };
  /** Dies so long after it began, one heir after the other. */
  killAfterMs?: number[];
  /** What else happens after each death. */
  meanwhile?: () => Promise<unknown>;
};

export type OrdealEnd = {
  /** Every step that any worker came to, in order: `push.after#1`. */
  steps: string[];
  /** At which steps workers died. */
  deaths: string[];
  /** The promises that were broken, as sentences; none is the promise. */
  broken: string[];
};

export type CrashScene = AsyncDisposable & {
  shop: Workshop;
  run: (ordeal: Ordeal) => Promise<OrdealEnd>;
};

/** A command that took its worker with it ten times is given up; an ordeal stays below. */
const deathsMax = 8;

/** A forge that survives, and workers in processes of their own that do not. */
export async function openCrashScene(forgeName: LocalForge["name"], makeDatabase: MakeDatabase): Promise<CrashScene> {
  await using opening = new AsyncDisposableStack();
  const shop = opening.use(await openWorkshop(forgeName, makeDatabase));
  await shop.write({ "commit_log.md": logText });
  let serial = 0;
  let worker: Worker | null = null;
  let heir: Worker | null = null;
  opening.defer(async () => void (await Promise.all([worker?.end(), heir?.end()])));

  const scene = opening.move();
  return {
    shop,
    run: async (ordeal) => {
      serial += 1;
      const workflowId = `WORK-${serial}`;
      const end: OrdealEnd = { steps: [], deaths: [], broken: [] };
      await shop.write({ "src/client.ts": `export const retries = ${serial};\n` });
      if (ordeal.content === "second") {
        await perform(workflowId, { content: "first", lost: null, killAt: [] }, { steps: [], deaths: [], broken: [] });
        await shop.write({ "src/client.ts": `export const retries = ${serial} * 2;\n` });
      }
      // What is fetched and built is forgotten, so that each ordeal meets every step.
      await rm(join(shop.dataDir, "mirrors"), { recursive: true, force: true });
      const before = shop.forge.pushed().length;
      loseAnswer(ordeal, shop.forge);
      const command = await perform(workflowId, ordeal, end);
      shop.forge.calm();
      end.broken = await brokenPromises(shop, { workflowId, ordeal, command, pushesBefore: before });
      return end;
    },
    [Symbol.asyncDispose]: () => scene.disposeAsync(),
  };

  /** Starts whoever is needed until the command has ended. */
  async function perform(workflowId: string, ordeal: Ordeal, end: OrdealEnd): Promise<CommandDetail> {
    const plan = ordeal.killAt;
    const left = Array.isArray(plan) ? new Set(plan) : null;
    const spared = new Set(Array.isArray(plan) ? [] : plan.everyStepBut);
    const moments = [...(ordeal.killAfterMs ?? [])];
    const id = await shop.put({}, workflowId);
    const ended = shop.ended(id);
    let isOver = false;
    void ended.then(() => (isOver = true));
    for (;;) {
      worker ??= await hire();
      const { process: child } = worker;
      const mayDie = end.deaths.length < deathsMax;
      const killAt = mayDie ? (left === null ? { everyStepBut: [...spared] } : [...left]) : [];
      worker.listen((step) => end.steps.push(step));
      worker.tell({ killAt });
      worker.begin();
      const moment = mayDie ? moments.shift() : undefined;
      const timer = moment === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), moment);
      const died = await Promise.race([worker.gone.then(() => true), ended.then(() => false)]);
      clearTimeout(timer);
      // It may have ended and died in one: only who is gone says so.
      if (!died && child.signalCode === null && child.exitCode === null) {
        worker.listen(() => {});
        worker.tell({ killAt: [] });
        return ended;
      }
      worker = null;
      const last = end.steps.at(-1) ?? "nothing";
      end.deaths.push(moment === undefined ? last : `${moment} ms`);
      for (const at of [last, nameOf(last)]) left?.delete(at);
      spared.add(nameOf(last));
      await ordeal.meanwhile?.();
      shop.changed();
      if (isOver) return ended;
    }
  }

  /** Takes the one who waits, and has another come: starting a process takes longer than all that it does. */
  async function hire(): Promise<Worker> {
    const hired = heir ?? (await startWorker(shop));
    heir = await startWorker(shop);
    return hired;
  }
}

/** `push.after` of `push.after#2`. */
export function nameOf(step: string): string {
  return step.split("#")[0] ?? "";
}

type Worker = {
  process: ChildProcess;
  tell: (word: WordToWorker) => void;
  /** Begins to work; a second call does nothing. */
  begin: () => void;
  listen: (onStep: (step: string) => void) => void;
  gone: Promise<unknown>;
  said: () => string[];
  end: () => Promise<void>;
};

async function startWorker(shop: Workshop): Promise<Worker> {
  const program = fileURLToPath(new URL("./work-child.ts", import.meta.url));
  const child = fork(program, { stdio: ["ignore", "pipe", "inherit", "ipc"], execArgv: [] });
  // When all that it said has been heard, not only when it is gone.
  const gone = once(child, "close");
  const said: string[] = [];
  let onStep = (_step: string): void => {};
  const stopFollowing = shop.time.follow((aheadMs) => {
    if (child.connected) child.send({ aheadMs } satisfies WordToWorker, () => {});
  });
  void gone.then(stopFollowing);
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on("line", (line) => {
    const [word = "", rest = ""] = line.split(" ", 2);
    if (word === "step") onStep(rest);
    else if (word === "changed") shop.changed();
    else if (word === "ahead") shop.time.setAhead(Number(rest));
    else if (word === "ready") ready.resolve();
    else said.push(line);
  });
  void gone.then(() => ready.reject(new Error("A worker's process ended before it was ready")));
  await ready.promise;
  const tell = (word: WordToWorker): void => void child.send(word, () => {});
  let hasBegun = false;
  return {
    process: child,
    tell,
    begin: () => {
      if (hasBegun) return;
      hasBegun = true;
      const { time, database, environment } = shop;
      tell({ start: { location: database.location, environment: environment(), aheadMs: time.aheadMs() } });
    },
    listen: (heard) => {
      onStep = heard;
    },
    gone,
    said: () => said,
    end: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

function loseAnswer({ content, lost }: Ordeal, forge: LocalForge): void {
  if (lost === null) return;
  const how = lostAnswers[lost];
  if ("git" in how)
    forge.gitFault({
      service: "git-receive-pack",
      phase: "talk",
      what: { kind: "cut-answer", afterBytes: 0 },
      times: 3,
    });
  else forge.apiFault({ on: content === "first" ? "create" : "update", fault: how.api });
}

type Ended = { workflowId: string; ordeal: Ordeal; command: CommandDetail; pushesBefore: number };

/** The forge keeps the only truth: what is there is counted there. */
async function brokenPromises(
  { forge, store, database, dataDir, ask }: Workshop,
  { workflowId, ordeal, command, pushesBefore }: Ended,
): Promise<string[]> {
  const broken: string[] = [];
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) broken.push(sentence);
  };
  must(command.state === "succeeded", `it ended ${command.state}: ${command.outcome_code}, ${command.outcome_because}`);

  const branch = `pullwright/${workflowId}`;
  const refs = await forge.repositories.refs(forge.slug);
  const strange = [...refs.keys()].filter((ref) => !/^refs\/heads\/(main|pullwright\/WORK-\d+)$/.test(ref));
  must(strange.length === 0, `there are refs that nobody asked for: ${strange.join(", ")}`);
  const tip = refs.get(`refs/heads/${branch}`);
  must(tip !== undefined, "there is no branch");
  const commits = tip === undefined ? [] : await commitsOf(forge, branch);
  must(commits.length === (ordeal.content === "first" ? 1 : 2), `the branch has ${commits.length} commits of its own`);
  const pushes = forge
    .pushed()
    .slice(pushesBefore)
    .map(({ ref }) => ref);
  must(pushes.join() === `refs/heads/${branch}`, `refs were moved: ${pushes.join(", ") || "none"}`);

  const pulls = (await forge.pulls()).filter((pull) => pull.branch === branch);
  must(pulls.length === 1, `there are ${pulls.length} pull requests`);
  must(
    pulls.every(({ state, sha }) => state === "open" && sha === tip),
    `the pull request is ${pulls[0]?.state} at ${pulls[0]?.sha}`,
  );

  const open = await database.rows("select key, state from effects where state <> 'done'");
  must(
    open.length === 0,
    `effects are open: ${open.map(({ key, state }) => `${String(key)} ${String(state)}`).join()}`,
  );
  const { whole } = (await ask("verifyAudit", {})) as { whole: boolean };
  must(whole, "the audit log's chain is broken");
  const leases = await store.commandLeases.list();
  must(leases.length === 0, `${leases.length} leases are held`);

  const path = join(dataDir, "exports", workflowId, "github_pr", "github_pr_result.json");
  const result = JSON.parse(await readFile(path, "utf8").catch(() => "{}")) as Record<string, unknown>;
  must(
    result["commit_sha"] === tip && result["pr_number"] === pulls[0]?.number,
    "the result file says something else than the forge",
  );
  return broken;
}

async function commitsOf({ repositories, slug }: LocalForge, branch: string): Promise<string[]> {
  const listed = await repositories.git(slug, ["log", "--format=%H", `main..${branch}`]);
  return listed.toString().trim().split("\n");
}
