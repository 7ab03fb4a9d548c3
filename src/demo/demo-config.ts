import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Config, SecretOrigin, WorkerConfig } from "../config.ts";
import type { SenderSecrets } from "./outgoing-delivery.ts";

/** Secrets for one run, known to nobody else. */
export function makeSecrets(): SenderSecrets {
  const text = (): string => randomBytes(24).toString("base64url");
  return {
    github: text(),
    gitlabSigningToken: `whsec_${randomBytes(32).toString("base64")}`,
    ci: text(),
    circleci: text(),
  };
}

/** Where the demo's work goes: its own forge, and the program that does the work. */
export type DemoWork = {
  apiBaseUrl: string;
  caFile: string;
  token: string;
  agent: { command: string; args: string[] };
  /** Reads a prompt and writes an answer. */
  reviewer: { command: string; args: string[] };
};

/**
 * The configuration as the demo needs it: its own folder and embedded store whatever the environment names, its own secrets, its own forge and agent (or
 * nobody who works, without them), and the configured ports where they are free, else free ones. Nothing of the person's own sources, databases, forges and
 * programs is touched.
 */
export async function demoConfig(
  config: Config,
  dataDir: string,
  secrets: SenderSecrets,
  work: DemoWork | null,
): Promise<Config> {
  const secret = (value: string): { current: SecretOrigin; previous: null } => ({
    current: { from: "the demo", place: { kind: "text", text: value, from: "the demo" }, read: () => value },
    previous: null,
  });
  return {
    ...config,
    // What is noted for later, as where the audit log ends, is of no use in a folder that goes with the demo, and would stand between its lines.
    logLevel: config.logLevel === "info" ? "warn" : config.logLevel,
    dataDir,
    baseUrl: null,
    secretsDir: join(dataDir, "secrets"),
    store: { engine: "sqlite", path: join(dataDir, "pullwright.db") },
    app: { ...config.app, port: await freePort(config.app) },
    receiver: { ...config.receiver, port: await freePort(config.receiver), allow: [], rateLimitPerMinute: 0 },
    githubListener: { ...config.githubListener, enabled: false },
    sources: [],
    github: { ...config.github, apiBaseUrl: null, owner: null, repo: null, app: null },
    gitlab: {
      ...config.gitlab,
      baseBranch: "main",
      remote: "origin",
      branchPrefix: "pullwright/",
      draft: true,
      apiBaseUrl: work?.apiBaseUrl ?? null,
      project: null,
    },
    git: { ...config.git, auth: "header", credentialHelper: false, sshKeyFile: null, knownHostsFile: null },
    caFile: work?.caFile ?? null,
    safety: {
      autoExecuteAfterPlan: work !== null,
      autoCreatePrAfterExecution: work !== null,
      autoReviewAfterPr: work !== null,
    },
    review: {
      agent: work === null ? null : "command",
      command: work?.reviewer.command ?? null,
      args: work?.reviewer.args ?? [],
      model: null,
      sandbox: "read-only",
      timeoutMs: 60_000,
      inlineCommentsMax: 6,
      inlinePriority: 2,
      isGating: false,
      reviewsForks: false,
      roundsMax: 10,
      usdPerPullRequestMax: 0,
      usdPerDayMax: 0,
    },
    agent: {
      ...config.agent,
      // Walls that there are are used all the same. The program is our own: where there are none, the story goes on and says so.
      needsSandbox: false,
      showPaths: [],
    },
    workers: {
      execute_plan: worker(work === null ? null : { ...work.agent, environment: {} }, work !== null),
      create_pull_request: worker(null, work !== null),
      review_pull_request: worker(null, work !== null),
    },
    secrets: {
      githubWebhook: secret(secrets.github),
      gitlabWebhook: { current: null, previous: null },
      gitlabSigningToken: secret(secrets.gitlabSigningToken),
      ciWebhook: secret(secrets.ci),
      circleciWebhook: secret(secrets.circleci),
      githubToken: { current: null, previous: null },
      gitlabToken: work === null ? { current: null, previous: null } : secret(work.token),
      openaiApiKey: { current: null, previous: null },
      anthropicApiKey: { current: null, previous: null },
    },
  };
}

function worker(program: WorkerConfig["program"], enabled: boolean): WorkerConfig {
  return { enabled, instances: 1, timeoutMs: 120_000, attemptsMax: 3, program };
}

/** The port itself when nobody listens there, else 0, which means any. Whoever takes it meanwhile gets the service's own message. */
function freePort({ host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(0));
    probe.listen({ host, port }, () => probe.close(() => resolve(port)));
  });
}
