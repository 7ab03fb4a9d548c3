import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runPullwright } from "../support/pullwright-process.ts";
import { githubPullRequest } from "../support/sample-payloads.ts";
import { startTestService } from "../support/service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

test.each([
  {
    what: "an unknown key",
    yaml: "log_level: info\nreceiver:\n  prot: 8096\n",
    says: ["pullwright.yaml:3:3", "receiver.prot", "receiver.port"],
  },
  {
    what: "a value of another kind",
    yaml: "receiver:\n  port: eighty\n",
    says: ["pullwright.yaml:2", "receiver.port", "whole number from 0 to 65535"],
  },
  { what: "no YAML", yaml: "a: [1,\n", says: ["pullwright.yaml:"] },
  {
    what: "a source without a secret's name",
    yaml: "sources:\n  team:\n    provider: github\n",
    says: ["sources.team", "secret_ref"],
  },
  {
    what: "a secret where none belongs",
    yaml: "sources:\n  team:\n    provider: github\n    secret_ref: team\n    secret: hunter22\n",
    says: ["sources.team"],
  },
])("a configuration with $what is refused, with the key and the line", async ({ yaml, says }) => {
  await using folder = await temporaryDirectory();
  writeFileSync(join(folder.path, "pullwright.yaml"), yaml);

  const { code, stdout, stderr } = await runPullwright(["start"], { directory: folder.path });

  for (const words of says) expect(stderr).toContain(words);
  expect(stderr).toContain("(CONFIG_INVALID)");
  expect(stderr).not.toContain("hunter22");
  expect(stderr).not.toContain("    at ");
  expect(stdout).toBe("");
  expect(code).toBe(1);
});

test.each([
  { variable: "PULLWRIGHT_RECEIVER_PORT", value: " 5 " },
  { variable: "PULLWRIGHT_DATABASE_URL", value: "mysql://root:hunter22@db/x" },
])('the environment\'s $variable may not be "$value"', async ({ variable, value }) => {
  await using folder = await temporaryDirectory();

  const { code, stderr } = await runPullwright(["config"], {
    directory: folder.path,
    environment: { [variable]: value },
  });

  expect(code).toBe(1);
  expect(stderr).toContain(variable);
  expect(stderr).not.toContain("hunter22");
});

test("`config` says what is in force and where it came from, warns of slips of the pen, and never prints a secret", async () => {
  await using folder = await temporaryDirectory();
  writeFileSync(
    join(folder.path, "pullwright.yaml"),
    "receiver:\n  port: 9001\nsources:\n  team:\n    provider: github\n    secret_ref: team\n    repositories: [acme/web]\n",
  );
  mkdirSync(join(folder.path, "data", "secrets"), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder.path, "data", "secrets", "team"), "the-teams-own-secret", { mode: 0o600 });
  const environment = {
    PULLWRIGHT_DATA_DIR: join(folder.path, "data"),
    PULLWRIGHT_APP_PORT: "9002",
    PULLWRIGHT_GITHUB_WEBHOOK_SECRET: "a-secret-in-the-environment",
    PULLWRIGHT_GITHUB_WEBHOOK_SECRET_PREVIOUS: "the-secret-before-it",
    PULLWRIGHT_DATABASE_URL: "postgres://somebody:password-of-the-database@db.example/pullwright",
    PULLWRIGHT_RECIEVER_PORT: "1",
  };

  const text = await runPullwright(["config"], { directory: folder.path, environment });
  const json = await runPullwright(["config", "--json"], { directory: folder.path, environment });

  expect(text.code).toBe(0);
  expect(text.stdout).toMatch(/receiver\.port +9001 +\(.*pullwright\.yaml:2/);
  expect(text.stdout).toMatch(/app\.port +9002 +\(PULLWRIGHT_APP_PORT\)/);
  expect(text.stdout).toMatch(/PULLWRIGHT_GITHUB_WEBHOOK_SECRET +set, with a previous one/);
  expect(text.stdout).toMatch(/sources\.team +github, secret team, acme\/web/);
  expect(text.stderr).toContain(
    "PULLWRIGHT_RECIEVER_PORT is not a setting of this version; the nearest is PULLWRIGHT_RECEIVER_PORT",
  );
  expect(JSON.parse(json.stdout).settings).toContainEqual({
    key: "app.port",
    value: "9002",
    from: "PULLWRIGHT_APP_PORT",
  });
  for (const secret of ["a-secret-in", "the-secret-before", "password-of", "the-teams-own"])
    expect(text.stdout + text.stderr + json.stdout + json.stderr).not.toContain(secret);
});

test("a source of its own takes what its secret signed, about its repositories only, and a rotated secret counts at once", async () => {
  await using service = await startTestService({
    yaml: "sources:\n  team:\n    provider: github\n    secret_ref: team\n    repositories: [acme/web]\n",
  });
  const path = "/api/webhooks/github/team";
  const secrets = join(service.dataDir, "secrets");

  const before = await service.send("github", "pull_request", githubPullRequest(), { path });
  mkdirSync(secrets, { mode: 0o700 });
  writeFileSync(join(secrets, "team"), "first-secret\n", { mode: 0o600 });
  const withFirst = await untilOther(before.status, () =>
    service.send("github", "pull_request", githubPullRequest(), { path, secrets: { github: "first-secret" } }),
  );
  const withTheDefault = await service.send("github", "pull_request", githubPullRequest(), { path });
  const stranger = await service.send(
    "github",
    "pull_request",
    githubPullRequest({ slug: "acme/other", repositoryId: 9 }),
    { path, secrets: { github: "first-secret" } },
  );
  writeFileSync(join(secrets, "team"), "second-secret\n", { mode: 0o600 });
  const withSecond = await untilOther(403, () =>
    service.send("github", "pull_request", githubPullRequest(), { path, secrets: { github: "second-secret" } }),
  );
  const elsewhere = await service.send("github", "pull_request", githubPullRequest(), {
    path: "/api/webhooks/github/nobody",
  });
  await service.digested();
  const dead = (await service.get("/api/v1/deliveries?state=dead")).json().data;

  expect([before.status, before.json().detail.error_code]).toEqual([503, "SOURCE_NOT_CONFIGURED"]);
  expect([withFirst.status, withTheDefault.status, stranger.status, withSecond.status]).toEqual([202, 403, 202, 202]);
  expect([elsewhere.status, elsewhere.json().detail.error_code]).toEqual([404, "SOURCE_NOT_FOUND"]);
  expect(dead.map((row: { delivery_id: string; dead_code: string }) => [row.delivery_id, row.dead_code])).toEqual([
    [stranger.deliveryId, "REPO_NOT_BOUND"],
  ]);
});

/** A secret's file is read again within a second. */
async function untilOther<Answer extends { status: number }>(
  status: number,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer.status !== status) return answer;
  }
}
