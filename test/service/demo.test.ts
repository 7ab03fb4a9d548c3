import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import https from "node:https";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { startService } from "../../src/app.ts";
import { buildConfig } from "../../src/config.ts";
import { demoConfig, makeSecrets } from "../../src/demo/demo-config.ts";
import { startDemoForge } from "../../src/demo/demo-forge.ts";
import { findServingGit } from "../../src/demo/local-forge/find-git.ts";
import type { Work } from "../../src/demo/ask-service.ts";
import { runDemo } from "../../src/demo/run-demo.ts";
import { tellWork } from "../../src/demo/tell-work.ts";
import { type PullwrightProcess, runPullwright, startPullwright } from "../support/pullwright-process.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const lookMs = 10;
/** The half minute between two reviews passes on the machine's own clock, so such tests wait beside each other. */
const wholeStory = { timeout: 150_000 };
const freePorts = { PULLWRIGHT_APP_PORT: "0", PULLWRIGHT_RECEIVER_PORT: "0" };

test.concurrent("the demo tells its story to the end, and every row is what the story says", wholeStory, async () => {
  await using folder = await temporaryDirectory();
  const place = {
    directory: folder.path,
    environment: { ...freePorts, PULLWRIGHT_DATA_DIR: join(folder.path, "mine") },
  };

  const demo = await runPullwright(["demo", "--speed", "1000", "--once"], place);
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
    "4 pull requests are open, 8 were merged, 3 of those are reverted; 1 delivery is set aside.",
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
    ["gitlab", "acme/platform/shop", 1, "merged", "", "stands", "acme-agent", "1 of 1"],
    ["gitlab", "acme/platform/shop", 2, "open", "", "stands", "mira-holt", "0 of 0"],
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
    ["gitlab-ci", "pipeline", "acme/platform/shop", "test", 1, "pullwright/SHOP-7", "success"],
    ["gitlab-ci", "pipeline", "acme/platform/shop", "test", 1, "pullwright/SHOP-7", "success"],
    ["jenkins", "build", "acme/payments-api", "smoke", 1, "main", "failure"],
    ["jenkins", "build", "acme/web", "end-to-end", 1, "main", "success"],
  ]);

  const reviews = (await list("reviews")).data.map((row) => [
    row["repository"],
    row["pr_number"],
    row["round"],
    row["verdict"],
    row["findings_by_priority"],
    row["model"],
    row["cost_usd"],
  ]);
  const none = { p0: 0, p1: 0, p2: 0, p3: 0 };
  expect(reviews.toReversed()).toEqual([
    ["acme/platform/shop", 1, 1, "findings", { ...none, p1: 1 }, null, null],
    ["acme/platform/shop", 2, 1, "pass", { ...none, p2: 1 }, null, null],
    ["acme/platform/shop", 1, 2, "pass", none, null, null],
  ]);

  const deliveries = (await list("deliveries", "list")).data;
  expect(deliveries.filter((row) => row["state"] === "dead").map((row) => row["dead_code"])).toEqual(["BAD_JSON"]);
  expect(deliveries.filter((row) => row["state"] === "received")).toEqual([]);
  expect(deliveries.filter((row) => row["duplicate_count"] === 1)).toHaveLength(1);
  const hooksPerDelivery = Map.groupBy(deliveries, (row) => row["delivery_id"]);
  expect([...hooksPerDelivery.values()].map((rows) => rows.length).filter((count) => count > 1)).toEqual([2]);
});

test.concurrent(
  "an agent's work becomes one branch, one commit and one merge request at the demo's own forge, is reviewed there until nothing is found, and a secret in it becomes none until a person took it out",
  wholeStory,
  async () => {
    await using folder = await temporaryDirectory();
    // Home folders are links on some machines.
    mkdirSync(join(folder.path, "disk"));
    symlinkSync("disk", join(folder.path, "home"));
    const own = join(folder.path, "home", "own");
    const demo = startPullwright(["demo", "--speed", "50", "--data-dir", own], {
      directory: folder.path,
      environment: freePorts,
    });
    await said(demo, "The story is told");
    const git = (...args: string[]): string =>
      execFileSync("git", args, { cwd: join(own, "forge", "repositories", "acme", "platform", "shop.git") })
        .toString()
        .trim();
    const ask = await askerOf(demo, own);

    // What the forge has, by git.
    const branch = "pullwright/SHOP-7";
    expect(git("for-each-ref", "--format=%(refname)").split("\n")).toEqual([
      "refs/heads/keep-the-cart",
      "refs/heads/main",
      `refs/heads/${branch}`,
      "refs/merge-requests/1/head",
      "refs/merge-requests/2/head",
    ]);
    expect(git("log", "--format=%s", `main^1..${branch}`).split("\n")).toEqual([
      "Say what customers see while a carrier is on strike",
      "Implement SHOP-7: Say when an order will arrive",
    ]);
    expect(git("log", "--first-parent", "--format=%s", "main").split("\n")).toEqual([
      `Merge branch '${branch}' into 'main'`,
      "Thank for an order",
      "Write prices with two digits",
      "Begin",
    ]);
    expect(git("show", "--format=", "--name-status", `${branch}^`).split("\n")).toEqual([
      "A\tsrc/arrival.js",
      "M\tsrc/order-page.js",
      "A\ttest/arrival.test.js",
    ]);

    // What its pages show.
    const ca = readFileSync(join(own, "forge", "authority.pem"));
    const [link = ""] = /https:\S+\/merge_requests\/1$/m.exec(demo.stdout()) ?? [];
    const page = await pageAt(link, ca);
    expect(page.type).toBe("text/plain; charset=utf-8");
    expect(page.text).toMatch(/^acme\/platform\/shop!1 {2}Implement SHOP-7: Say when an order will arrive\nmerged, /);
    expect(page.text).toContain("\n+export function arrivalOf(order) {\n");
    expect(page.text).toContain("\nacme-agent wrote at src/arrival.js:4 (resolved by acme-agent):\n");
    expect(page.text).toContain("\n    **P1** Check order.carrier.kilometersPerDay for zero before dividing by it\n");
    expect(page.text).toContain(
      "\n    ```suggestion:-0+0\n      if (order.carrier.kilometersPerDay === 0) throw new RangeError",
    );
    expect(page.text).toContain("\npullwright review: success, No findings\n");
    expect(page.text.match(/## Pullwright automated review of !1/g)).toHaveLength(1);
    expect((await pageAt(new URL("/acme/platform/shop", link).href, ca)).text).toContain(link);
    expect((await pageAt(new URL("/acme/platform/other", link).href, ca)).status).toBe(404);

    // What the service has: by its own work, and by signed webhooks of the forge.
    const commandsOf = async (workflowId: string) =>
      (await ask(`/commands?workflow_id=${workflowId}`)).data.map(({ type, state }) => [type, state]);
    expect(await commandsOf("SHOP-8")).toEqual([
      ["create_pull_request", "failed"],
      ["execute_plan", "succeeded"],
    ]);
    expect(await commandsOf("SHOP-7")).toEqual([
      ["review_pull_request", "succeeded"],
      ["review_pull_request", "succeeded"],
      ["create_pull_request", "succeeded"],
      ["execute_plan", "succeeded"],
    ]);
    const { data: created } = await ask("/commands?workflow_id=SHOP-7&type=create_pull_request");
    const { data: audit } = await ask(`/audit?actor=command%20${String(created[0]?.["id"])}`);
    expect(audit.map(({ action }) => action).toReversed()).toEqual([
      "effect.send",
      "effect.sent",
      "effect.send",
      "effect.unknown",
      "effect.found",
    ]);
    const { data: events } = await ask("/events?repo=acme/platform/shop&limit=100");
    const kinds = events.map(({ kind }) => String(kind)).toReversed();
    expect(kinds.filter((kind) => !kind.includes("comment"))).toEqual([
      "gitlab.push.branch",
      "gitlab.pull_request.opened",
      "gitlab.workflow_run.in_progress",
      "gitlab.workflow_run.completed",
      "gitlab.push.branch",
      "gitlab.pull_request.synchronize",
      "gitlab.workflow_run.in_progress",
      "gitlab.workflow_run.completed",
      "gitlab.push.branch",
      "gitlab.pull_request.opened",
      "gitlab.pull_request.ready_for_review",
      "gitlab.pull_request.closed",
      "gitlab.push.main",
    ]);
    expect(kinds.filter((kind) => kind.includes("comment")).toSorted()).toEqual([
      "gitlab.issue_comment.created",
      "gitlab.issue_comment.created",
      "gitlab.issue_comment.edited",
      "gitlab.pull_request_review_comment.created",
      "gitlab.pull_request_review_comment.created",
    ]);
    expect(events.filter(({ delivery_id: delivery }) => delivery === null)).toEqual([]);

    // What came of the reviews: what the story says, and what the reviewer says of itself.
    const { data: reviews } = await ask("/reviews?pr_number=1");
    const [second, first] = await Promise.all(reviews.map(({ id }) => ask(`/reviews/${String(id)}`)));
    expect(first).toMatchObject({
      verdict: "findings",
      findings: [{ priority: 1, path: "src/arrival.js", start_line: 3, end_line: 3, state: "resolved" }],
    });
    expect(second).toMatchObject({ verdict: "pass", findings: [], check: { state: "success" } });
    expect(second?.["explanation"]).toMatch(/^The demo's stand-in wrote this: no model, .* sandbox/);
    expect(demo.stdout()).toContain("P1 at src/arrival.js:3: Check order.carrier.kilometersPerDay for zero");
    const [, appUrl = ""] = /Sign in +(http:\/\/[^/]+)/.exec(demo.stdout()) ?? [];
    expect(demo.stdout()).toContain(`\n          ${appUrl}/reviews/${String(first?.["id"])}\n`);
    expect(demo.stdout().split("The story is told")[1]).toContain(`${appUrl}/reviews\n`);

    // A person does what the failed work's page says.
    const leaky = join(own, "checkouts", "SHOP-8", "docs", "asking-the-forge.md");
    const token = /glpat-[\w-]+/.exec(readFileSync(leaky, "utf8"))?.[0] ?? "";
    expect(token).not.toBe("");
    expect(demo.stdout()).toContain("SECRET_IN_WORK. A secret that Pullwright holds is in docs/asking-the-forge.md.");
    expect(demo.stdout()).not.toContain(token);
    writeFileSync(leaky, readFileSync(leaky, "utf8").replace(token, "<your token>"));
    await ask("/workflows/SHOP-8/retry", "POST");
    let work: Record<string, unknown>;
    while ((work = await ask("/workflows/SHOP-8"))["state"] === "active") await wait(lookMs);

    expect(work["state"]).toBe("succeeded");
    expect(git("log", "--format=%s", "main..pullwright/SHOP-8")).toBe(
      "Implement SHOP-8: Write down how to ask the forge",
    );
    demo.kill("SIGINT");
    expect(await demo.ended).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(join(own, "forge"))).toBe(false);
  },
);

test("without a git that can serve repositories the demo says so, and tells the rest", async () => {
  await using folder = await temporaryDirectory();
  const secrets = makeSecrets();
  const environment = { ...freePorts, PULLWRIGHT_DATA_DIR: folder.path, PULLWRIGHT_LOG_LEVEL: "error" };
  const { work, ...local } = await startDemoForge(folder.path, 1000, async () => null);
  const config = await demoConfig(
    buildConfig({}, environment, () => null),
    folder.path,
    secrets,
    work,
  );
  const service = await startService(config, { app: true, onDied: () => {} });
  const printed: string[] = [];
  const options = { dataDir: folder.path, speed: 1000, secrets, ...local, goesOn: true };

  const asExpected = await runDemo(service, options, new AbortController().signal, (text) => void printed.push(text));
  await service.stop();

  expect(asExpected).toBe(true);
  expect(printed[0]).toContain("There is no git here that can serve repositories");
  expect(printed.join("")).not.toContain("SHOP-");
  expect(printed.at(-1)).toContain("3 pull requests are open, 7 were merged, 3 of those are reverted");
});

test("with a git that the service finds too old the demo says so, and goes on", async () => {
  await using folder = await temporaryDirectory();
  const { forge } = await startDemoForge(folder.path, 1000);
  if (forge === null) throw new Error("There is no git here");
  const tooOld = { outcome_code: "GIT_UNAVAILABLE", outcome_because: "git 2.30 is too old." };
  const command = { id: 2, type: "create_pull_request", state: "queued", attempt: 1, ...tooOld } as const;
  const service = {
    startWork: async () => {},
    work: async () => ({ state: "active", commands: [command] }) as const satisfies Work,
    doneOutside: async () => [],
    reviewOf: async () => null,
    counts: () => Promise.reject(new Error("Nobody asks for counts")),
  };
  const lines: string[] = [];
  const deps = { forge, service, checkoutsDir: join(folder.path, "checkouts"), appUrl: "", clock: () => new Date() };

  const asExpected = await tellWork(1000, new AbortController().signal, {
    ...deps,
    onLine: ({ mark, text }) => void lines.push(`${mark}: ${text.join(" ")}`),
  });
  await forge.close();

  expect(asExpected).toBe(true);
  expect(lines.at(-1)).toBe("noted: GIT_UNAVAILABLE. git 2.30 is too old. What agents do is left out from here on.");
});

test("a git without its part for servers is none that can serve", async () => {
  await using folder = await temporaryDirectory();
  const git = join(folder.path, "git");
  writeFileSync(git, `#!/bin/sh\necho '${folder.path}'\n`, { mode: 0o755 });

  const without = await findServingGit([git]);
  writeFileSync(join(folder.path, "git-http-backend"), "", { mode: 0o755 });

  expect(without).toBe(null);
  expect(await findServingGit([git])).toBe(git);
  expect(await findServingGit([join(folder.path, "none")])).toBe(null);
});

test.skipIf(process.platform !== "linux")(
  "interrupted while its agent works, the demo leaves nothing running",
  async () => {
    await using folder = await temporaryDirectory();
    const own = join(folder.path, "own");
    const place = { directory: folder.path, environment: freePorts };
    const demo = startPullwright(["demo", "--speed", "5", "--data-dir", own], place);

    await said(demo, "SHOP-7 asked of the agent");
    while (!processesThatName(folder.path).some((words) => words.includes("agent.mjs"))) await wait(lookMs);
    demo.kill("SIGINT");
    const { code, stderr, stdout } = await demo.ended;

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain("opened by Pullwright");
    expect(processesThatName(folder.path)).toEqual([]);
    expect(existsSync(join(own, "forge"))).toBe(false);
  },
);

test("the demo begins with nothing each time, and never empties a folder that it did not make", async () => {
  await using folder = await temporaryDirectory();
  const own = join(folder.path, "own");
  const foreign = join(folder.path, "foreign");
  mkdirSync(foreign);
  writeFileSync(join(foreign, "thesis.txt"), "three years of work");
  const place = { directory: folder.path, environment: freePorts };

  const begin = async () => {
    const demo = startPullwright(["demo", "--data-dir", own], place);
    await said(demo, "has a webhook now");
    demo.kill("SIGINT");
    return demo.ended;
  };
  await begin();
  writeFileSync(join(own, "left-over"), "");
  const again = await begin();
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
  await said(demo, "has a webhook now");
  demo.kill("SIGINT");
  const { code, stdout, stderr } = await demo.ended;
  other.close();

  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(/Webhooks {4}http:\/\/127\.0\.0\.1:\d+/);
  expect(stdout).not.toContain(`:${taken}`);
  expect(stdout).not.toContain("The story is told");
});

/** Resolves when it has said that; rejects when it ended without. */
async function said({ child, stdout, ended }: PullwrightProcess, text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = (): void => void (stdout().includes(text) && resolve());
    child.stdout?.on("data", look);
    look();
    ended.then(({ stderr }) => reject(new Error(`It ended without saying ${text}: ${stderr}`)), reject);
  });
}

type Asked = { data: Record<string, unknown>[] } & Record<string, unknown>;

/** Asks the demo's API. */
async function askerOf(
  demo: PullwrightProcess,
  dataDir: string,
): Promise<(path: string, method?: string) => Promise<Asked>> {
  const [, appUrl = ""] = /Sign in +(http:\/\/[^/]+)/.exec(demo.stdout()) ?? [];
  const token = readFileSync(join(dataDir, "api-token"), "utf8").trim();
  return async (path, method = "GET") => {
    const response = await fetch(`${appUrl}/api/v1${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    return (await response.json()) as Asked;
  };
}

async function pageAt(
  url: string,
  ca: Buffer,
): Promise<{ status: number | undefined; type: string | undefined; text: string }> {
  const [response] = (await once(https.get(url, { ca }), "response")) as [IncomingMessage];
  const text = Buffer.concat((await response.toArray()) as Buffer[]).toString("utf8");
  return { status: response.statusCode, type: response.headers["content-type"], text };
}

function processesThatName(path: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      } catch {
        return "";
      }
    })
    .filter((words) => words.includes(path));
}

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
