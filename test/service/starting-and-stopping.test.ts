import { connect, createServer } from "node:net";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { signed } from "../../src/demo/outgoing-delivery.ts";
import { openEventStream } from "../support/event-stream-client.ts";
import { httpRequest } from "../support/http-request.ts";
import { runPullwright, startPullwright } from "../support/pullwright-process.ts";
import { githubPullRequest } from "../support/sample-payloads.ts";
import { startTestService } from "../support/service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const freePorts = { PULLWRIGHT_APP_PORT: "0", PULLWRIGHT_RECEIVER_PORT: "0" };

test("what a service keeps is readable by its owner only", async () => {
  await using service = await startTestService();

  const modes = Object.fromEntries(
    ["", "api-token", "pullwright.db"].map((name) => [
      name,
      (statSync(join(service.dataDir, name)).mode & 0o777).toString(8),
    ]),
  );

  expect(modes).toEqual({ "": "700", "api-token": "600", "pullwright.db": "600" });
});

test("a service that starts again accepts soon, keeps its token, and knows what it was told", async () => {
  await using service = await startTestService();
  await service.send("github", "pull_request", githubPullRequest({ number: 1 }));
  const token = service.token;
  await service.stop();

  const begun = performance.now();
  await service.restart();
  const answer = await service.send("github", "pull_request", githubPullRequest({ number: 2 }));
  const untilAcceptedMs = performance.now() - begun;
  await service.digested();

  process.stdout.write(
    `A second start accepted its first delivery after ${Math.round(untilAcceptedMs)} ms (promised: 2,000).\n`,
  );
  expect(answer.status).toBe(202);
  expect(untilAcceptedMs).toBeLessThan(20_000);
  expect(service.token).toBe(token);
  expect((await service.get("/api/v1/prs")).json().data).toHaveLength(2);
});

test("a stop waits neither for those who only listen nor for those who never finish", async () => {
  await using service = await startTestService();
  await using stream = await openEventStream(service.appUrl, { authorization: `Bearer ${service.token}` });
  const port = Number(new URL(service.receiverUrl).port);
  const idle = connect(port, "127.0.0.1");
  const slow = connect(port, "127.0.0.1");
  await Promise.all([once(idle, "connect"), once(slow, "connect")]);
  const { headers, path } = signed(
    { sender: "github", event: "push", deliveryId: crypto.randomUUID(), hookId: "1", body: "{}" },
    service.secrets,
    new Date(),
  );
  slow.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n${Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join("")}\r\n{"half":`,
  );
  for (const socket of [idle, slow]) socket.on("error", () => {});

  const begun = performance.now();
  const { code, signal } = await service.stop();
  const stopMs = performance.now() - begun;
  await stream.ended;

  process.stdout.write(`A stop with a half-sent delivery took ${Math.round(stopMs)} ms (promised: 10,000).\n`);
  expect([code, signal]).toEqual([0, null]);
  expect(stopMs).toBeLessThan(10_000);
});

test("a second Ctrl-C, a while after the first, does not wait any longer", async () => {
  await using service = await startTestService();
  const slow = connect(Number(new URL(service.receiverUrl).port), "127.0.0.1");
  slow.on("error", () => {});
  await once(slow, "connect");
  slow.write("POST /api/webhooks/github HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n");

  process.kill(service.pid, "SIGINT");
  const again = setInterval(() => process.kill(service.pid, "SIGINT"), 1100);
  const { code } = await service.ended();
  clearInterval(again);

  expect([0, 130]).toContain(code);
});

test("ready says when the service takes deliveries, and both listeners say it", async () => {
  await using service = await startTestService();

  const answers = await Promise.all(
    [service.receiverUrl, service.appUrl].flatMap((url) =>
      ["/health", "/ready", "/webhooks/github/health"].map((path) => httpRequest(url + path)),
    ),
  );

  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200, 200, 200]);
  expect(answers[2]?.json()).toEqual({
    status: "healthy",
    webhook_secret_configured: true,
    github_token_configured: false,
  });
});

test("a service that only receives has no dashboard and no API", async () => {
  await using folder = await temporaryDirectory();
  const receiver = startPullwright(["ingest", "webhook", "serve", "--port", "0", "--path", "/hook"], {
    directory: folder.path,
    environment: { PULLWRIGHT_GITHUB_WEBHOOK_SECRET: "s3cret-of-the-test", PULLWRIGHT_LOG_LEVEL: "warn" },
  });
  await receiver.firstLine;
  await new Promise<void>((resolve) => {
    const look = (): void =>
      void (/Webhooks +http/.test(receiver.stdout()) ? resolve() : receiver.child.stdout?.once("data", look));
    look();
  });
  const url = /Webhooks +(http:\S+)/.exec(receiver.stdout())?.[1] ?? "";

  const answers = await Promise.all(
    ["/health", "/", "/api/v1/prs", "/api/docs"].map((path) => httpRequest(url + path)),
  );
  const unsigned = await httpRequest(`${url}/hook`, { method: "POST", body: "{}" });
  receiver.kill("SIGTERM");
  const ended = await receiver.ended;

  expect(answers.map((answer) => answer.status)).toEqual([200, 404, 404, 404]);
  expect(unsigned.status).toBe(403);
  expect(ended.code).toBe(0);
});

test("a port that is in use is named, and the program ends with 1", async () => {
  await using folder = await temporaryDirectory();
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const port = String((other.address() as { port: number }).port);

  const receiver = await runPullwright(["start"], {
    directory: folder.path,
    environment: { ...freePorts, PULLWRIGHT_RECEIVER_PORT: port },
  });
  const app = await runPullwright(["start"], {
    directory: folder.path,
    environment: { ...freePorts, PULLWRIGHT_APP_PORT: port },
  });
  other.close();

  for (const { code, stdout, stderr } of [receiver, app]) {
    expect(stderr).toContain(`Port ${port} on 127.0.0.1 is in use`);
    expect(stderr).toContain("(PORT_IN_USE)");
    expect(stderr).not.toContain("    at ");
    expect(stdout).toBe("");
    expect(code).toBe(1);
  }
});

test("two first starts at once on one data directory agree on a token, both serve, and each delivery is digested once", async () => {
  await using folder = await temporaryDirectory();
  const environment = {
    ...freePorts,
    PULLWRIGHT_DATA_DIR: join(folder.path, "data"),
    PULLWRIGHT_LOG_LEVEL: "warn",
    PULLWRIGHT_GITHUB_WEBHOOK_SECRET: "s3cret-of-the-test",
  };

  const both = [1, 2].map(() => startPullwright(["start", "--json"], { directory: folder.path, environment }));
  const addresses = (await Promise.all(both.map((one) => one.firstLine))).map(
    (line) => JSON.parse(line) as { appUrl: string; receiverUrl: string },
  );
  const token = readFileSync(join(folder.path, "data", "api-token"), "utf8").trim();
  const answers = await Promise.all(
    addresses.map(({ appUrl }) =>
      httpRequest(`${appUrl}/api/v1/status`, { headers: { authorization: `Bearer ${token}` } }),
    ),
  );
  const sent = await Promise.all(
    Array.from({ length: 40 }, (_, index) => {
      const body = JSON.stringify(githubPullRequest({ number: index + 1 }));
      const { path, headers } = signed(
        { sender: "github", event: "pull_request", deliveryId: crypto.randomUUID(), hookId: "1", body },
        { github: "s3cret-of-the-test", gitlabSigningToken: "whsec_", ci: "", circleci: "" },
        new Date(),
      );
      return httpRequest(`${addresses[index % 2]?.receiverUrl}${path}`, { method: "POST", headers, body });
    }),
  );
  for (;;) {
    const answer = await httpRequest(`${addresses[0]?.appUrl}/api/v1/deliveries?state=received`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (answer.headers["x-total-count"] === "0") break;
  }
  const events = await httpRequest(`${addresses[1]?.appUrl}/api/v1/events?limit=200`, {
    headers: { authorization: `Bearer ${token}` },
  });
  for (const one of both) one.kill("SIGTERM");
  const ended = await Promise.all(both.map((one) => one.ended));

  expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
  expect(sent.map((answer) => answer.status)).toEqual(Array.from({ length: 40 }, () => 202));
  expect(events.json().data).toHaveLength(40);
  expect(ended.map((one) => one.code)).toEqual([0, 0]);
});

test("a database that a newer version has written is not touched", async () => {
  await using service = await startTestService();
  await service.stop();
  const database = new DatabaseSync(join(service.dataDir, "pullwright.db"));
  const table = String(
    database.prepare("select name from sqlite_master where type = 'table' and name like '%migration%'").get()?.["name"],
  );
  const columns = database
    .prepare(`select * from ${table} limit 1`)
    .columns()
    .map((column) => column.name);
  const row = database.prepare(`select * from ${table} order by 1 desc limit 1`).get() ?? {};
  const newer = Object.fromEntries(
    columns.map((name) => [
      name,
      typeof row[name] === "string" && row[name].startsWith("0") ? "9999-from-the-future" : (row[name] ?? null),
    ]),
  );
  database
    .prepare(`insert into ${table} (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`)
    .run(...Object.values(newer));
  database.close();

  const { code, stderr } = await service.cli("start");

  expect(stderr).toContain("(DATABASE_TOO_NEW)");
  expect(code).toBe(1);
});

test("a data directory that cannot be one is said in a sentence", async () => {
  await using folder = await temporaryDirectory();
  writeFileSync(join(folder.path, "file"), "");

  const { code, stderr } = await runPullwright(["start"], {
    directory: folder.path,
    environment: { ...freePorts, PULLWRIGHT_DATA_DIR: join(folder.path, "file") },
  });

  expect(code).toBe(1);
  expect(stderr).toContain(join(folder.path, "file"));
  expect(stderr).not.toContain("    at ");
});

test("a listing before the first start says that there is no store yet, and makes none", async () => {
  await using folder = await temporaryDirectory();

  const { code, stderr } = await runPullwright(["prs"], {
    directory: folder.path,
    environment: { PULLWRIGHT_DATA_DIR: join(folder.path, "data") },
  });

  expect(code).toBe(1);
  expect(stderr).toContain("There is no store at");
  expect(existsSync(join(folder.path, "data"))).toBe(false);
});
