import { expect, test } from "vitest";
import { buildConfig, type ConfigFlags } from "./config.ts";

const build = (given: { env?: Record<string, string>; yaml?: string; flags?: ConfigFlags }) =>
  buildConfig(given.flags ?? {}, given.env ?? {}, () => given.yaml ?? null);
const refusal = (given: Parameters<typeof build>[0]): string => {
  try {
    build(given);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "accepted";
};

test("without any setting, everything has its default and the store is a file in the data directory", () => {
  const config = build({});

  expect(config.app).toEqual({ host: "127.0.0.1", port: 8095, allowedHosts: [] });
  expect(config.receiver.port).toBe(8096);
  expect(config.store).toEqual({ engine: "sqlite", path: `${config.dataDir}/pullwright.db` });
});

test("the command line stands above the environment, that above the file, that above the default", () => {
  const yaml = "app:\n  port: 1\nreceiver:\n  port: 1\n  host: 10.0.0.1\n";

  const config = build({
    yaml,
    env: { PULLWRIGHT_RECEIVER_PORT: "2", PULLWRIGHT_RECEIVER_HOST: "10.0.0.2" },
    flags: { values: { "receiver.host": "10.0.0.3" } },
  });

  expect([config.app.port, config.receiver.port, config.receiver.host]).toEqual([1, 2, "10.0.0.3"]);
  expect(
    config.provenance
      .filter(({ key }) => ["app.port", "receiver.port", "receiver.host", "app.host"].includes(key))
      .map(({ from }) => from),
  ).toEqual(["default", "pullwright.yaml:2:9 app.port", "command line", "PULLWRIGHT_RECEIVER_PORT"]);
});

test("an unknown key is refused with its line and the nearest known one", () => {
  expect(refusal({ yaml: "app:\n  prot: 80\n" })).toBe(
    "pullwright.yaml:2:3: app.prot is not a setting. The nearest is app.port.",
  );
  expect(refusal({ yaml: "recever: {}\n" })).toContain(
    "pullwright.yaml:1:1: recever is not a setting. The nearest is receiver",
  );
  expect(refusal({ yaml: "app: 80\n" })).toContain("pullwright.yaml:1:1: app is a group of settings");
});

test("a value of the wrong form is refused with the name of where it stands", () => {
  for (const port of ["1e3", " 5 ", "0x10", "NaN", "5s", "-1", "65536", "08"])
    expect(refusal({ env: { PULLWRIGHT_APP_PORT: port } })).toContain("PULLWRIGHT_APP_PORT");
  expect(refusal({ yaml: 'app:\n  port: "80"\n' })).toContain("pullwright.yaml:2:9 app.port");
  expect(refusal({ env: { PULLWRIGHT_LOG_LEVEL: "loud" } })).toContain("one of debug, info");
  expect(refusal({ yaml: "base_url: ftp://x\n" })).toContain("http or https");
  expect(refusal({ yaml: "app: [\n" })).toContain("pullwright.yaml:2:1");
  expect(refusal({ yaml: "app:\n  port: 1\napp:\n  port: 2\n" })).toContain("unique");
});

test("a string in YAML stays a string, whatever it looks like", () => {
  const yaml =
    'sources:\n  acme:\n    provider: github\n    secret_ref: "0123456789012345"\n    repositories: [acme/web, acme/1.10]\n';

  expect(build({ yaml }).sources).toEqual([
    { name: "acme", provider: "github", secretRef: "0123456789012345", repositories: ["acme/web", "acme/1.10"] },
  ]);
});

test("a source that is not well described is refused with its line", () => {
  expect(refusal({ yaml: "sources:\n  acme:\n    provider: bitbucket\n    secret_ref: s\n" })).toContain(
    "pullwright.yaml:3:5 sources.acme.provider",
  );
  expect(refusal({ yaml: "sources:\n  acme:\n    provider: github\n    secret: hunter2hunter2\n" })).toMatch(
    /sources\.acme/,
  );
  expect(refusal({ yaml: "sources:\n  github:\n    provider: github\n    secret_ref: s\n" })).toContain(
    "not one of github, gitlab, ci",
  );
  expect(refusal({ yaml: "sources:\n  acme:\n    provider: github\n    secret_ref: ../s\n" })).toContain(
    "name in the secrets directory",
  );
});

test("secrets are never among the values, and the older systems' names are read last", () => {
  const config = build({
    env: {
      PULLWRIGHT_GITHUB_WEBHOOK_SECRET: "canary-one",
      PULLWRIGHT_GITHUB_WEBHOOK_SECRET_PREVIOUS: "canary-two",
      GITHUB_WEBHOOK_SECRET: "canary-three",
      STACKUNDERFLOW_CI_WEBHOOK_SECRET: "canary-four",
      PULLWRIGHT_DATABASE_URL: "postgres://u:canary-five@h/d",
    },
  });

  expect(JSON.stringify(config.provenance)).not.toContain("canary");
  expect(config.secrets.githubWebhook.current?.read()).toBe("canary-one");
  expect(config.secrets.githubWebhook.previous?.read()).toBe("canary-two");
  expect(config.secrets.ciWebhook.current).toMatchObject({ from: "STACKUNDERFLOW_CI_WEBHOOK_SECRET" });
});

test("a secret that no header can carry is refused without being shown", () => {
  const config = build({ env: { PULLWRIGHT_GITHUB_WEBHOOK_SECRET: "line one\nline two" } });

  expect(() => config.secrets.githubWebhook.current?.read()).toThrow(
    /PULLWRIGHT_GITHUB_WEBHOOK_SECRET holds line breaks/,
  );
  expect(() => config.secrets.githubWebhook.current?.read()).not.toThrow(/line one/);
});

test("a variable in our name that means nothing is said aloud", () => {
  expect(build({ env: { PULLWRIGHT_GITHUB_WEBHOK_SECRET: "x" } }).warnings).toEqual([
    "PULLWRIGHT_GITHUB_WEBHOK_SECRET is not a setting of this version; the nearest is PULLWRIGHT_GITHUB_WEBHOOK_SECRET.",
  ]);
});

test("a file that --config names must be there", () => {
  expect(refusal({ flags: { configPath: "other.yaml" } })).toContain("other.yaml cannot be read");
});

test("a name of an older system is read last of all, and named", () => {
  const config = build({
    env: {
      SPRINTER_GITHUB_OWNER: "acme",
      SPRINTER_GITHUB_BASE_BRANCH: "develop",
      GITHUB_ACCESS_TOKEN: "token-of-the-seed",
    },
    yaml: "github:\n  base_branch: trunk\n",
  });

  expect([config.github.owner, config.github.baseBranch]).toEqual(["acme", "trunk"]);
  expect(config.provenance).toContainEqual({ key: "github.owner", value: "acme", from: "SPRINTER_GITHUB_OWNER" });
  expect(config.secrets.githubToken.current?.from).toBe("GITHUB_ACCESS_TOKEN");
});

test("a program that does the work sees the variables that are named, and no other", () => {
  const config = build({
    env: { OPENAI_API_KEY: "key", GITHUB_TOKEN: "token", PULLWRIGHT_WORKERS_EXECUTE_PLAN_INSTANCES: "3" },
    yaml: "workers:\n  execute_plan:\n    command: /opt/agent\n    args: [--fast, two words]\n    environment: [OPENAI_API_KEY, NOT_SET]\n",
  });

  expect(config.workers.execute_plan).toEqual({
    enabled: true,
    instances: 3,
    timeoutMs: 1_800_000,
    attemptsMax: 3,
    program: { command: "/opt/agent", args: ["--fast", "two words"], environment: { OPENAI_API_KEY: "key" } },
  });
});

test("a credential goes over plain http to this machine alone", () => {
  expect(build({ env: { PULLWRIGHT_GITHUB_API_BASE_URL: "http://127.0.0.1:4001/api/v3/" } }).github.apiBaseUrl).toBe(
    "http://127.0.0.1:4001/api/v3",
  );
  expect(refusal({ env: { PULLWRIGHT_GITLAB_API_BASE_URL: "http://gitlab.example.com/api/v4" } })).toContain(
    "loopback",
  );
  expect(refusal({ env: { PULLWRIGHT_GITHUB_API_BASE_URL: "https://user:pass@ghe.example.com" } })).toContain(
    "without a user",
  );
  expect(refusal({ env: { PULLWRIGHT_GITHUB_APP_ID: "12" } })).toContain("belong together");
});
