import type { Config, SecretOrigin } from "./config.ts";
import type { FindSource, Source, SourceSecrets } from "./receive/source.ts";
import { readSecretRef } from "./config/secret-files.ts";

/** A source as people see it: with its path, and whether a secret is there. */
export type ListedSource = Source & { path: string; isConfigured: () => boolean };

export type WebhookSources = { find: FindSource; list: ListedSource[] };

/** How long a secret that was read counts as fresh. A rotated file counts within this time; a file is not read for each of thousands of requests. */
const freshMs = 1000;

/** What is heard of secrets while the process runs: `secretsRead` when a source has other ones than before, `unreadable` when a reading fails after one that did not. */
export type SecretListener = {
  secretsRead: (secrets: string[]) => void;
  unreadable: (source: string, error: unknown) => void;
};

/**
 * The sources that may send: one for each provider by the environment's secrets, and those of pullwright.yaml with their own. A secret that
 * cannot be read counts as none: its source then refuses everything until it can be.
 */
export function createWebhookSources(config: Config, now: () => number, on: SecretListener): WebhookSources {
  const { secrets } = config;
  const list: ListedSource[] = [
    source("github", "github", () => ({ ...none, hmac: valuesOf(secrets.githubWebhook) })),
    source("gitlab", "gitlab", () => ({
      ...none,
      plainTokens: valuesOf(secrets.gitlabWebhook),
      signingTokens: valuesOf(secrets.gitlabSigningToken),
    })),
    source("ci", "ci", () => ({
      ...none,
      hmac: valuesOf(secrets.ciWebhook),
      circleci: valuesOf(secrets.circleciWebhook),
    })),
    ...config.sources.map(({ name, provider, secretRef }) =>
      source(name, provider, () => secretsOfRef(provider, config.secretsDir, secretRef)),
    ),
  ];
  const byName = new Map(list.map((entry) => [entry.name, entry]));
  return {
    list,
    find: (provider, name) => {
      const found = byName.get(name ?? provider);
      return found?.provider === provider && (name === undefined || found.path.endsWith(`/${name}`))
        ? found
        : undefined;
    },
  };

  function source(name: string, provider: Source["provider"], read: () => SourceSecrets): ListedSource {
    let kept: SourceSecrets = none;
    let keptUntil = -Infinity;
    let wasReadable = true;
    const current = (): SourceSecrets => {
      if (now() < keptUntil) return kept;
      const before = JSON.stringify(kept);
      try {
        kept = read();
        wasReadable = true;
      } catch (error) {
        kept = none;
        if (wasReadable) on.unreadable(name, error);
        wasReadable = false;
      }
      keptUntil = now() + freshMs;
      if (JSON.stringify(kept) !== before) on.secretsRead(Object.values(kept).flat());
      return kept;
    };
    const path = name === provider ? `/api/webhooks/${provider}` : `/api/webhooks/${provider}/${name}`;
    return {
      name,
      provider,
      path,
      secrets: current,
      isConfigured: () => Object.values(current()).some((values) => values.length > 0),
    };
  }
}

const none: SourceSecrets = { hmac: [], plainTokens: [], signingTokens: [], circleci: [] };

function valuesOf(origins: { current: SecretOrigin | null; previous: SecretOrigin | null }): string[] {
  if (origins.current === null) return [];
  return [origins.current.read(), ...(origins.previous === null ? [] : [origins.previous.read()])];
}

/** `<ref>` and, while a rotation lasts, `<ref>.previous`. GitLab's signing tokens are known by how they start. */
function secretsOfRef(provider: Source["provider"], directory: string, ref: string): SourceSecrets {
  const values = [readSecretRef(directory, ref), ...readIfThere(directory, `${ref}.previous`)];
  if (provider === "github") return { ...none, hmac: values };
  if (provider === "ci") return { ...none, hmac: values, circleci: values };
  return {
    ...none,
    signingTokens: values.filter((value) => value.startsWith("whsec_")),
    plainTokens: values.filter((value) => !value.startsWith("whsec_")),
  };
}

function readIfThere(directory: string, ref: string): string[] {
  try {
    return [readSecretRef(directory, ref)];
  } catch {
    return [];
  }
}

/** All values that are secret, for redaction. What cannot be read cannot leak. */
export function secretValues(sources: WebhookSources): string[] {
  return [...new Set(sources.list.flatMap((source) => Object.values(source.secrets()).flat()))];
}
