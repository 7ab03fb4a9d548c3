/**
 * Kills workers at every step of a pull request's making, in every situation, and counts at the forge afterwards: one branch, one commit for each content,
 * one pull request, nothing left open.
 *
 *   npm run campaign:crash                                         every step x every lost answer x both contents x 3, both forges, both databases
 *   npm run campaign:crash -- --forge gitlab --database sqlite --rounds 1 --random 50
 */
import { parseArgs } from "node:util";
import { makePostgresAt, makeSqlite } from "../test/conformance/database.ts";
import { startPostgres } from "../test/support/postgres.ts";
import {
  type CrashScene,
  type LostAnswer,
  lostAnswers,
  openCrashScene,
  type Ordeal,
} from "../test/work/crash-scene.ts";

const forges = ["github", "gitlab"] as const;
const databases = ["sqlite", "postgres"] as const;

export type CrashCampaign = {
  /** How often each step is died at in each situation. */
  rounds: number;
  /** So many runs besides, whose workers are killed at random moments, up to three times each. */
  random: number;
  lost: (LostAnswer | null)[];
  contents: Ordeal["content"][];
};

export type CrashCampaignResult = {
  situations: number;
  /** Step and situation together: where a worker can die. */
  points: number;
  runs: number;
  deaths: number;
  broken: string[];
};

/** A worker may also die while it starts, and while it stops. */
const killAfterMs = { min: 50, max: 800 };

export async function runCrashCampaign(
  scene: CrashScene,
  { rounds, random, lost, contents }: CrashCampaign,
  onRun: (runs: number, broken: string[]) => void = () => {},
): Promise<CrashCampaignResult> {
  const result: CrashCampaignResult = { situations: 0, points: 0, runs: 0, deaths: 0, broken: [] };
  const situations = contents.flatMap((content) => lost.map((answer) => ({ content, lost: answer })));
  for (const situation of situations) {
    result.situations += 1;
    const steps = await run({ ...situation, killAt: [] });
    result.points += steps.length;
    for (let round = 1; round <= rounds; round += 1)
      for (const step of steps) await run({ ...situation, killAt: [step] });
  }
  for (let index = 0; index < random; index += 1) {
    const situation = situations[index % situations.length];
    if (situation !== undefined)
      await run({ ...situation, killAt: [], killAfterMs: Array.from({ length: 3 }, randomMs) });
  }
  return result;

  async function run(ordeal: Ordeal): Promise<string[]> {
    const { steps, deaths, broken } = await scene.run(ordeal);
    result.runs += 1;
    result.deaths += deaths.length;
    const where = `${ordeal.content} content, lost answer: ${ordeal.lost ?? "none"}, died at ${deaths.join(", ") || "nothing"}`;
    const said = broken.map((sentence) => `${where}: ${sentence}`);
    result.broken.push(...said);
    onRun(result.runs, said);
    return steps;
  }
}

function randomMs(): number {
  return Math.round(killAfterMs.min + Math.random() * (killAfterMs.max - killAfterMs.min));
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      forge: { type: "string" },
      database: { type: "string" },
      content: { type: "string" },
      lost: { type: "string" },
      rounds: { type: "string", default: "3" },
      random: { type: "string", default: "100" },
    },
  });
  const chosen = <Name extends string>(names: readonly Name[], wanted: string | undefined): Name[] =>
    names.filter((name) => wanted === undefined || name === wanted);
  const answers = [null, ...(Object.keys(lostAnswers) as LostAnswer[])];
  const campaign: CrashCampaign = {
    rounds: Number(values.rounds),
    random: Number(values.random),
    lost: answers.filter((answer) => values.lost === undefined || (answer ?? "none") === values.lost),
    contents: chosen(["first", "second"] as const, values.content),
  };
  const server = chosen(databases, values.database).includes("postgres") ? await startPostgres() : null;
  const table: Record<string, Record<string, number>> = {};
  const broken: string[] = [];
  try {
    for (const forge of chosen(forges, values.forge))
      for (const database of chosen(databases, values.database)) {
        const name = `${forge}, ${database}`;
        const begun = performance.now();
        await using scene = await openCrashScene(
          forge,
          database === "sqlite" ? makeSqlite : () => makePostgresAt(server?.url),
        );
        const result = await runCrashCampaign(scene, campaign, (runs, brokenNow) => {
          process.stderr.write(`${name}: ${runs} runs\r`);
          // A campaign takes hours: what it finds is said at once.
          for (const sentence of brokenNow) process.stderr.write(`\n${sentence}\n`);
        });
        process.stderr.write("\n");
        const { situations, points, runs, deaths } = result;
        const seconds = Math.round((performance.now() - begun) / 1000);
        table[name] = { situations, points, runs, deaths, "broken promises": result.broken.length, seconds };
        broken.push(...result.broken.map((sentence) => `${name}: ${sentence}`));
      }
  } finally {
    await server?.stop();
  }
  const rows = Object.values(table);
  const sum = (column: string): number => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
  table["together"] = Object.fromEntries(Object.keys(rows[0] ?? {}).map((column) => [column, sum(column)]));
  console.table(table);
  for (const sentence of broken) process.stdout.write(`${sentence}\n`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}
