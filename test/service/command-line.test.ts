import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startPullwright } from "../support/pullwright-process.ts";
import { githubPullRequest, githubPush, githubWorkflowRun } from "../support/sample-payloads.ts";
import { startTestService, type TestService } from "../support/service.ts";

const pullRequestsSent = 230;
const formulas = ['=HYPERLINK("http://evil.example","click")', "+1+1", "-2+3", "@SUM(A1:A9)", "\tTabbed"];

let service: TestService;
let pushed: string;
let broken: string;

beforeAll(async () => {
  service = await startTestService();
  const numbers = Array.from({ length: pullRequestsSent }, (_, index) => index + 1);
  for (let at = 0; at < numbers.length; at += 25)
    await Promise.all(
      numbers
        .slice(at, at + 25)
        .map((number) =>
          service.send(
            "github",
            "pull_request",
            githubPullRequest({ number, title: formulas[number - 1] ?? `Change ${number}, "quoted", with a comma` }),
          ),
        ),
    );
  await service.send(
    "github",
    "pull_request",
    githubPullRequest({
      number: 999,
      slug: "acme/rude",
      repositoryId: 5,
      title: "Nice\u001b[2J\u001b]0;title\u0007 try\u202Eevil\r\nsecond line",
    }),
  );
  await service.send("github", "workflow_run", githubWorkflowRun({ run: 1, status: "failure" }));
  pushed = (await service.send("github", "push", githubPush())).deliveryId;
  broken = (await service.send("github", "push", "{]}")).deliveryId;
  await service.digested();
});

afterAll(() => service[Symbol.asyncDispose]());

describe.each([
  { command: "prs", path: "/api/v1/prs" },
  { command: "prs --repo ACME/Web --state open --limit 3", path: "/api/v1/prs?repo=ACME/Web&state=open&limit=3" },
  { command: "runs", path: "/api/v1/runs" },
  { command: "runs --status success", path: "/api/v1/runs?status=success" },
  { command: "deliveries", path: "/api/v1/deliveries" },
  { command: "deliveries list --state dead", path: "/api/v1/deliveries?state=dead" },
])("pullwright $command", ({ command, path }) => {
  test("with --json is the API's own list object", async () => {
    const { stdout, code } = await service.cli(...command.split(" "), "--json");

    expect(JSON.parse(stdout)).toEqual((await service.get(path)).json());
    expect(code).toBe(0);
  });
});

test("status says in numbers what is there and where to look, service or not", async () => {
  const { stdout, code } = await service.cli("status");
  const { counts, ...rest } = JSON.parse((await service.cli("status", "--json")).stdout);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^Deliveries {5}0 waiting, 1 dead {2}\(pullwright deliveries list --state dead\)$/m);
  expect(stdout).toMatch(/^Work {11}0 failed, 0 paused$/m);
  expect(stdout).toMatch(/^Commands {7}0 running, 0 waiting, 0 held by paused work$/m);
  expect(counts).toEqual((await service.get("/api/v1/status")).json().counts);
  expect(rest).toMatchObject({ version: null, store: { engine: "sqlite" } });
});

test("--all follows the cursor to every row, --ndjson gives a row a line", async () => {
  const all = JSON.parse((await service.cli("prs", "--repo", "acme/web", "--all", "--json")).stdout);
  const lines = (await service.cli("prs", "--repo", "acme/web", "--all", "--ndjson")).stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

  expect(all.data).toHaveLength(pullRequestsSent);
  expect([all.next_cursor, all.has_more]).toEqual([null, false]);
  expect(lines).toEqual(all.data);
});

test("a list goes on with --cursor where another ended", async () => {
  const first = JSON.parse((await service.cli("prs", "-n", "200", "--json")).stdout);
  const second = JSON.parse((await service.cli("prs", "-n", "200", "--cursor", first.next_cursor, "--json")).stdout);

  expect(first.data.length + second.data.length).toBe(pullRequestsSent + 1);
  expect(second.next_cursor).toBeNull();
});

test("--csv is a table whose cells no spreadsheet takes for a formula", async () => {
  const { stdout } = await service.cli("prs", "--repo", "acme/web", "--all", "--csv");
  const [heads = [], ...rows] = parseCsv(stdout);
  const titles = rows.map((row) => row[heads.indexOf("title")] ?? "");

  expect(heads.toSorted()).toEqual(Object.keys((await service.get("/api/v1/prs?limit=1")).json().data[0]).toSorted());
  expect(rows).toHaveLength(pullRequestsSent);
  expect(rows.every((row) => row.length === heads.length)).toBe(true);
  expect(titles.filter((title) => /^[=+\-@\t\r]/.test(title))).toEqual([]);
  expect(titles).toEqual(
    expect.arrayContaining([
      `'=HYPERLINK("http://evil.example","click")`,
      "'+1+1",
      "'-2+3",
      "'@SUM(A1:A9)",
      'Change 7, "quoted", with a comma',
    ]),
  );
});

test("a table shows what others wrote without letting it steer the terminal", async () => {
  const table = (await service.cli("prs", "--repo", "acme/rude")).stdout;
  const empty = (await service.cli("prs", "--repo", "acme/nothing")).stdout;

  expect(table).toContain("acme/rude#999");
  expect(table).toContain("Nice");
  // Lines end; nothing else that a terminal obeys is there.
  expect(table).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  expect(empty).toBe("Nothing matches.\n");
});

test("a reader that stops reading, as `head` does, is no failure", async () => {
  const listing = startPullwright(["prs", "--all", "--json"], service.place);
  await once(listing.child.stdout ?? listing.child, "data");
  listing.child.stdout?.destroy();
  const { code, stderr } = await listing.ended;

  expect(code).toBe(0);
  expect(stderr).toBe("");
});

test.each([
  { args: "--help", code: 0, says: "Usage: pullwright" },
  { args: "prs --help", code: 0, says: "Examples:" },
  { args: "prss", code: 2, says: "prs" },
  { args: "prs --colour", code: 2, says: "unknown option" },
  { args: "prs --limit 0", code: 2, says: "1 to 200" },
  { args: "prs --state lost", code: 2, says: "open" },
  { args: "prs --since yesterday", code: 2, says: "30d" },
  { args: "prs --cursor x", code: 2, says: "cursor" },
  { args: "why", code: 2, says: "missing required argument" },
  { args: "why nobody-sent-this", code: 1, says: "No delivery has the number or id" },
  { args: "deliveries show abc", code: 2, says: "not a delivery's number" },
  { args: "deliveries show 999999", code: 1, says: "no delivery 999999" },
  { args: "--config /nowhere/pullwright.yaml prs", code: 1, says: "/nowhere/pullwright.yaml cannot be read" },
  { args: "demo --speed 0", code: 2, says: "0.1 to 1000" },
  { args: "ingest webhook serve --port 65536", code: 2, says: "0 to 65535" },
])("pullwright $args ends with $code and says why", async ({ args, code, says }) => {
  const ended = await service.cli(...args.split(" "));

  expect(ended.stdout + ended.stderr).toContain(says);
  expect(ended.code).toBe(code);
  expect(ended.stderr).not.toContain("    at ");
  expect(ended.stdout === "" || code === 0).toBe(true);
});

test("`why` tells what became of a delivery, by our number and by its sender's id", async () => {
  const { id } = (await service.get("/api/v1/deliveries?limit=2"))
    .json()
    .data.find((row: { delivery_id: string }) => row.delivery_id === pushed);

  const byNumber = await service.cli("why", String(id));
  const byTheirs = await service.cli("why", pushed);
  const ofABrokenOne = await service.cli("why", broken);
  const asJson = JSON.parse((await service.cli("why", broken, "--json")).stdout);

  expect(byNumber.stdout).toContain("github.push.main: jonas-we pushed 1 commit to main of acme/web");
  expect(byTheirs.stdout).toBe(byNumber.stdout);
  expect(ofABrokenOne.stdout).toContain("BAD_JSON");
  expect(ofABrokenOne.stdout).toContain("What to do:");
  expect(asJson).toEqual((await service.get(`/api/v1/explanations/${broken}`)).json());
});

test("`deliveries show` gives a delivery whole, and its body alone as it came", async () => {
  const { id } = (await service.get("/api/v1/deliveries?limit=2"))
    .json()
    .data.find((row: { delivery_id: string }) => row.delivery_id === pushed);

  const text = (await service.cli("deliveries", "show", String(id))).stdout;
  const body = (await service.cli("deliveries", "show", String(id), "--body")).stdout;
  const asJson = JSON.parse((await service.cli("deliveries", "show", String(id), "--json")).stdout);

  expect(text).toContain("x-github-event: push");
  expect(text).not.toContain("x-hub-signature");
  expect(body).toBe(JSON.stringify(githubPush()));
  expect(asJson).toEqual((await service.get(`/api/v1/deliveries/${id}`)).json());
});

test("a replay beside a running service is taken up by it, and counts nothing twice", async () => {
  const before = (await service.get("/api/v1/events")).headers["x-total-count"];
  const { id } = (await service.get("/api/v1/deliveries?limit=2"))
    .json()
    .data.find((row: { delivery_id: string }) => row.delivery_id === pushed);

  const { code, stdout } = await service.cli("deliveries", "replay", String(id));
  await service.digested();

  expect(code).toBe(0);
  expect(stdout).toContain(`Delivery ${id} waits to be digested again`);
  expect((await service.get(`/api/v1/deliveries/${id}`)).json()).toMatchObject({
    state: "digested",
    digest_attempts: 1,
  });
  expect((await service.get("/api/v1/events")).headers["x-total-count"]).toBe(before);
  expect(service.log()).toBe("");
});

test("the launcher in bin/ runs the same program", async () => {
  const launcher = spawn(process.execPath, [new URL("../../bin/pullwright", import.meta.url).pathname, "--version"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  launcher.stdout.on("data", (text: Buffer) => (printed += text.toString()));
  const [code] = (await once(launcher, "close")) as [number];

  expect(printed).toBe((await service.cli("--version")).stdout);
  expect(printed).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(code).toBe(0);
});

/** RFC 4180: quotes doubled, lines end with CR LF. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
