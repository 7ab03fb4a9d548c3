/**
 * Kills the service again and again while forges send to it, and counts afterwards: nothing that was acknowledged may be missing, nothing counted twice,
 * and what became of it must be what a quiet run makes of the same deliveries.
 *
 *   npm run campaign:kill                                  both engines, 50 kills and 50,000 acknowledged deliveries each
 *   npm run campaign:kill -- --kills 6 --engine sqlite     less of it
 */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { setTimeout as wait } from "node:timers/promises";
import { createDatabase, type PostgresServer, startPostgres } from "../test/support/postgres.ts";
import { startTestService, type TestService } from "../test/support/service.ts";
import { temporaryDirectory } from "../test/support/temporary-directory.ts";
import { campaignDelivery } from "./campaign-deliveries.ts";
import { keepSending } from "./keep-sending.ts";
import { differencesOf, integrityOf, readStoredState, type StoredState } from "./stored-state.ts";

export type Campaign = {
  engine: "sqlite" | "postgres";
  /** At least so many kills, and so many acknowledged deliveries; whichever takes longer. */
  kills: number;
  acknowledged: number;
  connections: number;
  /** How long each sender rests between two deliveries; 0 unless said. */
  pauseMs?: number;
  /** For Node itself: modules that take a guard out, so that the campaign can be seen to fail. */
  nodeArguments?: string[];
};

export type CampaignResult = {
  kills: number;
  databaseKills: number;
  acknowledged: number;
  attempts: number;
  /** Acknowledged and not in the store. The promise is 0, as for all below. */
  lost: string[];
  storedTwice: string[];
  /** Deliveries that told no event, or more than one; each has one to tell. */
  countedWrong: number[];
  notDigested: number;
  integrity: string[];
  unexpectedAnswers: [number, number][];
  /** Rows that differ from those of a run without kills over the same deliveries. */
  differences: string[];
  log: string;
};

/** From when a service is up, and every fifth time from when it begins to start, so that recovery is interrupted too. */
const killAfterMs = { min: 50, max: 800 };
const digestMsMax = 15 * 60_000;

export async function runKillCampaign(
  campaign: Campaign,
  onRound: (done: { kills: number; acknowledged: number }) => void = () => {},
): Promise<CampaignResult> {
  await using folder = await temporaryDirectory();
  const server = campaign.engine === "postgres" ? await startPostgres() : null;
  try {
    const database = server === null ? null : await createDatabase(server.url);
    const { nodeArguments = [] } = campaign;
    await using service = await startTestService({
      nodeArguments,
      ...(database === null ? {} : { databaseUrl: database.url }),
    });
    const location = database === null ? { path: join(service.dataDir, "pullwright.db") } : { url: database.url };
    let serial = 0;
    const senders = keepSending(
      { connections: campaign.connections, pauseMs: campaign.pauseMs ?? 0 },
      () => service.receiverUrl,
      service.secrets,
      () => campaignDelivery(serial++),
    );
    const integrity = new Set<string>();
    let kills = 0;
    let databaseKills = 0;
    while (kills < campaign.kills || senders.sent.acknowledged.size < campaign.acknowledged) {
      // The last is of the service: whoever starts it again takes up at once what the one before had claimed.
      if (server !== null && kills % 2 === 0) {
        await killDatabase(server);
        databaseKills += 1;
      } else {
        await killService(service, kills % 5 === 4);
        if ("path" in location) integrity.add(integrityAfterCrash(location.path, folder.path));
        await service.restart();
      }
      kills += 1;
      onRound({ kills, acknowledged: senders.sent.acknowledged.size });
    }
    await senders.stop();
    if (nodeArguments.length > 0) {
      await service.kill9();
      await service.restart({ nodeArguments: [] });
    }
    await service.digested(digestMsMax);
    await service.stop();
    if ("path" in location) integrity.add(integrityOf(location.path));
    const stored = await readStoredState(location);
    return {
      kills,
      databaseKills,
      attempts: senders.sent.attempts,
      unexpectedAnswers: [...senders.sent.unexpected],
      integrity: [...integrity],
      log: service.log(),
      ...judge(senders.sent.acknowledged, stored),
      differences: await differencesFromQuietRun(stored),
    };
  } finally {
    await server?.stop();
  }
}

function randomMs(): number {
  return killAfterMs.min + Math.random() * (killAfterMs.max - killAfterMs.min);
}

async function killService(service: TestService, whileStarting: boolean): Promise<void> {
  await wait(randomMs());
  await service.kill9();
  if (!whileStarting) return;
  const starting = service.restart();
  starting.catch(() => {});
  await wait(randomMs());
  await service.kill9();
  await starting.catch(() => {});
}

async function killDatabase(server: PostgresServer): Promise<void> {
  await wait(randomMs());
  await server.kill9();
  await server.restart();
}

/** Looks at a copy of the file and its log as the kill left them, so that the service itself has to recover them. */
function integrityAfterCrash(path: string, folder: string): string {
  const copy = join(folder, "copy.db");
  for (const suffix of ["", "-wal"]) if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix);
  return integrityOf(copy);
}

function judge(
  acknowledged: Set<string>,
  stored: StoredState,
): Pick<CampaignResult, "acknowledged" | "lost" | "storedTwice" | "countedWrong" | "notDigested"> {
  const rows = Map.groupBy(stored.deliveries, (delivery) => delivery.deliveryId);
  return {
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((id) => !rows.has(id)),
    storedTwice: [...rows].filter(([, same]) => same.length > 1).map(([id]) => id),
    countedWrong: stored.deliveries.filter(({ id }) => stored.eventsOfDelivery.get(id) !== 1).map(({ id }) => id),
    notDigested: stored.deliveries.filter(({ state }) => state !== "digested").length,
  };
}

/** The same deliveries, in the order in which they were stored, told to a service that nobody kills. */
async function differencesFromQuietRun(stored: StoredState): Promise<string[]> {
  await using service = await startTestService();
  const bodies = stored.deliveries.values();
  const send = async (): Promise<void> => {
    for (const { event, body, deliveryId } of bodies) {
      const answer = await service.send("github", event, body, { deliveryId });
      if (answer.status !== 202) throw new Error(`The quiet run was answered ${answer.status}: ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, send));
  await service.digested(digestMsMax);
  await service.stop();
  const quiet = await readStoredState({ path: join(service.dataDir, "pullwright.db") });
  return differencesOf(stored.outcomes, quiet.outcomes);
}

/** The promises that a result breaks, as sentences; none is the promise. */
export function brokenPromises(result: CampaignResult): string[] {
  return [
    ...(result.lost.length > 0
      ? [`${result.lost.length} acknowledged deliveries are lost, such as ${result.lost[0]}`]
      : []),
    ...(result.storedTwice.length > 0 ? [`${result.storedTwice.length} deliveries are stored twice`] : []),
    ...(result.countedWrong.length > 0
      ? [`${result.countedWrong.length} deliveries told no event or several, such as ${result.countedWrong[0]}`]
      : []),
    ...(result.notDigested > 0 ? [`${result.notDigested} deliveries did not end digested`] : []),
    ...result.integrity.filter((text) => text !== "ok").map((text) => `The file is damaged: ${text}`),
    ...result.unexpectedAnswers.map(([status, count]) => `${count} answers were ${status}`),
    ...(result.differences.length > 0
      ? [
          `${result.differences.length} outcome rows differ from a quiet run, such as ${result.differences.slice(0, 3).join(" | ").slice(0, 1500)}`,
        ]
      : []),
  ];
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "50" },
      acknowledged: { type: "string", default: "50000" },
      connections: { type: "string", default: "32" },
      engine: { type: "string" },
    },
  });
  const engines =
    values.engine === undefined ? (["sqlite", "postgres"] as const) : [values.engine as "sqlite" | "postgres"];
  const broken: string[] = [];
  const table: Record<string, Record<string, string | number>> = {};
  for (const engine of engines) {
    const begun = performance.now();
    const result = await runKillCampaign(
      {
        engine,
        kills: Number(values.kills),
        acknowledged: values.kills === "50" ? Number(values.acknowledged) : 0,
        connections: Number(values.connections),
      },
      ({ kills, acknowledged }) => process.stderr.write(`${engine}: ${kills} kills, ${acknowledged} acknowledged\r`),
    );
    process.stderr.write("\n");
    table[engine] = {
      "kills (of the database)": `${result.kills} (${result.databaseKills})`,
      acknowledged: result.acknowledged,
      lost: result.lost.length,
      "stored twice": result.storedTwice.length,
      "counted wrong": result.countedWrong.length,
      "not digested": result.notDigested,
      "rows unlike a quiet run": result.differences.length,
      integrity: result.integrity.join("; ") || "-",
      seconds: Math.round((performance.now() - begun) / 1000),
    };
    broken.push(...brokenPromises(result).map((sentence) => `${engine}: ${sentence}`));
  }
  console.table(table);
  for (const sentence of broken) process.stdout.write(`${sentence}\n`);
  process.exitCode = broken.length > 0 ? 1 : 0;
}
