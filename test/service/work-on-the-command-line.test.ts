import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Command } from "@commander-js/extra-typings";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildProgram } from "../../src/cli.ts";
import { historyWords } from "../../src/domain/command-words.ts";
import { commandMoves } from "../../src/queue/lifecycle.ts";
import { type Ended, runPullwright } from "../support/pullwright-process.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { post } from "./ask-for-work.ts";
import { noWorkersHere, openWorkAtHand, type WorkAtHand } from "./work-at-hand.ts";

describe("what becomes of work", () => {
  let service: TestService;
  let work: WorkAtHand;
  let failed: number;
  let waiting: number;

  beforeAll(async () => {
    service = await startTestService({ environment: noWorkersHere });
    work = await openWorkAtHand(service.dataDir);
    failed = await failAtTheSecondAttempt(work);
    waiting = await waitForTheForge(work);
    await work.ask({ id: "HOLD-1" });
    await service.cli("workflows", "pause", "HOLD-1");
    await service.cli("workflows", "resume", "HOLD-1");
  });

  afterAll(async () => {
    await work[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
  });

  describe.each([
    { command: "commands", path: "/api/v1/commands" },
    { command: "commands list --state failed --limit 1", path: "/api/v1/commands?state=failed&limit=1" },
    { command: "commands list --workflow SCRUM-1", path: "/api/v1/commands?workflow_id=SCRUM-1" },
    { command: "workflows", path: "/api/v1/workflows" },
    { command: "audit", path: "/api/v1/audit" },
    { command: "audit list --actor operator --limit 1", path: "/api/v1/audit?actor=operator&limit=1" },
  ])("pullwright $command", ({ command, path }) => {
    test("with --json is the API's own list object", async () => {
      const { stdout, code } = await service.cli(...command.split(" "), "--json");

      expect(JSON.parse(stdout)).toEqual((await service.get(path)).json());
      expect(code).toBe(0);
    });
  });

  test("work comes a row a line, and as a table for a spreadsheet", async () => {
    const { data } = (await service.get("/api/v1/workflows")).json() as { data: Record<string, unknown>[] };

    const lines = (await service.cli("workflows", "--all", "--ndjson")).stdout.trimEnd().split("\n");
    const csv = (await service.cli("workflows", "--all", "--csv")).stdout;

    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(data);
    expect(csv.split("\r\n")[0]?.split(",").toSorted()).toEqual(Object.keys(data[0] ?? {}).toSorted());
  });

  test("a list says where each command stands", async () => {
    const { stdout } = await service.cli("commands");

    expect(stdout).toMatch(new RegExp(`^${failed} .*failed .*2 of 3 .*BRANCH_EXISTS: pullwright/SCRUM-1`, "m"));
    expect(stdout).toMatch(new RegExp(`^${waiting} .*queued .*FORGE_RATE_LIMITED: GitHub's limit`, "m"));
  });

  test("the story of a command: what was asked, each attempt, what it did outside, what to do now", async () => {
    const { stdout, code } = await service.cli("commands", "show", String(failed));
    const asJson = JSON.parse((await service.cli("commands", "show", String(failed), "--json")).stdout);

    expect(code).toBe(0);
    expect(stdout.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "<time>")).toBe(`\
Command ${failed}  Open the pull request of SCRUM-1  failed
Asked for by operator on <time>, on github:github.com/acme/web.

What was asked
  checkout: /srv/web
  changed_files: ["src/a.ts"]

What happened
  <time>  Asked for, by operator
  <time>  Attempt 1, ended <time>: failed, to be tried again. FORGE_UNAVAILABLE: GitHub answered 502.
  <time>  Attempt 2, ended <time>: failed. BRANCH_EXISTS: pullwright/SCRUM-1 has a commit by jonas-we.

What it did outside
  push-branch  done <time>: {"commit_sha":"aaaa"}

Links
  The branch  https://github.com/acme/web/tree/pullwright/SCRUM-1

Artifacts
  push_state: /srv/web/github_pr/push_state.json

Now
  BRANCH_EXISTS: pullwright/SCRUM-1 has a commit by jonas-we.
  What to do: Delete or rename that branch, then retry.
  Try again: pullwright commands retry ${failed}
`);
    expect(asJson).toEqual((await service.get(`/api/v1/commands/${failed}`)).json());
  });

  test("the story of one that waits says for what, and until when", async () => {
    const { stdout } = await service.cli("commands", "show", String(waiting));

    expect(stdout).toContain("FORGE_RATE_LIMITED: GitHub's limit is used up. Goes on at 2100-01-01 00:00:00 UTC.");
    expect(stdout).toContain(`End it: pullwright commands cancel ${waiting}`);
  });

  test("the story of a piece of work names its commands, and the one that failed", async () => {
    const { stdout } = await service.cli("workflows", "show", "SCRUM-1");

    expect(stdout).toContain("SCRUM-1  Sign-in that lasts  failed");
    expect(stdout).toContain(`${failed}  Open the pull request  failed  BRANCH_EXISTS`);
    expect(stdout).toContain("The branch  https://github.com/acme/web/tree/pullwright/SCRUM-1");
    expect(stdout).toContain(`What failed, and what to do: pullwright commands show ${failed}`);
    expect(stdout).toContain("Try again: pullwright workflows retry SCRUM-1");
  });

  test("what others wrote cannot steer the terminal, in no list and no story", async () => {
    const rude = "Nice\u001b[2J\u001b]0;title\u0007 try\u202Eevil\r\nsecond line";
    const [id = 0] = await work.ask({ id: "RUDE-1", title: rude }, { type: "review_pull_request", payload: { rude } });
    await work.end(id, {
      kind: "skipped",
      because: rude,
      links: [{ label: rude, url: `https://example.com/${rude}` }],
      artifacts: { [rude]: rude },
    });

    const printed = await Promise.all([
      service.cli("commands"),
      service.cli("workflows"),
      service.cli("commands", "show", String(id)),
      service.cli("workflows", "show", "RUDE-1"),
    ]);

    for (const { stdout } of printed) {
      expect(stdout).toContain("Nice");
      // Lines end; nothing else that a terminal obeys is there.
      expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    }
  });

  test("every line that a history can have is said in words", () => {
    // A claim is told by how it ended; a wait by the command itself.
    const told = commandMoves.map(({ name }) => name).filter((name) => name !== "claim" && name !== "wait");

    expect(told.filter((name) => historyWords[name] === undefined)).toEqual([]);
  });
});

describe("what is asked for on the command line", () => {
  let service: TestService;
  const cli = (...args: string[]): Promise<Ended> =>
    runPullwright(args, {
      ...service.place,
      environment: { ...service.place.environment, PULLWRIGHT_WORKERS_CREATE_PULL_REQUEST_ENABLED: "true" },
    });

  beforeAll(async () => {
    service = await startTestService({ environment: noWorkersHere });
  });

  afterAll(() => service[Symbol.asyncDispose]());

  test("is work like any other: begun, asked for, held, let go, cancelled and taken up again", async () => {
    const began = await cli("workflows", "start", "SCRUM-7", "--title", "By hand", "--repo", "acme/web");
    const asked = await cli("commands", "queue", "create_pull_request", "--workflow", "SCRUM-7", "--repo", "acme/web");
    const again = await cli("commands", "queue", "create_pull_request", "--workflow", "SCRUM-7", "--repo", "acme/web");
    const { id } = (await service.get("/api/v1/workflows/SCRUM-7")).json().commands[0];
    const acts = [
      ["workflows", "pause", "SCRUM-7"],
      ["workflows", "resume", "SCRUM-7"],
      ["commands", "cancel", String(id)],
      ["commands", "retry", String(id)],
      ["workflows", "cancel", "SCRUM-7"],
      ["workflows", "retry", "SCRUM-7"],
    ];
    const said: string[] = [];
    for (const act of acts) said.push((await cli(...act)).stdout);

    expect(began.stdout).toContain("Nothing was asked for yet.");
    expect(asked.stdout).toContain(`Command ${id} (create_pull_request of SCRUM-7) is queued`);
    expect(again.stdout).toBe(asked.stdout);
    expect(said).toEqual([
      "Workflow SCRUM-7 is paused.\n",
      "Workflow SCRUM-7 goes on.\n",
      `Command ${id} is cancelled.\n`,
      `Command ${id} is queued again; a running service takes it up.\n`,
      "Workflow SCRUM-7 is cancelled.\n",
      "Workflow SCRUM-7 is tried again.\n",
    ]);
    expect((await service.get("/api/v1/workflows/SCRUM-7")).json()).toMatchObject({
      state: "active",
      requested_by: "operator",
      commands: [{ id, state: "queued" }],
    });
    expect((await service.get("/api/v1/audit?actor=operator")).headers["x-total-count"]).toBe(
      // With those that began it.
      String(acts.length + 2),
    );
    expect(service.log()).toBe("");
  });

  test("with --json is the API's own object", async () => {
    const began = JSON.parse((await cli("workflows", "start", "JSON-1", "--json")).stdout);
    const asked = JSON.parse(
      (await cli("commands", "queue", "create_pull_request", "--workflow", "JSON-1", "--payload", '{"a":1}', "--json"))
        .stdout,
    );
    const paused = JSON.parse((await cli("workflows", "pause", "JSON-1", "--json")).stdout);

    expect(began).toMatchObject({ id: "JSON-1", commands: [] });
    expect(asked).toEqual((await service.get("/api/v1/commands?workflow_id=JSON-1")).json().data.map(unpaused)[0]);
    expect(paused).toEqual((await service.get("/api/v1/workflows/JSON-1")).json());
    expect((await service.get(`/api/v1/commands/${asked.id}`)).json().payload).toEqual({ a: 1 });
  });

  test("takes a plan out of a file, and says when it waits for a word", async () => {
    writeFileSync(join(service.place.directory, "plan.md"), "# Do it\n");

    const only = await cli("workflows", "start", "PLAN-1", "--plan", "plan.md");
    const executed = await cli("workflows", "start", "PLAN-2", "--plan", "plan.md", "--execute");
    const missing = await cli("workflows", "start", "PLAN-3", "--plan", "nowhere.md");

    expect([only.code, only.stdout]).toEqual([
      0,
      expect.stringContaining("`pullwright workflows resume PLAN-1` executes it"),
    ]);
    expect([executed.code, executed.stderr]).toEqual([1, expect.stringContaining("WORKER_NOT_CONFIGURED")]);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("The plan nowhere.md cannot be read.")]);
  });

  test("every command shows an example in its help", () => {
    const groups = (buildProgram().commands as readonly Command[]).filter((command) =>
      ["commands", "workflows", "audit"].includes(command.name()),
    );

    const without = groups
      .flatMap(({ commands }) => commands as readonly Command[])
      .filter((command) => !helpOf(command).includes("Example"));

    expect(groups).toHaveLength(3);
    expect(without.map((command) => command.name())).toEqual([]);
  });

  const queue = ["commands", "queue", "create_pull_request", "--workflow", "X-1"];

  test.each([
    { args: ["commands", "list", "--state", "lost"], code: 2, says: "Allowed choices are queued" },
    { args: ["commands", "show"], code: 2, says: "missing required argument" },
    { args: ["commands", "show", "abc"], code: 2, says: "not a command's number" },
    { args: ["commands", "show", "999999"], code: 1, says: "There is no command 999999" },
    { args: ["commands", "cancel", "-1"], code: 2, says: "not a command's number" },
    { args: ["commands", "queue", "dance", "--workflow", "X-1"], code: 2, says: "is no type of command" },
    { args: ["commands", "queue", "create_pull_request"], code: 2, says: "--workflow <id>' not specified" },
    { args: [...queue, "--payload", "[1]"], code: 2, says: "not a JSON object" },
    { args: [...queue, "--payload", "{"], code: 2, says: "not a JSON object" },
    { args: [...queue, "--repo", "https://evil.example/a/b"], code: 1, says: "REPOSITORY_URL_INVALID" },
    { args: ["commands", "queue", "execute_plan", "--workflow", "X-1"], code: 1, says: "WORKER_NOT_CONFIGURED" },
    { args: ["workflows", "show", "nobody"], code: 1, says: 'There is no workflow "nobody"' },
    { args: ["workflows", "start", "X-1", "--title", "x".repeat(501)], code: 2, says: "title" },
    { args: ["workflows", "pause", "nobody"], code: 1, says: "RESOURCE_NOT_FOUND" },
    { args: ["workflows", "dance", "X-1"], code: 2, says: "too many arguments" },
    { args: ["audit", "list", "--cursor", "x"], code: 2, says: "cursor" },
  ])("pullwright $args ends with $code and says why", async ({ args, code, says }) => {
    const ended = await cli(...args);

    expect(ended.stdout + ended.stderr).toContain(says);
    expect(ended.code).toBe(code);
    expect(ended.stderr).not.toContain("    at ");
    expect(ended.stdout === "" || code === 0).toBe(true);
  });

  test("needs no service: the store is enough", async () => {
    await using alone = await startTestService({ environment: noWorkersHere });
    await alone.stop();

    const began = await alone.cli("workflows", "start", "ALONE-1");
    const paused = await alone.cli("workflows", "pause", "ALONE-1");
    const listed = await alone.cli("workflows", "--json");

    expect([began.code, paused.code]).toEqual([0, 0]);
    expect(JSON.parse(listed.stdout).data).toMatchObject([{ id: "ALONE-1", state: "paused" }]);
  });
});

describe("pullwright audit verify", () => {
  test("says that the chain is whole; names AUDIT_CHAIN_BROKEN and ends with 1 when somebody changed it", async () => {
    await using service = await startTestService({ environment: noWorkersHere });
    const empty = await service.cli("audit", "verify");
    await askFourTimes(service);

    const whole = await service.cli("audit", "verify");
    const wholeAsJson = await service.cli("audit", "verify", "--json");
    changeByHand(service, "delete from audit_log where id = 2");
    const broken = await service.cli("audit", "verify");
    const brokenAsJson = await service.cli("audit", "verify", "--json");

    expect([empty.code, empty.stdout]).toEqual([0, "The audit log is empty.\n"]);
    expect([whole.code, whole.stdout]).toEqual([
      0,
      expect.stringMatching(/^The chain is whole: 4 entries checked, the last has the hash [0-9a-f]{64}\n$/),
    ]);
    expect([wholeAsJson.code, JSON.parse(wholeAsJson.stdout)]).toMatchObject([0, { whole: true, checked: 4 }]);
    expect([broken.code, broken.stdout]).toEqual([1, ""]);
    expect(broken.stderr).toMatch(/^pullwright: Audit entry 3: It does not follow .* \(AUDIT_CHAIN_BROKEN\)\n$/);
    expect([brokenAsJson.code, JSON.parse(brokenAsJson.stdout)]).toMatchObject([
      1,
      { whole: false, broken: { id: 3 } },
    ]);
  });
});

describe("pullwright audit verify, when the end is missing,", () => {
  test("says so, as long as nobody rewrote the note of the end; a hash that was kept elsewhere is missed even then", async () => {
    await using service = await startTestService({
      environment: { ...noWorkersHere, PULLWRIGHT_LOG_LEVEL: "info" },
    });
    await askFourTimes(service);
    await service.stop();
    const kept = service
      .log()
      .split("\n")
      .flatMap((line) => (line.includes("auditHash") ? [JSON.parse(line) as Record<string, unknown>] : []))
      .at(-1);
    const hash = String(kept?.["auditHash"]);
    const asKept = await service.cli("audit", "verify", "--kept", hash);
    changeByHand(service, "delete from audit_log where id > 2");
    const cut = await service.cli("audit", "verify");
    changeByHand(
      service,
      "update audit_head set entries = 2, entry_id = 2, hash = (select hash from audit_log where id = 2)",
    );
    const rewritten = await service.cli("audit", "verify");
    const missed = await service.cli("audit", "verify", "--kept", hash);
    changeByHand(service, "delete from audit_log; delete from audit_head");
    const gone = await service.cli("audit", "verify");
    const unreadable = await service.cli("audit", "verify", "--kept", "x");

    expect(kept).toMatchObject({ auditEntry: 4, auditEntries: 4, auditHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(asKept.code).toBe(0);
    expect([cut.code, cut.stderr]).toEqual([
      1,
      expect.stringMatching(
        /^pullwright: Audit entry 2: 4 entries were written, .*; 2 are here\. .*\(AUDIT_CHAIN_BROKEN\)\n$/,
      ),
    ]);
    expect(rewritten.code).toBe(0);
    expect([missed.code, missed.stderr]).toEqual([1, expect.stringContaining("No entry has the hash that you kept")]);
    expect([gone.code, gone.stderr]).toEqual([1, expect.stringMatching(/^pullwright: The audit log: .* taken away\./)]);
    expect([unreadable.code, unreadable.stderr]).toEqual([2, expect.stringContaining("64 hexadecimal digits")]);
  });
});

/** Four entries of the audit log. */
async function askFourTimes(service: TestService): Promise<void> {
  await post(service, "/workflows", { workflow_id: "AUDIT-1" });
  for (const act of ["pause", "resume", "pause"]) await post(service, `/workflows/AUDIT-1/${act}`);
}

/** As somebody would who has the file. */
function changeByHand({ dataDir }: { dataDir: string }, statement: string): void {
  const database = new DatabaseSync(join(dataDir, "pullwright.db"));
  database.exec(statement);
  database.close();
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({ writeOut: (part) => (text += part) });
  command.outputHelp();
  return text;
}

/** A row as it was before its work was held. */
function unpaused(row: { paused: boolean }): { paused: boolean } {
  return { ...row, paused: false };
}

async function failAtTheSecondAttempt(work: WorkAtHand): Promise<number> {
  const [id = 0] = await work.ask(
    { id: "SCRUM-1", title: "Sign-in that lasts" },
    { type: "create_pull_request", payload: { checkout: "/srv/web", changed_files: ["src/a.ts"] } },
  );
  await work.end(id, { kind: "retry", code: "FORGE_UNAVAILABLE", because: "GitHub answered 502.", afterMs: 1 });
  await work.effect(id, {
    key: "push-branch:of-the-test",
    kind: "push-branch",
    request: { branch: "pullwright/SCRUM-1" },
    act: async () => ({ commit_sha: "aaaa" }),
    readBack: async () => [],
    fateOf: () => "refused",
  });
  await work.end(id, {
    kind: "failed",
    code: "BRANCH_EXISTS",
    because: "pullwright/SCRUM-1 has a commit by jonas-we.",
    links: [{ label: "The branch", url: "https://github.com/acme/web/tree/pullwright/SCRUM-1" }],
    artifacts: { push_state: "/srv/web/github_pr/push_state.json" },
  });
  return id;
}

async function waitForTheForge(work: WorkAtHand): Promise<number> {
  const [id = 0] = await work.ask({ id: "SCRUM-2" }, { type: "review_pull_request" });
  await work.end(id, {
    kind: "wait",
    code: "FORGE_RATE_LIMITED",
    because: "GitHub's limit is used up.",
    until: "2100-01-01T00:00:00.000Z",
  });
  return id;
}
