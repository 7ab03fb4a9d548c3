import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { brokenPromises, runKillCampaign } from "../../bench/kill-campaign.ts";

/** As long as it takes until enough was acknowledged to be lost. */
const short = { acknowledged: 60, connections: 8, pauseMs: 10 };

test.each([
  // The fifth kill comes while the service starts.
  { engine: "sqlite", kills: 5, databaseKillsMin: 0 },
  // Every other one is the database's.
  { engine: "postgres", kills: 4, databaseKillsMin: 2 },
] as const)(
  "on $engine, a service that is killed again and again loses nothing that it acknowledged, and counts nothing twice",
  { timeout: 180_000 },
  async ({ engine, kills, databaseKillsMin }) => {
    const result = await runKillCampaign({ engine, kills, ...short });

    expect(brokenPromises(result)).toEqual([]);
    expect(result.kills).toBeGreaterThanOrEqual(kills);
    expect(result.databaseKills).toBeGreaterThanOrEqual(databaseKillsMin);
    expect(result.acknowledged).toBeGreaterThanOrEqual(short.acknowledged);
    expect(result.attempts).toBeGreaterThan(result.acknowledged);
  },
);

test("a service that acknowledged before it committed would be found out", { timeout: 180_000 }, async () => {
  const module = fileURLToPath(new URL("../../bench/weakened/answer-before-commit.ts", import.meta.url));

  const result = await runKillCampaign({ engine: "sqlite", kills: 6, ...short, nodeArguments: ["--import", module] });

  expect(result.lost.length).toBeGreaterThan(0);
  expect(brokenPromises(result)[0]).toMatch(/acknowledged deliveries are lost/);
});
