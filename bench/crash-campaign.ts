/**
 * Kills workers at every step of a pull request's making, in every situation, and counts at the forge afterwards: one branch, one commit for each content,
 * one pull request, nothing left open.
 *
 *   npm run campaign:crash                                         every step x every mishap x every content x 3, both forges, both databases
 *   npm run campaign:crash -- --pair github,sqlite --pair gitlab,postgres --minutes 40
 *   npm run campaign:crash -- --forge gitlab --database sqlite --rounds 1 --random 50
 *
 * In the first round one worker dies in each run, later up to three, each at another step; a step that was missed so is died at alone. So every step has its
 * death in every round. What answers were lost comes first, in all its rounds; then what never arrived: a campaign that is cut off has tried a whole part.
 */
import { parseArgs } from "node:util";
import { makePostgresAt, makeSqlite } from "../test/conformance/database.ts";
import { startPostgres } from "../test/support/postgres.ts";
import { bundleWorker } from "../test/work/bundle-worker.ts";
import { type CrashScenePlace, openCrashScene, type Ordeal, type OrdealEnd } from "../test/work/crash-scene.ts";
import { type Mishap, mishaps } from "../test/work/mishaps.ts";
import { createProgressLine } from "./progress-line.ts";

const forges = ["github", "gitlab"] as const;
const databases = ["sqlite", "postgres"] as const;
const contents = ["first", "second", "chain", "review", "second review"] as const satisfies Ordeal["content"][];
/** What of a review may go wrong on its way to the forge, each by itself. */
const writes = {
  review: ["inline", "summary", "check"],
  "second review": ["inline", "update-summary", "resolve", "check"],
} as const;

type Pair = { forge: (typeof forges)[number]; database: (typeof databases)[number] };
/** What is done in one scene: a death at each step of one situation, or so many at random moments. */
type Job = Pick<Ordeal, "content" | "mishap" | "at"> & { pair: Pair; round: number; random: number };
type Count = { situations: number; points: number; runs: number; deaths: number; broken: number };

/** A worker may also die while it starts, and while it stops. */
const killAfterMs = { min: 50, max: 800 };
/** A step that is come to again and again is died at so often; a third time is as the second. */
const occurrencesMax = 2;
/** Nobody is rescued where nobody died: the heir dies of it. */
const rescues = ["before", "written", "after"].map((moment) => ["push.acted", `rescue.${moment}`]);
/** What takes longer has stopped for good. */
const runMsMax = 120_000;
/** Before anything was measured: how many runs a job has, about. */
const runsExpected = 35;

const { values } = parseArgs({
  options: {
    pair: { type: "string", multiple: true },
    forge: { type: "string" },
    database: { type: "string" },
    content: { type: "string" },
    mishap: { type: "string" },
    rounds: { type: "string", default: "3" },
    random: { type: "string", default: "100" },
    beside: { type: "string", default: "2" },
    minutes: { type: "string" },
  },
});

const pairs = forges
  .flatMap((forge) => databases.map((database): Pair => ({ forge, database })))
  .filter(({ forge, database }) =>
    values.pair === undefined
      ? (values.forge ?? forge) === forge && (values.database ?? database) === database
      : values.pair.includes(`${forge},${database}`),
  );
const jobs = jobsOf(pairs);
const jobsAll = jobs.length;
const begunMs = performance.now();
const untilMs = values.minutes === undefined ? Infinity : begunMs + Number(values.minutes) * 60_000;
const counts = new Map(pairs.map((pair) => [nameOf(pair), noCount()]));
const broken: string[] = [];
const progress = createProgressLine(process.stderr, () => performance.now());
let runsDone = 0;
let jobsDone = 0;
let jobsCut = 0;

const server = pairs.some(({ database }) => database === "postgres") ? await startPostgres() : null;
try {
  await using worker = await bundleWorker();
  const lane = async (): Promise<void> => {
    for (;;) {
      if (performance.now() > untilMs) return;
      const job = jobs.shift();
      if (job === undefined) return;
      const makeDatabase = job.pair.database === "sqlite" ? makeSqlite : () => makePostgresAt(server?.url);
      await perform(job, { forge: job.pair.forge, makeDatabase, worker });
      jobsDone += 1;
    }
  };
  await Promise.all(Array.from({ length: Number(values.beside) }, lane));
} finally {
  progress.end();
  await server?.stop();
}

const rows = [...counts.values()];
const sum = (column: keyof Count): number => rows.reduce((total, row) => total + row[column], 0);
const together = { ...noCount() };
for (const column of Object.keys(together) as (keyof Count)[]) together[column] = sum(column);
console.table({ ...Object.fromEntries(counts), together });
process.stdout.write(`${Math.round((performance.now() - begunMs) / 1000)} seconds.\n`);
if (jobs.length + jobsCut > 0)
  process.stdout.write(
    `The time was up: of ${jobsAll} parts ${jobs.length} were not begun and ${jobsCut} not ended.\n`,
  );
for (const sentence of broken) process.stdout.write(`${sentence}\n`);
process.exitCode = broken.length > 0 ? 1 : 0;

function jobsOf(wanted: Pair[]): Job[] {
  const all: (Mishap | null)[] = [null, ...(Object.keys(mishaps) as Mishap[])];
  const situations = contents
    .flatMap((content) => all.flatMap((mishap) => situationsOf(content, mishap)))
    // A chain ends in a pull request like any other: what happens to that is tried there.
    .filter(({ content, mishap }) => content !== "chain" || mishap === null)
    .filter(({ content }) => (values.content ?? content) === content)
    .filter(({ mishap }) => (values.mishap ?? mishap ?? "none") === (mishap ?? "none"));
  const random = Math.ceil(Number(values.random) / situations.length);
  const isFirst = ({ mishap }: (typeof situations)[number]): boolean => mishap === null || mishap.includes("answer-");
  return [true, false].flatMap((first) => {
    const some = situations.filter((situation) => isFirst(situation) === first);
    const rounds = Array.from({ length: Number(values.rounds) }, (_, index) => index + 1);
    return [...rounds.map((round) => ({ round, random: 0 })), ...(random > 0 ? [{ round: 0, random }] : [])].flatMap(
      (how) => some.flatMap((situation) => wanted.map((pair) => ({ ...situation, ...how, pair }))),
    );
  });
}

function situationsOf(content: Ordeal["content"], mishap: Mishap | null): Pick<Job, "content" | "mishap" | "at">[] {
  if (content !== "review" && content !== "second review") return [{ content, mishap }];
  if (mishap === null) return [{ content, mishap }];
  // A review pushes nothing.
  return mishap.startsWith("push-") ? [] : writes[content].map((at) => ({ content, mishap, at }));
}

async function perform({ content, mishap, at, pair, round, random }: Job, place: CrashScenePlace): Promise<void> {
  const count = counts.get(nameOf(pair)) ?? noCount();
  let scene = await openCrashScene(place);
  try {
    if (random > 0) {
      for (let index = 0; index < random && !isTimeUp(); index += 1)
        await run({ killAt: [], killAfterMs: Array.from({ length: 3 }, randomMs) });
      return;
    }
    const { steps } = await run({ killAt: [] });
    const points = [...new Set(steps)].filter((step) => Number(step.split("#")[1]) <= occurrencesMax);
    if (round === 1) {
      count.situations += 1;
      count.points += points.length + rescues.length;
    }
    const missed: string[] = [];
    for (const killAt of round === 1 ? [] : farApart(points)) {
      if (isTimeUp()) return;
      const { deaths } = await run({ killAt });
      missed.push(...killAt.filter((step) => !deaths.includes(step)));
    }
    for (const killAt of [...(round === 1 ? points : missed).map((step) => [step]), ...rescues]) {
      if (isTimeUp()) return;
      await run({ killAt });
    }
  } finally {
    await scene[Symbol.asyncDispose]();
  }

  function isTimeUp(): boolean {
    if (performance.now() < untilMs) return false;
    jobsCut += 1;
    return true;
  }

  async function run(deaths: {
    killAt: string[];
    killAfterMs?: number[];
  }): Promise<Pick<OrdealEnd, "steps" | "deaths">> {
    const stopped = Promise.withResolvers<never>();
    const timer = setTimeout(() => stopped.reject(new Error("It stood still")), runMsMax);
    const where = `${nameOf(pair)}: ${content} content, mishap: ${mishap ?? "none"}${at === undefined ? "" : ` at ${at}`}`;
    const ordeal = { content, mishap, ...(at === undefined ? {} : { at }), ...deaths };
    const end = await Promise.race([scene.run(ordeal), stopped.promise]).catch((error: unknown) => ({
      steps: [] as string[],
      deaths: ordeal.killAt,
      broken: [error instanceof Error ? error.message : String(error)],
      isStuck: true,
    }));
    clearTimeout(timer);
    count.runs += 1;
    count.deaths += end.deaths.length;
    runsDone += 1;
    for (const sentence of end.broken) {
      count.broken += 1;
      broken.push(`${where}, died at ${end.deaths.join(", ") || "nothing"}: ${sentence}`);
      // A campaign takes hours: what it finds is said at once.
      progress.note(broken.at(-1) ?? "");
    }
    if ("isStuck" in end) {
      await scene[Symbol.asyncDispose]();
      scene = await openCrashScene(place);
    }
    progress.show(whereItIs(where));
    return end;
  }
}

/** After the first round workers die together at three steps each: what is dear is not the death but the work around it, and an heir should be able to die too. */
function farApart(points: string[]): string[][] {
  const third = Math.ceil(points.length / 3);
  return Array.from({ length: third }, (_, index) =>
    [points[index], points[index + third], points[index + 2 * third]].filter((step) => step !== undefined),
  );
}

function whereItIs(now: string): string {
  const passedMs = performance.now() - begunMs;
  const runsLeft = Math.max(0, (jobsDone > 0 ? runsDone / jobsDone : runsExpected) * jobsAll - runsDone);
  const leftMs = Math.min((passedMs / runsDone) * runsLeft, untilMs - performance.now());
  return `${runsDone} runs, ${broken.length} broken promises, about ${Math.ceil(leftMs / 60_000)} minutes left; ${now}`;
}

function nameOf({ forge, database }: Pair): string {
  return `${forge}, ${database}`;
}

function noCount(): Count {
  return { situations: 0, points: 0, runs: 0, deaths: 0, broken: 0 };
}

function randomMs(): number {
  return Math.round(killAfterMs.min + Math.random() * (killAfterMs.max - killAfterMs.min));
}
