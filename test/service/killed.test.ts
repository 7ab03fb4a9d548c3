import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { brokenPromises, runKillCampaign } from "../../bench/kill-campaign.ts";

const short = { kills: 6, acknowledged: 0, connections: 8, pauseMs: 10 };

test.each(["sqlite", "postgres"] as const)(
  "on %s, a service that is killed again and again loses nothing that it acknowledged, and counts nothing twice",
  { timeout: 180_000 },
  async (engine) => {
    const result = await runKillCampaign({ engine, ...short });

    expect(brokenPromises(result)).toEqual([]);
    expect(result.kills).toBe(6);
    expect(result.databaseKills).toBe(engine === "postgres" ? 3 : 0);
    expect(result.acknowledged).toBeGreaterThan(50);
    expect(result.attempts).toBeGreaterThan(result.acknowledged);
  },
);

test("a service that acknowledged before it committed would be found out", { timeout: 180_000 }, async () => {
  const module = fileURLToPath(new URL("../../bench/weakened/answer-before-commit.ts", import.meta.url));

  const result = await runKillCampaign({ engine: "sqlite", ...short, nodeArguments: ["--import", module] });

  expect(result.lost.length).toBeGreaterThan(0);
  expect(brokenPromises(result)[0]).toMatch(/acknowledged deliveries are lost/);
});
