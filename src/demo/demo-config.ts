import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Config, SecretOrigin } from "../config.ts";
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

/**
 * The configuration as the demo needs it: its own folder and embedded store whatever the environment names, its own secrets, and the configured
 * ports where they are free, else free ones. Nothing of the person's own sources and databases is touched.
 */
export async function demoConfig(config: Config, dataDir: string, secrets: SenderSecrets): Promise<Config> {
  const secret = (value: string): { current: SecretOrigin; previous: null } => ({
    current: { from: "the demo", place: { kind: "text", text: value, from: "the demo" }, read: () => value },
    previous: null,
  });
  return {
    ...config,
    dataDir,
    baseUrl: null,
    secretsDir: join(dataDir, "secrets"),
    store: { engine: "sqlite", path: join(dataDir, "pullwright.db") },
    app: { ...config.app, port: await freePort(config.app) },
    receiver: { ...config.receiver, port: await freePort(config.receiver), allow: [], rateLimitPerMinute: 0 },
    githubListener: { ...config.githubListener, enabled: false },
    sources: [],
    secrets: {
      githubWebhook: secret(secrets.github),
      gitlabWebhook: { current: null, previous: null },
      gitlabSigningToken: secret(secrets.gitlabSigningToken),
      ciWebhook: secret(secrets.ci),
      circleciWebhook: secret(secrets.circleci),
      githubToken: { current: null, previous: null },
      gitlabToken: { current: null, previous: null },
    },
  };
}

/** The port itself when nobody listens there, else 0, which means any. Whoever takes it meanwhile gets the service's own message. */
function freePort({ host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(0));
    probe.listen({ host, port }, () => probe.close(() => resolve(port)));
  });
}
