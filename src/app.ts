import { fileURLToPath } from "node:url";
import type { Config } from "./config.ts";
import { readableSecrets } from "./config/readable-secrets.ts";
import { workOptionsOf } from "./config/work-options.ts";
import { instantOf, systemClock } from "./domain/clock.ts";
import type { ChangedTopic, Engine } from "./engine/engine.ts";
import { startEngineThread } from "./engine/start-engine-thread.ts";
import { readText } from "./engine/read-text.ts";
import { readOrMakeApiToken } from "./config/own-secret.ts";
import { type AppServer, startAppServer } from "./http/app-server.ts";
import { createLog, type Log } from "./log.ts";
import { type OperationName, operations } from "./operations/operations.ts";
import { type Caller, perform, performDepsOf } from "./operations/perform.ts";
import type { ServiceState } from "./operations/service-state.ts";
import { createReceiver, type Receive } from "./receive/receiver.ts";
import { createListener, type Listener } from "./receive/listener.ts";
import { createAllowList } from "./receive/allow-list.ts";
import { createRateLimit } from "./receive/rate-limit.ts";
import { createRefusalCounts, type RefusalCounts } from "./receive/refusal-counts.ts";
import { createLiveRedact } from "./redact/live-redact.ts";
import type { Redact } from "./redact/redact.ts";
import { redactDeep } from "./redact/redact-deep.ts";
import { openStore } from "./store/open-store.ts";
import type { Store } from "./store/store.ts";
import { readVersion } from "./version.ts";
import { createWebhookSources, secretValues, type WebhookSources } from "./webhook-sources.ts";

/** A running service and where it is reached. */
export type RunningService = {
  appUrl: string | null;
  receiverUrl: string;
  githubListenerUrl: string | null;
  signInLink: () => string | null;
  sources: WebhookSources;
  setup: () => ServiceState["setup"];
  /** Takes no new request, finishes what is begun, closes the store; at most ten seconds. */
  stop: () => Promise<void>;
};

export type ServiceParts = {
  /** False for a receiver alone: webhook paths, health, and the digester. */
  app: boolean;
  /** A path for GitHub's webhooks besides the usual ones. */
  receiverPath?: string;
  /** Called when the service cannot go on; the process should end with an error. */
  onDied: (error: Error) => void;
};

/** Who is still sending when the service stops is cut off in time for the rest of a stop that takes ten seconds at most; senders come again. */
const listenerLimits = { stopMsMax: 5_000 };

/** Builds everything and starts it in order: store and digester, then what listens. The only place that constructs. */
export async function startService(config: Config, parts: ServiceParts): Promise<RunningService> {
  const token = parts.app ? readOrMakeApiToken(config.dataDir) : null;
  const { redact, learn } = createLiveRedact([...(token === null ? [] : [token]), ...databaseSecrets(config)]);
  const log = createLog({ level: config.logLevel, redact });
  const heard = { secrets: (secrets: string[]) => learn(secrets) };
  const sources = createWebhookSources(config, () => performance.now(), {
    secretsRead: (secrets) => heard.secrets(secrets),
    unreadable: (source, error) =>
      log.error(
        { source, err: error },
        `The secret of source ${source} cannot be read; the source refuses everything until it can`,
      ),
  });
  const secrets = [
    ...secretValues(sources),
    ...readableSecrets(config),
    ...(token === null ? [] : [token]),
    ...databaseSecrets(config),
  ];
  learn(secrets);
  for (const warning of config.warnings) log.warn({}, warning);

  const on = { changed: (_topics: ChangedTopic[]) => {} };
  const options = {
    store: config.store,
    boundRepositories: boundRepositories(config),
    work: workOptionsOf(config),
  };
  const engine = await startEngineThread(
    { options, secrets, logLevel: config.logLevel },
    { changed: (topics) => on.changed(topics), learned: learn, died: parts.onDied },
  );
  heard.secrets = (rotated) => {
    learn(rotated);
    engine
      .learn(rotated)
      .catch((error: unknown) => log.error({ err: error }, "The engine did not hear of a rotated secret"));
  };
  const refusals = createRefusalCounts(systemClock);
  const receive = buildReceiver(config, { engine, sources, refusals, log });
  const startedAt = instantOf(systemClock());
  const state = (): ServiceState => ({
    version: readVersion(),
    startedAt,
    sources: sources.list.map((source) => ({
      name: source.name,
      provider: source.provider,
      path: source.path,
      configured: source.isConfigured(),
      refused: refusals.of(source.name),
    })),
    setup: whatIsMissing(sources),
  });

  const receiver = createListener(
    { host: config.receiver.host, port: config.receiver.port, limits: listenerLimits },
    (request, response) => receive(request, response, parts.receiverPath),
  );
  const { githubListener } = config;
  const github = githubListener.enabled
    ? createListener(
        { host: githubListener.host, port: githubListener.port, limits: listenerLimits },
        (request, response) => receive(request, response, githubListener.path),
      )
    : null;
  let app: AppServer | null = null;
  let store: Store | null = null;
  const stop = (): Promise<void> => stopInOrder([receiver, github], app, store, engine);
  try {
    const receiverAt = await receiver.start();
    const githubAt = (await github?.start()) ?? null;
    if (token !== null) {
      store = await openStore(config.store, "read");
      app = await startApp(config, { engine, store, token, redact, receive, state, log });
      on.changed = app.changed;
    }
    return {
      appUrl: app?.url ?? null,
      receiverUrl: receiverAt.url,
      githubListenerUrl: githubAt?.url ?? null,
      signInLink: () => app?.signInLink() ?? null,
      sources,
      setup: () => whatIsMissing(sources),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The URL holds a password, which may be printed without it. */
function databaseSecrets({ store }: Config): string[] {
  if (store.engine === "sqlite") return [];
  const { password } = new URL(store.url);
  return [store.url, ...(password === "" ? [] : [decodeURIComponent(password)])];
}

function boundRepositories(config: Config): Record<string, string[]> {
  return Object.fromEntries(
    config.sources
      .filter((source) => source.repositories.length > 0)
      .map((source) => [source.name, source.repositories.map((name) => name.toLowerCase())]),
  );
}

function buildReceiver(
  config: Config,
  built: { engine: Engine; sources: WebhookSources; refusals: RefusalCounts; log: Log },
): Receive {
  const { engine, sources, refusals, log } = built;
  const { allow, rateLimitPerMinute } = config.receiver;
  return createReceiver({
    sources: sources.find,
    accept: engine.accept,
    clock: systemClock,
    ...(allow.length === 0 ? {} : { allowList: createAllowList(allow) }),
    ...(rateLimitPerMinute === 0 ? {} : { rateLimit: createRateLimit(rateLimitPerMinute, () => performance.now()) }),
    health: {
      ready: engine.ready,
      githubTokenConfigured: () => config.secrets.githubToken.current !== null || config.github.app !== null,
    },
    onRefused: (refusal) => {
      refusals.add(refusal);
      log.debug(
        { source: refusal.source, code: refusal.code, address: refusal.address },
        `Refused a request to ${refusal.source}: ${refusal.code}`,
      );
    },
    onSecretExposed: (source) =>
      log.warn(
        { source },
        `GitHub sent the secret of ${source} in a header of its own (it did so from September 2025 to January 2026); rotate it`,
      ),
    onFailed: (cause) =>
      log.error({ err: cause }, "The receiver failed on a request; its sender was told to come again"),
    // Sixty of the largest bodies at once take their turns in this time; forges wait for ten seconds.
    bodyWaitMsMax: 8000,
    // PostgreSQL syncs several commits at once; SQLite has one writer.
    inboxLimits: { batchesInFlightMax: config.store.engine === "postgres" ? 3 : 2 },
  });
}

type AppParts = {
  engine: Engine;
  store: Store;
  token: string;
  redact: Redact;
  receive: Receive;
  state: () => ServiceState;
  log: Log;
};

async function startApp(
  config: Config,
  { engine, store, token, redact, receive, state, log }: AppParts,
): Promise<AppServer> {
  const readDeps = { ...performDepsOf(store, redact, workOptionsOf(config), readText), service: state };
  const performHere = async (name: OperationName, input: unknown, caller: Caller): Promise<unknown> =>
    redactDeep(
      operations[name].kind === "read"
        ? await perform(name, input, caller, readDeps)
        : await engine.perform(name, input, caller),
      redact,
    );
  return startAppServer(
    {
      host: config.app.host,
      port: config.app.port,
      allowedHosts: config.app.allowedHosts,
      baseUrl: config.baseUrl,
      token,
      version: readVersion(),
      webDirectory: fileURLToPath(new URL("../dist/web", import.meta.url)),
    },
    {
      perform: performHere,
      receiver: (request, response) => receive(request, response),
      events: {
        lastEventId: () => store.events.lastId(),
        eventsAfter: async (id, limit) => redactDeep(await store.events.since(id, limit), redact),
      },
      clock: systemClock,
      log,
      redact,
    },
  );
}

/** First what listens, so that nothing new comes; then what answers; the engine last, because all of them need it. */
async function stopInOrder(
  listeners: (Listener | null)[],
  app: AppServer | null,
  store: Store | null,
  engine: Engine,
): Promise<void> {
  await Promise.all([...listeners.map((listener) => listener?.stop()), app?.stop()]);
  await store?.close();
  await engine.stop();
}

/** What a person should do next, in sentences. */
function whatIsMissing(sources: WebhookSources): ServiceState["setup"] {
  const configured = sources.list.filter((source) => source.isConfigured());
  if (configured.length > 0) return [];
  return [
    {
      what: "No webhook secret is set, so nothing is accepted yet.",
      how: "Set PULLWRIGHT_GITHUB_WEBHOOK_SECRET (or PULLWRIGHT_GITLAB_SIGNING_TOKEN, PULLWRIGHT_CI_WEBHOOK_SECRET, PULLWRIGHT_CIRCLECI_WEBHOOK_SECRET) to a long random text and start again.",
    },
    {
      what: "No forge knows where to send.",
      how: "Add a webhook with the same secret and content type application/json at the repository; the receiver's address must be reachable for the forge, by a tunnel or a proxy.",
    },
  ];
}
