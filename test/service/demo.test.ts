import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runPullwright, startPullwright } from "../support/pullwright-process.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const freePorts = { PULLWRIGHT_APP_PORT: "0", PULLWRIGHT_RECEIVER_PORT: "0" };

test("the demo tells its story to the end, and every row is what the story says", async () => {
  await using folder = await temporaryDirectory();
  const place = {
    directory: folder.path,
    environment: { ...freePorts, PULLWRIGHT_DATA_DIR: join(folder.path, "mine") },
  };

  const demo = await runPullwright(["demo", "--speed", "50", "--once"], place);
  const list = async (...command: string[]) =>
    JSON.parse(
      (await runPullwright([...command, "--data-dir", join(folder.path, "mine-demo"), "--all", "--json"], place))
        .stdout,
    ) as { data: Record<string, unknown>[] };

  expect(demo.stderr).toBe("");
  expect(demo.code).toBe(0);
  expect(demo.stdout).not.toContain("✗");
  expect(demo.stdout).toContain("a forged delivery: refused, 403");
  expect(demo.stdout).toContain(
    "3 pull requests are open, 7 were merged, 3 of those are reverted; 1 delivery is set aside.",
  );
  expect(existsSync(join(folder.path, "mine"))).toBe(false);

  const pullRequests = (await list("prs")).data.map((row) => [
    row["provider"],
    row["repo_slug"],
    row["pr_number"],
    row["state"],
    row["draft"] ? "draft" : "",
    row["reverted_at"] === null ? "stands" : "reverted",
    row["author"],
    ciOf(row["ci"]),
  ]);
  expect(pullRequests.toSorted(byText)).toEqual([
    ["github", "acme/payments-api", 10, "open", "", "stands", "acme-agent[bot]", "0 of 0"],
    ["github", "acme/payments-api", 7, "merged", "", "stands", "acme-agent[bot]", "1 of 1"],
    ["github", "acme/payments-api", 8, "merged", "", "reverted", "tomoko-i", "0 of 0"],
    ["github", "acme/payments-api", 9, "merged", "", "stands", "tomoko-i", "0 of 0"],
    ["github", "acme/web", 41, "open", "", "stands", "tomoko-i", "0 of 0"],
    ["github", "acme/web", 42, "merged", "", "stands", "acme-agent[bot]", "1 of 1"],
    ["github", "acme/web", 43, "closed", "", "stands", "ade-bello", "0 of 0"],
    ["github", "acme/web", 44, "merged", "", "reverted", "acme-agent[bot]", "1 of 1"],
    ["github", "acme/web", 45, "open", "draft", "stands", "acme-agent[bot]", "0 of 1"],
    ["gitlab", "acme/platform/deploy-tools", 3, "merged", "", "reverted", "lin-zhou", "1 of 1"],
    ["gitlab", "acme/platform/deploy-tools", 4, "merged", "", "stands", "ade-bello", "0 of 0"],
  ]);

  const runs = (await list("runs")).data.map((row) => [
    row["provider"],
    row["kind"],
    row["repo_slug"],
    row["workflow_name"],
    row["run_attempt"],
    row["branch"],
    row["status"],
  ]);
  expect(runs.toSorted(byText)).toEqual([
    ["circleci", "workflow", "acme/payments-api", "test-and-lint", 1, "agent/retry-payments", "failure"],
    ["circleci", "workflow", "acme/payments-api", "test-and-lint", 1, "agent/retry-payments", "success"],
    ["circleci", "workflow", "acme/payments-api", "test-and-lint", 1, "main", "success"],
    ["github-actions", "workflow", "acme/web", "build", 1, "agent/currency-totals", "failure"],
    ["github-actions", "workflow", "acme/web", "build", 1, "agent/currency-totals", "success"],
    ["github-actions", "workflow", "acme/web", "build", 1, "agent/drop-old-checkout", "success"],
    ["github-actions", "workflow", "acme/web", "build", 1, "agent/explain-price", "in_progress"],
    ["github-actions", "workflow", "acme/web", "build", 2, "agent/currency-totals", "success"],
    ["gitlab-ci", "pipeline", "acme/platform/deploy-tools", "test", 1, "main", "success"],
    ["gitlab-ci", "pipeline", "acme/platform/deploy-tools", "test", 1, "rollback-command", "failure"],
    ["gitlab-ci", "pipeline", "acme/platform/deploy-tools", "test", 1, "rollback-command", "success"],
    ["jenkins", "build", "acme/payments-api", "smoke", 1, "main", "failure"],
    ["jenkins", "build", "acme/web", "end-to-end", 1, "main", "success"],
  ]);

  const deliveries = (await list("deliveries", "list")).data;
  expect(deliveries.filter((row) => row["state"] === "dead").map((row) => row["dead_code"])).toEqual(["BAD_JSON"]);
  expect(deliveries.filter((row) => row["state"] === "received")).toEqual([]);
  expect(deliveries.filter((row) => row["duplicate_count"] === 1)).toHaveLength(1);
  const hooksPerDelivery = Map.groupBy(deliveries, (row) => row["delivery_id"]);
  expect([...hooksPerDelivery.values()].map((rows) => rows.length).filter((count) => count > 1)).toEqual([2]);
});

test("the demo begins with nothing each time, and never empties a folder that it did not make", async () => {
  await using folder = await temporaryDirectory();
  const own = join(folder.path, "own");
  const foreign = join(folder.path, "foreign");
  mkdirSync(foreign);
  writeFileSync(join(foreign, "thesis.txt"), "three years of work");
  const place = { directory: folder.path, environment: freePorts };

  await runPullwright(["demo", "--speed", "1000", "--once", "--data-dir", own], place);
  writeFileSync(join(own, "left-over"), "");
  const again = await runPullwright(["demo", "--speed", "1000", "--once", "--data-dir", own], place);
  const refused = await runPullwright(["demo", "--speed", "1000", "--once", "--data-dir", foreign], place);

  expect(again.code).toBe(0);
  expect(existsSync(join(own, "left-over"))).toBe(false);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("no earlier demo made it");
  expect(readFileSync(join(foreign, "thesis.txt"), "utf8")).toBe("three years of work");
});

test("the demo takes free ports where the configured ones are taken, and ends on Ctrl-C in the middle of its story", async () => {
  await using folder = await temporaryDirectory();
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const taken = String((other.address() as { port: number }).port);
  const place = {
    directory: folder.path,
    environment: { PULLWRIGHT_APP_PORT: taken, PULLWRIGHT_RECEIVER_PORT: taken },
  };

  const demo = startPullwright(["demo", "--data-dir", join(folder.path, "own")], place);
  await new Promise<void>((resolve) =>
    demo.child.stdout?.on("data", () => demo.stdout().includes("has a webhook now") && resolve()),
  );
  demo.kill("SIGINT");
  const { code, stdout, stderr } = await demo.ended;
  other.close();

  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/Webhooks {4}http:\/\/127\.0\.0\.1:\d+/);
  expect(stdout).not.toContain(`:${taken}`);
  expect(stdout).not.toContain("The story is told");
});

function ciOf(ci: unknown): string {
  const { success, failure, pending, other } = ci as {
    success: number;
    failure: number;
    pending: number;
    other: number;
  };
  return `${success} of ${success + failure + pending + other}`;
}

function byText(a: unknown[], b: unknown[]): number {
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}
