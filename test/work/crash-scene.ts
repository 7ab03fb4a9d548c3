import { rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { workOptionsOf } from "../../src/config/work-options.ts";
import { readText } from "../../src/engine/read-text.ts";
import { perform, performDepsOf } from "../../src/operations/perform.ts";
import type { CommandDetail } from "../../src/store/commands.ts";
import type { MakeDatabase } from "../conformance/database.ts";
import { brokenPromises } from "./broken-promises.ts";
import type { WorkerProgram } from "./bundle-worker.ts";
import { startWorker, type Worker } from "./crash-worker.ts";
import { brokenReviewPromises, prepareReview, type ReviewContent } from "./crash-review.ts";
import type { ApiFault, LocalForge } from "./local-forge.ts";
import { bringAbout, type Mishap } from "./mishaps.ts";
import { reviewsHere } from "./review-scene.ts";
import { logText, openWorkshop, type Workshop } from "./workshop.ts";

/** One piece of work and what is done to those who do it. */
export type Ordeal = {
  /** `first`: nothing is there. `second`: the same workflow has a pull request, and new content comes. `chain`: a program executes a plan first. */
  content: "first" | "second" | "chain" | ReviewContent;
  mishap: Mishap | null;
  /** At which of a review's writes the mishap happens. */
  at?: ApiFault["on"];
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

export type CrashScenePlace = {
  forge: LocalForge["name"];
  makeDatabase: MakeDatabase;
  /** What a worker's process runs; many scenes may share it. */
  worker: Pick<WorkerProgram, "path">;
};

/** A command that took its worker with it ten times is given up; an ordeal stays below. */
export const deathsMax = 8;

const agent = fileURLToPath(new URL("../../src/demo/agent.mjs", import.meta.url));
/** Plans are executed by the demo's agent, and become pull requests. */
const chained = {
  PULLWRIGHT_SAFETY_AUTO_CREATE_PR_AFTER_EXECUTION: "true",
  PULLWRIGHT_WORKERS_EXECUTE_PLAN_COMMAND: process.execPath,
  PULLWRIGHT_WORKERS_EXECUTE_PLAN_ARGS: agent,
};

/** A forge that survives, and workers in processes of their own that do not. */
export async function openCrashScene({ forge, makeDatabase, worker: program }: CrashScenePlace): Promise<CrashScene> {
  await using opening = new AsyncDisposableStack();
  const shop = opening.use(await openWorkshop(forge, makeDatabase, reviewsHere));
  let serial = 0;
  let worker: Worker | null = null;
  let heir = startWorker(program.path, shop, chained);
  opening.defer(async () => void (await Promise.all([worker?.end(), heir.then((one) => one.end())])));

  const scene = opening.move();
  return {
    shop,
    run: async (ordeal) => {
      serial += 1;
      const workflowId = `WORK-${serial}`;
      const end: OrdealEnd = { steps: [], deaths: [], broken: [] };
      const { content } = ordeal;
      if (content === "review" || content === "second review") return reviewed(content, ordeal, end);
      const retries = (text: string): string => `export const retries = ${text};\n`;
      await shop.write({ "commit_log.md": logText, "src/client.ts": retries(`${serial}`) });
      if (content === "second") {
        await inPeace(await shop.put({}, workflowId));
        await shop.write({ "src/client.ts": retries(`${serial} * 2`) });
      }
      // What is fetched and built is forgotten, so that each ordeal meets every step.
      await rm(join(shop.dataDir, "mirrors"), { recursive: true, force: true });
      const before = shop.forge.pushed().length;
      if (ordeal.mishap !== null)
        bringAbout(ordeal.mishap, { forge: shop.forge, write: content === "second" ? "update" : "create" });
      const id =
        content === "chain"
          ? await putPlan(
              shop,
              workflowId,
              `# Retry\n\n## src/client.ts\n\n\`\`\`ts\n${retries(`${serial} + 1`)}\`\`\`\n`,
            )
          : await shop.put({}, workflowId);
      const command = await throughAll(id, ordeal, end);
      end.broken = await brokenPromises(shop, { workflowId, content, command, pushesBefore: before });
      return end;
    },
    [Symbol.asyncDispose]: () => scene.disposeAsync(),
  };

  async function reviewed(content: ReviewContent, ordeal: Ordeal, end: OrdealEnd): Promise<OrdealEnd> {
    const { pull, id } = await prepareReview(content, serial, shop, inPeace);
    await rm(join(shop.dataDir, "mirrors"), { recursive: true, force: true });
    if (ordeal.mishap !== null) bringAbout(ordeal.mishap, { forge: shop.forge, write: ordeal.at ?? "summary" });
    const command = await throughAll(id, ordeal, end);
    end.broken = await brokenReviewPromises(shop, { pull, content, command, end });
    return end;
  }

  async function inPeace(id: number): Promise<void> {
    const quiet: Ordeal = { content: "first", mishap: null, killAt: [] };
    await workOff(id, quiet, { steps: [], deaths: [], broken: [] });
  }

  /** Also where nobody was heard of for so long that somebody must ask again. */
  async function throughAll(id: number, ordeal: Ordeal, end: OrdealEnd): Promise<CommandDetail> {
    const command = await workOff(id, ordeal, end);
    shop.forge.calm();
    if (!isGivenUp(command, ordeal)) return command;
    await shop.ask("retryCommand", { id: command.id });
    return workOff(command.id, ordeal, end);
  }

  /** Starts whoever is needed until the command, and what follows from it, has ended. */
  async function workOff(id: number, ordeal: Ordeal, end: OrdealEnd): Promise<CommandDetail> {
    const { killAt: wanted } = ordeal;
    const left = Array.isArray(wanted) ? new Set(wanted) : null;
    const spared = new Set(Array.isArray(wanted) ? [] : wanted.everyStepBut);
    for (const step of end.deaths) {
      left?.delete(step);
      spared.add(nameOf(step));
    }
    const moments = [...(ordeal.killAfterMs ?? [])].slice(end.deaths.length);
    const ended = endOfChain(id, shop);
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
      // Killed, and not yet heard to the end.
      await worker.gone;
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

  /** Takes the one who waits, and has another come, for whom nobody waits yet. */
  async function hire(): Promise<Worker> {
    const hired = await heir;
    heir = startWorker(program.path, shop, chained);
    // Whoever hires it hears of it.
    heir.catch(() => {});
    return hired;
  }
}

/** Asks for a plan to be executed, as somebody would at the API of a service that may do so. */
async function putPlan(shop: Workshop, workflowId: string, plan: string): Promise<number> {
  const { store, checkout, redact, forge, time } = shop;
  await perform(
    "startWorkflow",
    { workflow_id: workflowId, repository: `${forge.origin}/${forge.slug}`, checkout, plan, execute: true },
    { actor: "operator" },
    { ...performDepsOf(store, redact, workOptionsOf(shop.config({ env: chained })), readText), ...time },
  );
  const [id] = await store.commands.idsOfWorkflow(workflowId, ["queued", "running"]);
  if (id === undefined) throw new Error("The plan was not queued");
  return id;
}

/** Waits for the command and for what follows from it. */
async function endOfChain(id: number, shop: Workshop): Promise<CommandDetail> {
  const command = await shop.ended(id);
  const next = (await shop.store.commands.lastOfEachType(command.workflow_id)).at(-1);
  return next === undefined || next.id === id ? command : shop.ended(next.id);
}

/** Only where nobody ever answered, and only as that what it is. */
function isGivenUp({ state, outcome_code: code }: CommandDetail, { mishap }: Ordeal): boolean {
  return mishap?.endsWith("never-answered") === true && state === "failed" && code === "OUTCOME_UNKNOWN";
}

/** `push.after` of `push.after#2`. */
export function nameOf(step: string): string {
  return step.split("#")[0] ?? "";
}
