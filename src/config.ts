import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { PullwrightError } from "./domain/error.ts";
import type { WebhookProvider } from "./domain/delivery.ts";
import { isLoopbackHost } from "./domain/loopback.ts";
import { nearest } from "./config/nearest.ts";
import { readYaml, type YamlFile } from "./config/read-yaml.ts";
import {
  databaseUrlEnv,
  secretSettings,
  type Setting,
  type SettingKey,
  settings,
  type SecretSetting,
} from "./config/settings.ts";
import type { AgentName } from "./domain/agent-name.ts";
import { type CommandType, commandTypes } from "./domain/command.ts";
import type { Priority } from "./domain/review.ts";
import { parseEnvValue, parseYamlValue } from "./config/values.ts";
import { readSecretFile, readSecretPlace, type SecretPlace } from "./config/secret-files.ts";
import type { StoreLocation } from "./store/open-store.ts";

/** A source of webhooks with its own path, secret and repositories: `sources.<name>` in pullwright.yaml. */
export type ConfiguredSource = { name: string; provider: WebhookProvider; secretRef: string; repositories: string[] };

/** Where a secret comes from; the value is read when it is used. */
export type SecretOrigin = { from: string; place: SecretPlace; read: () => string };

/** All settings, frozen. Secrets are apart and never among the values. */
export type Config = {
  dataDir: string;
  logLevel: string;
  baseUrl: string | null;
  app: { host: string; port: number; allowedHosts: string[] };
  receiver: { host: string; port: number; allow: string[]; rateLimitPerMinute: number };
  githubListener: { enabled: boolean; host: string; port: number; path: string };
  github: ForgeConfig & {
    owner: string | null;
    repo: string | null;
    app: { id: string; privateKeyFile: string } | null;
  };
  gitlab: ForgeConfig & { project: string | null };
  git: {
    authorName: string;
    authorEmail: string;
    auth: "header" | "askpass";
    credentialHelper: boolean;
    sshKeyFile: string | null;
    knownHostsFile: string | null;
  };
  /** Certificate authorities besides the usual ones, for forges' APIs and git. */
  caFile: string | null;
  /** Seed 001's protocol: what a worker that is started by hand or by an orchestrator is told by its environment. */
  workerProtocol: { commandId: string | null; workflowId: string | null; resultPath: string | null };
  /** Of the environment what every program that we start gets to see. */
  childEnvironment: { PATH?: string; HOME?: string; LANG?: string; TMPDIR?: string };
  safety: { autoExecuteAfterPlan: boolean; autoCreatePrAfterExecution: boolean; autoReviewAfterPr: boolean };
  review: ReviewConfig;
  agent: AgentConfig;
  workers: Record<CommandType, WorkerConfig>;
  sources: ConfiguredSource[];
  store: StoreLocation;
  secretsDir: string;
  secrets: Record<SecretSetting["name"], { current: SecretOrigin | null; previous: SecretOrigin | null }>;
  /** Each setting's value as people may see it, and where it came from. */
  provenance: { key: string; value: string; from: string }[];
  /** What is odd but not wrong, for the log. */
  warnings: string[];
};

/** What both forges have. */
export type ForgeConfig = {
  baseBranch: string;
  remote: string;
  branchPrefix: string;
  draft: boolean;
  apiBaseUrl: string | null;
  requestTimeoutMs: number;
};

/** How pull requests are reviewed, and by whom; nobody unless `agent` is set. */
export type ReviewConfig = {
  agent: AgentName | null;
  /** The program, or where the agent's command line is. */
  command: string | null;
  args: string[];
  model: string | null;
  /** What the reviewer may do; there is nothing else to choose. */
  sandbox: "read-only";
  timeoutMs: number;
  inlineCommentsMax: number;
  inlinePriority: Priority;
  isGating: boolean;
  reviewsForks: boolean;
  roundsMax: number;
  /** 0 is no limit. */
  usdPerPullRequestMax: number;
  usdPerDayMax: number;
};

/** What surrounds an agent. */
export type AgentConfig = {
  needsSandbox: boolean;
  showPaths: string[];
  openaiBaseUrl: string;
  anthropicBaseUrl: string;
};

/** How commands of one type are performed here. */
export type WorkerConfig = {
  enabled: boolean;
  instances: number;
  timeoutMs: number;
  attemptsMax: number;
  /** A program instead of the built-in worker, with what it may see of the environment. */
  program: { command: string; args: string[]; environment: Record<string, string> } | null;
};

/** What the command line says; it stands above the environment. */
export type ConfigFlags = { configPath?: string; dataDir?: string; values?: Record<string, string> };

/** The configuration of this process. The only reader of its environment. */
export function loadConfig(flags: ConfigFlags): Config {
  return buildConfig(flags, process.env, (path) => (existsSync(path) ? readFileSync(path, "utf8") : null));
}

/**
 * Environment over pullwright.yaml over defaults, checked as a whole. Throws CONFIG_INVALID naming the key, where it stands, and the nearest
 * known one. Reads no secret: it says where each is.
 */
export function buildConfig(
  flags: ConfigFlags,
  env: Readonly<Record<string, string | undefined>>,
  readFile: (path: string) => string | null,
): Config {
  const path = flags.configPath ?? env["PULLWRIGHT_CONFIG"] ?? "pullwright.yaml";
  const text = readFile(path);
  if (text === null && flags.configPath !== undefined)
    throw new PullwrightError("CONFIG_INVALID", `${path} cannot be read. --config names a file that must be there.`);
  const yaml = readYaml(text ?? "", path);
  yaml.refuseUnknownKeys(settings.map((setting) => setting.key));

  const provenance: Config["provenance"] = [];
  // The setting's type has been checked against its description; the caller says what that is in TypeScript.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  const value = <T>(key: SettingKey): T => {
    const setting = settings.find((candidate) => candidate.key === key) as Setting;
    const found = findValue(setting, flags, env, yaml);
    provenance.push({ key, value: show(found.value), from: found.from });
    return found.value as T;
  };

  const forgeConfig = (forge: "github" | "gitlab"): ForgeConfig => ({
    baseBranch: value(`${forge}.base_branch`),
    remote: value(`${forge}.remote`),
    branchPrefix: value(`${forge}.branch_prefix`),
    draft: value(`${forge}.draft_pr`),
    apiBaseUrl: checkApiUrl(value(`${forge}.api_base_url`), `${forge}.api_base_url`),
    requestTimeoutMs: 1000 * value<number>(`${forge}.request_timeout_seconds`),
  });
  const workerConfig = (type: CommandType): WorkerConfig => {
    const command = value<string | null>(`workers.${type}.command`);
    const args = value<string[]>(`workers.${type}.args`);
    const names = value<string[]>(`workers.${type}.environment`);
    const environment = Object.fromEntries(
      names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    );
    return {
      enabled: value(`workers.${type}.enabled`),
      instances: value(`workers.${type}.instances`),
      timeoutMs: 1000 * value<number>(`workers.${type}.timeout_seconds`),
      attemptsMax: value(`workers.${type}.max_attempts`),
      program: command === null ? null : { command, args, environment },
    };
  };

  const dataDir = resolve(expandHome(value<string>("data_dir")));
  const config: Config = {
    dataDir,
    logLevel: value("log_level"),
    baseUrl: value("base_url"),
    app: { host: value("app.host"), port: value("app.port"), allowedHosts: value("app.allowed_hosts") },
    receiver: {
      host: value("receiver.host"),
      port: value("receiver.port"),
      allow: value("receiver.allow"),
      rateLimitPerMinute: value("receiver.rate_limit_per_minute"),
    },
    githubListener: {
      enabled: value("webhook_servers.github.enabled"),
      host: value("webhook_servers.github.host"),
      port: value("webhook_servers.github.port"),
      path: value("webhook_servers.github.path"),
    },
    github: {
      ...forgeConfig("github"),
      owner: value("github.owner"),
      repo: value("github.repo"),
      app: githubApp(value("github.app_id"), value("github.app_private_key_file")),
    },
    gitlab: { ...forgeConfig("gitlab"), project: value("gitlab.project") },
    git: {
      authorName: value("git.author_name"),
      authorEmail: value("git.author_email"),
      auth: value("git.auth"),
      credentialHelper: value("git.credential_helper"),
      sshKeyFile: value("git.ssh_key_file"),
      knownHostsFile: value("git.known_hosts_file"),
    },
    caFile: value("ca_file"),
    workerProtocol: {
      commandId: protocolValue("COMMAND_ID", env),
      workflowId: protocolValue("WORKFLOW_ID", env),
      resultPath: protocolValue("RESULT_PATH", env),
    },
    childEnvironment: Object.fromEntries(
      ["PATH", "HOME", "LANG", "TMPDIR"].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    safety: {
      autoExecuteAfterPlan: value("safety.auto_execute_after_plan"),
      autoCreatePrAfterExecution: value("safety.auto_create_pr_after_execution"),
      autoReviewAfterPr: value("safety.auto_review_after_pr"),
    },
    review: {
      agent: value("review.agent"),
      command: value("review.command"),
      args: value("review.args"),
      model: value("review.model"),
      sandbox: value("review.sandbox"),
      timeoutMs: 1000 * value<number>("review.timeout_seconds"),
      inlineCommentsMax: value("review.inline_comments_max"),
      inlinePriority: Number(value<string>("review.inline_priority").slice(1)) as Priority,
      isGating: value("review.gating"),
      reviewsForks: value("review.forks"),
      roundsMax: value("review.rounds_max"),
      usdPerPullRequestMax: value("review.usd_per_pull_request_max"),
      usdPerDayMax: value("review.usd_per_day_max"),
    },
    agent: {
      needsSandbox: value("agent.sandbox") === "required",
      showPaths: value("agent.show_paths"),
      openaiBaseUrl: checkApiUrl(value("agent.openai_base_url"), "agent.openai_base_url") ?? "",
      anthropicBaseUrl: checkApiUrl(value("agent.anthropic_base_url"), "agent.anthropic_base_url") ?? "",
    },
    workers: Object.fromEntries(commandTypes.map((type) => [type, workerConfig(type)])) as Config["workers"],
    sources: yaml.sources(),
    store: storeLocation(dataDir, env),
    secretsDir: join(dataDir, "secrets"),
    secrets: Object.fromEntries(
      secretSettings.map((setting) => [
        setting.name,
        { current: secretOrigin(setting, "", env), previous: secretOrigin(setting, "_PREVIOUS", env) },
      ]),
    ) as Config["secrets"],
    provenance,
    warnings: unknownVariables(env),
  };
  provenance.push({
    key: "store",
    value: config.store.engine === "sqlite" ? config.store.path : "PostgreSQL (URL not shown)",
    from: config.store.engine === "sqlite" ? "data_dir" : databaseUrlEnv,
  });
  for (const { env: name, name: secret } of secretSettings) {
    const { current, previous } = config.secrets[secret];
    provenance.push({
      key: name,
      value: current === null ? "not set" : previous === null ? "set" : "set, with a previous one",
      from: current?.from ?? "—",
    });
  }
  for (const source of config.sources)
    provenance.push({
      key: `sources.${source.name}`,
      value: `${source.provider}, secret ${source.secretRef}, ${source.repositories.join(" ") || "any repository"}`,
      from: path,
    });
  return Object.freeze(config);
}

function findValue(
  setting: Setting,
  flags: ConfigFlags,
  env: Readonly<Record<string, string | undefined>>,
  yaml: YamlFile,
): { value: unknown; from: string } {
  const flagged = setting.key === "data_dir" ? flags.dataDir : flags.values?.[setting.key];
  if (flagged !== undefined)
    return { value: parseEnvValue(setting, flagged, `the command line's ${setting.key}`), from: "command line" };
  const fromEnv = env[setting.env];
  if (fromEnv !== undefined && fromEnv !== "")
    return { value: parseEnvValue(setting, fromEnv, setting.env), from: setting.env };
  for (const alias of setting.aliases ?? []) {
    const text = env[alias];
    // Below the file: an older system's name is the last to be asked.
    if (text !== undefined && text !== "" && yaml.get(setting.key) === undefined)
      return { value: parseEnvValue(setting, text, alias), from: alias };
  }
  const node = yaml.get(setting.key);
  if (node !== undefined) return { value: parseYamlValue(setting, node.value, node.where), from: node.where };
  return { value: setting.fallback, from: "default" };
}

/** Ours, else the seed's. */
function protocolValue(name: string, env: Readonly<Record<string, string | undefined>>): string | null {
  return env[`PULLWRIGHT_WORKER_${name}`] || env[`SPRINTER_WORKER_${name}`] || null;
}

/** A credential goes over plain http to this machine alone. */
function checkApiUrl(url: string | null, key: string): string | null {
  if (url === null || url.startsWith("https://") || isLoopbackHost(new URL(url).host))
    return url?.replace(/\/+$/, "") ?? null;
  throw new PullwrightError("CONFIG_INVALID", `${key}: plain http is for loopback addresses only; write https://…`);
}

function githubApp(id: string | null, privateKeyFile: string | null): Config["github"]["app"] {
  if (id === null && privateKeyFile === null) return null;
  if (id !== null && privateKeyFile !== null) return { id, privateKeyFile };
  throw new PullwrightError(
    "CONFIG_INVALID",
    "github.app_id and github.app_private_key_file belong together; one of them is missing.",
  );
}

function storeLocation(dataDir: string, env: Readonly<Record<string, string | undefined>>): StoreLocation {
  const file = env[`${databaseUrlEnv}_FILE`];
  const url = env[databaseUrlEnv] || (file ? readSecretFile(file, `${databaseUrlEnv}_FILE`) : undefined);
  if (url === undefined) return { engine: "sqlite", path: join(dataDir, "pullwright.db") };
  if (!/^postgres(ql)?:\/\//.test(url))
    throw new PullwrightError(
      "CONFIG_INVALID",
      `${databaseUrlEnv} does not start with postgres://. Leave it out for the embedded store.`,
    );
  return { engine: "postgres", url };
}

/** A secret in the environment, in a file that the environment names, or under a name that an older system used. */
function secretOrigin(
  setting: SecretSetting,
  suffix: "" | "_PREVIOUS",
  env: Readonly<Record<string, string | undefined>>,
): SecretOrigin | null {
  const candidates = suffix === "" ? [setting.env, ...setting.aliases] : [`${setting.env}${suffix}`];
  for (const name of candidates) {
    const direct = env[name];
    if (direct !== undefined && direct !== "") return secretAt({ kind: "text", text: direct, from: name });
    const file = env[`${name}_FILE`];
    if (file !== undefined && file !== "") return secretAt({ kind: "file", path: file, from: `${name}_FILE` });
  }
  return null;
}

function secretAt(place: SecretPlace): SecretOrigin {
  return { from: place.from, place, read: () => readSecretPlace(place) };
}

/** Variables in our name that mean nothing here are said aloud: a slip of the pen must not look like a setting. */
function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const secrets = secretSettings.flatMap(({ env: name }) => [
    name,
    `${name}_FILE`,
    `${name}_PREVIOUS`,
    `${name}_PREVIOUS_FILE`,
  ]);
  const known = [
    ...settings.map((setting) => setting.env),
    ...secrets,
    databaseUrlEnv,
    `${databaseUrlEnv}_FILE`,
    "PULLWRIGHT_CONFIG",
    ...["COMMAND_ID", "COMMAND_TYPE", "WORKFLOW_ID", "RESULT_PATH"].map((name) => `PULLWRIGHT_WORKER_${name}`),
  ];
  return Object.keys(env)
    .filter((name) => name.startsWith("PULLWRIGHT_") && !known.includes(name))
    .map((name) => `${name} is not a setting of this version; the nearest is ${nearest(name, known)}.`);
}

function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}

function show(value: unknown): string {
  if (value === null) return "not set";
  return Array.isArray(value) ? value.join(" ") || "none" : `${value as string | number | boolean}`;
}
