import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { routes } from "../../src/http/routes.ts";
import { openEventStream } from "../support/event-stream-client.ts";
import { createDatabase } from "../support/postgres.ts";
import { runPullwright } from "../support/pullwright-process.ts";
import {
  circleciWorkflow,
  genericRun,
  githubPullRequest,
  githubPush,
  githubWorkflowRun,
  gitlabMergeRequest,
} from "../support/sample-payloads.ts";
import { cellsOfPostgres, cellsOfSqlite } from "../support/stored-cells.ts";
import { type Canary, type Trace, tracesIn, tracesInFiles } from "../support/secret-traces.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const secrets = {
  github: 'CANARY-github-7f3a91c2 "quoted" \\slashed /+&%',
  gitlabSigningToken: `whsec_${Buffer.from("CANARY-gitlab-5d20e8b7-signing-key").toString("base64")}`,
  ci: "CANARY-ci-aa41c06e~(b)",
  circleci: "CANARY-circleci-90be77d1=?",
};
const ofTheTeam = "CANARY-team-file-31f7c5aa#!";
const previous = "CANARY-previous-ea6604d9";
const passwordOfTheDatabase = "CANARY-db-password-b8f02c64";

/**
 * Columns that keep a payload as it came, by design: what a sender writes into its own body stays in it. Every door masks it on the way out.
 * Files of an SQLite store are searched column by column for this reason, and whole for what no body held.
 */
const payloadColumns = ["delivery_bodies.content", "pr_outcomes.raw_json", "ci_runs.raw_json"];

describe.each(["sqlite", "postgres"] as const)("on %s", (engine) => {
  test("no secret is found in what is stored, logged, answered or shown", async () => {
    await using database =
      engine === "postgres"
        ? await createDatabase().then((made) => ({ ...made, [Symbol.asyncDispose]: () => made.drop() }))
        : { url: undefined, [Symbol.asyncDispose]: async () => {} };
    await using service = await startTestService({
      secrets,
      ...(database.url === undefined ? {} : { databaseUrl: database.url }),
      yaml: "sources:\n  team:\n    provider: github\n    secret_ref: team\n",
      environment: { PULLWRIGHT_LOG_LEVEL: "debug", PULLWRIGHT_GITHUB_WEBHOOK_SECRET_PREVIOUS: previous },
    });
    mkdirSync(join(service.dataDir, "secrets"), { mode: 0o700 });
    writeFileSync(join(service.dataDir, "secrets", "team"), ofTheTeam, { mode: 0o600 });
    await service.restart();
    const canaries: Canary[] = Object.entries({
      ...secrets,
      team: ofTheTeam,
      previous,
      "api token": service.token,
    }).map(([name, secret]) => ({ name, secret }));

    const found: Trace[] = [];
    const look = (place: string, content: string): void => void found.push(...tracesIn(place, content, canaries));
    await using stream = await openEventStream(service.appUrl, {
      authorization: `Bearer ${service.token}`,
      "last-event-id": "0",
    });

    const answers = await sendEverything(service, canaries);
    await service.digested();
    for (const [place, text] of [
      ...answers,
      ...(await askEverything(service, canaries)),
      ...(await runEverything(service, canaries)),
    ])
      look(place, text);
    const events = (await service.get("/api/v1/events?limit=1")).json().data;
    await stream.until((message) => message.id === events[0].id);
    look("live stream", JSON.stringify(stream.messages));
    for (const { place, text } of processesOf(service.pid)) look(place, text);
    await service.kill9();
    look("log", service.log());

    const files = tracesInFiles(
      service.dataDir,
      canaries.filter(({ name }) => !inBodies.includes(name)),
      (path) => path === "api-token" || path.startsWith("secrets"),
    );
    const cells =
      database.url === undefined
        ? cellsOfSqlite(join(service.dataDir, "pullwright.db"))
        : await cellsOfPostgres(database.url);
    for (const { place, content } of cells)
      if (!payloadColumns.includes(place)) found.push(...tracesIn(place, content, canaries));

    expect(service.log()).toContain("INVALID_SIGNATURE");
    expect([...found, ...files.traces].map(({ canary, form, place }) => `${canary}, ${form}: ${place}`)).toEqual([]);
    // Of SQLite the whole store has been searched, log included.
    expect(files.filesRead.includes("pullwright.db-wal")).toBe(engine === "sqlite");
    // The control: they are where they may be, so the search finds what is there.
    const kept = cells
      .filter(({ place }) => payloadColumns.includes(place))
      .flatMap(({ place, content }) => tracesIn(place, content, canaries));
    expect(
      new Set(kept.filter(({ place }) => place === "delivery_bodies.content").map(({ canary }) => canary)),
    ).toEqual(new Set(inBodies));
    expect(
      cells.some(({ place, content }) => place === "pr_outcomes.title" && content.toString().includes("[redacted]")),
    ).toBe(true);
    expect(cells.length).toBeGreaterThan(100);
  });
});

test("a database that does not answer is named without its password", async () => {
  const { code, stderr, stdout } = await runAgainst(
    `postgres://somebody:${passwordOfTheDatabase}@127.0.0.1:1/pullwright`,
  );

  expect(code).toBe(1);
  expect(stderr).toContain("PostgreSQL does not answer");
  expect(tracesIn("output", stderr + stdout, [{ name: "password", secret: passwordOfTheDatabase }])).toEqual([]);
});

test("the search finds a secret in every dress that it looks for", () => {
  const canary = { name: "it", secret: secrets.github };
  const dresses = [
    canary.secret,
    JSON.stringify({ deep: canary.secret }),
    encodeURIComponent(`a=${canary.secret}`),
    ...[0, 1, 2, 3].map((before) => Buffer.from("x".repeat(before) + canary.secret + "yz").toString("base64")),
    Buffer.from(`abc${canary.secret}`).toString("base64url"),
    `Authorization: basic ${Buffer.from(`x-access-token:${canary.secret}`).toString("base64")}`,
    Buffer.from(canary.secret).toString("hex"),
  ];

  expect(dresses.map((text) => tracesIn("here", text, [canary]).length > 0)).toEqual(dresses.map(() => true));
  expect(tracesIn("here", "CANARY-github, but not the rest", [canary])).toEqual([]);
});

/** Those that senders also wrote into bodies; the others must not be in any file at all. */
const inBodies = ["github", "gitlabSigningToken", "ci", "team", "api token"];

/** Good, forged and broken deliveries, with secrets in headers, titles, texts, branches and commits. */
async function sendEverything(service: TestService, canaries: Canary[]): Promise<[string, string][]> {
  const answers: [string, string][] = [];
  const send = async (...args: Parameters<TestService["send"]>): Promise<number> => {
    const answer = await service.send(...args);
    answers.push([`answer to ${args[0]} ${args[1]}`, answer.text + JSON.stringify(answer.headers)]);
    return answer.status;
  };
  const padding = " A sentence to make the body long enough that it is compressed.".repeat(12);
  const statuses: number[] = [];
  for (const [index, { name, secret }] of canaries.entries()) {
    const number = index + 1;
    const encoded = Buffer.from(`ab${secret}`).toString("base64");
    statuses.push(
      await send("github", "pull_request", githubPullRequest({ number: 100 + number }), {
        headers: {
          "x-github-encoded-secret": Buffer.from(secret).toString("base64"),
          "x-github-secret": Buffer.from(secret).toString("base64url"),
        },
      }),
    );
    if (inBodies.includes(name))
      statuses.push(
        await send(
          "github",
          "pull_request",
          githubPullRequest({
            number,
            title: `Use ${secret} here`,
            body: `${secret} and ${encoded} and ${encodeURIComponent(secret)}${padding}`,
          }),
        ),
        await send("github", "push", githubPush({ message: `Add the key ${secret}\n\nToken: ${encoded}${padding}` })),
        await send(
          "gitlab",
          "Merge Request Hook",
          gitlabMergeRequest({ number, title: secret, body: encoded + padding }),
          { headers: { "x-gitlab-token": Buffer.from(secret).toString("base64") } },
        ),
        await send("github", "workflow_run", {
          ...(githubWorkflowRun({ run: number }) as { workflow_run: object }),
          workflow_run: {
            ...(githubWorkflowRun({ run: number }) as { workflow_run: object }).workflow_run,
            name: `build with ${secret}`,
            head_branch: secret.replaceAll(/[^\w-]/g, "") === secret ? secret : `try/${encoded}`,
          },
        }),
        await send("generic-ci", "", {
          ...genericRun({ run: number }),
          workflow_name: secret,
          url: `https://ci.example/?key=${encoded}`,
          note: padding,
        }),
        await send("circleci", "workflow-completed", circleciWorkflow({ run: number })),
        await send("github", "push", `{"broken": ${JSON.stringify(secret + padding)}, }`),
        await send("github", "pull_request", { ...githubPullRequest({ number }), action: secret }),
        await send("github", "star", { starred: secret, padding }),
        await send(
          "github",
          "pull_request",
          githubPullRequest({ number, title: `Of the team: ${secret}`, body: padding }),
          { path: "/api/webhooks/github/team", secrets: { github: ofTheTeam } },
        ),
        await send(
          "github",
          "pull_request",
          githubPullRequest({ number, title: `Signed with the one before: ${secret}`, body: padding }),
          { secrets: { github: previous } },
        ),
      );
    // Forged: the secret itself in place of a signature, and where else a confused sender might put it.
    await send("github", "push", githubPush(), {
      headers: { "x-hub-signature-256": `sha256=${Buffer.from(secret).toString("hex")}` },
    });
    await send("github", "push", githubPush(), {
      headers: { "x-hub-signature-256": Buffer.from(secret).toString("base64") },
    });
    await send("github", "push", githubPush(), {
      headers: {
        "x-github-event": Buffer.from(secret).toString("hex"),
        "x-hub-signature": Buffer.from(secret).toString("base64"),
      },
    });
    await send(
      "gitlab",
      "Push Hook",
      {},
      { headers: { "webhook-signature": `v1,${Buffer.from(secret).toString("base64")}` } },
    );
    await send("github", "push", githubPush(), { path: `/api/webhooks/github/${encodeURIComponent(secret)}` });
  }
  expect(statuses.filter((status) => status !== 202)).toEqual([]);
  return answers;
}

/** Every route, every row, and requests that are wrong in ways that quote what was asked. */
async function askEverything(service: TestService, canaries: Canary[]): Promise<[string, string][]> {
  const answers: [string, string][] = [];
  const get = async (path: string): Promise<{ data?: { id: number }[] }> => {
    const answer = await service.get(path);
    answers.push([
      path.length > 60 ? `${path.slice(0, 60)}…` : path,
      answer.text + JSON.stringify({ ...answer.headers, "set-cookie": undefined }),
    ]);
    return answer.headers["content-type"]?.includes("json") ? answer.json() : {};
  };
  for (const { path } of routes.filter((route) => route.method === "GET" && !route.path.includes(":"))) {
    const list = await get(`${path}${path.includes("status") || path.includes("activity") ? "" : "?limit=200"}`);
    // A row of events and decisions says what the list says.
    const rows = /events|decisions/.test(path) ? (list.data ?? []).slice(0, 5) : (list.data ?? []);
    for (const { id } of rows) await get(`${path}/${id}`);
  }
  for (let id = 1; id <= 30; id += 1) await get(`/api/v1/explanations/${id}`);
  for (const path of ["/", "/api/docs/", "/api/openapi.json", "/api/v1/nothing"]) await get(path);
  for (const { secret } of canaries) {
    const text = encodeURIComponent(secret);
    for (const path of [
      `/api/v1/explanations/${text}`,
      `/api/v1/prs/${text}`,
      `/api/v1/prs?cursor=${text}`,
      `/api/v1/prs?since=${text}`,
      `/api/v1/prs?state=${text}`,
      `/api/v1/${text}`,
      `/sign-in?code=${text}`,
    ])
      await get(path);
  }
  return answers;
}

async function runEverything(service: TestService, canaries: Canary[]): Promise<[string, string][]> {
  const commands = [
    ["prs", "--all"],
    ["prs", "--all", "--csv"],
    ["runs", "--all", "--ndjson"],
    ["deliveries", "--all", "--json"],
    ["deliveries", "show", "1"],
    ["deliveries", "show", "7", "--body"],
    ["deliveries", "replay", "8"],
    ["why", "1"],
    ["why", "7"],
    ["config"],
    ["config", "--json"],
    ["why", canaries[0]?.secret ?? ""],
  ];
  const answers: [string, string][] = [];
  for (const command of commands) {
    const { stdout, stderr } = await service.cli(...command);
    answers.push([
      `pullwright ${command[0]} ${command[1] === canaries[0]?.secret ? "…" : (command[1] ?? "")}`,
      stdout + stderr,
    ]);
  }
  return answers;
}

/** Command line of the service, and command line and environment of whatever it started; where the system shows them (Linux). */
function processesOf(service: number): { place: string; text: string }[] {
  if (!existsSync("/proc/self/stat")) return [];
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === service);
  return [
    { place: "command line of the service", text: readFileSync(`/proc/${service}/cmdline`, "latin1") },
    ...children.flatMap((pid) =>
      ["cmdline", "environ"].map((what) => ({
        place: `${what} of a child`,
        text: readFileSync(`/proc/${pid}/${what}`, "latin1"),
      })),
    ),
  ];
}

function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return null;
  }
}

async function runAgainst(databaseUrl: string) {
  await using folder = await temporaryDirectory();
  return await runPullwright(["start"], {
    directory: folder.path,
    environment: { PULLWRIGHT_DATABASE_URL: databaseUrl, PULLWRIGHT_APP_PORT: "0", PULLWRIGHT_RECEIVER_PORT: "0" },
  });
}
