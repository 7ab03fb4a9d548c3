import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Sender, type SenderSecrets, signed } from "../../src/demo/outgoing-delivery.ts";
import { type HttpAnswer, type HttpQuestion, httpRequest } from "./http-request.ts";
import {
  type Ended,
  type ProcessPlace,
  type PullwrightProcess,
  runPullwright,
  startPullwright,
} from "./pullwright-process.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export type TestServiceOptions = {
  /** PostgreSQL instead of the file in the data directory. */
  databaseUrl?: string;
  /** Over what the service has anyway: its ports, its secrets, a quiet log. */
  environment?: Record<string, string>;
  /** The text of its pullwright.yaml. */
  yaml?: string;
  secrets?: Partial<SenderSecrets>;
  nodeArguments?: string[];
  wrapper?: string[];
};

export type SendOverrides = {
  deliveryId?: string;
  hookId?: string;
  secrets?: Partial<SenderSecrets>;
  headers?: Record<string, string>;
  path?: string;
  url?: string;
};

export type SendAnswer = HttpAnswer & { deliveryId: string };

/** The real service in a process of its own, as `pullwright start` runs it, on free ports and in a folder of its own. */
export type TestService = AsyncDisposable & {
  readonly appUrl: string;
  readonly receiverUrl: string;
  /** Works once. */
  readonly signInUrl: string;
  readonly token: string;
  readonly dataDir: string;
  readonly pid: number;
  readonly secrets: SenderSecrets;
  /** Posts to the receiver as this sender would, signed. A text or bytes as payload go out as they are. */
  send: (
    sender: Sender,
    event: string,
    payload: object | string | Uint8Array,
    overrides?: SendOverrides,
  ) => Promise<SendAnswer>;
  /** Asks the app with the bearer token. */
  get: (path: string, headers?: Record<string, string>) => Promise<HttpAnswer>;
  /** Asks the app with these headers and no other. */
  ask: (path: string, question?: HttpQuestion) => Promise<HttpAnswer>;
  /** Returns when no delivery waits to be digested any more. */
  digested: (msMax?: number) => Promise<void>;
  /** Runs a command beside the service, on its data directory and with its environment. */
  cli: (...args: string[]) => Promise<Ended>;
  /** What has been printed on standard error, by all processes of this service so far. */
  log: () => string;
  /** SIGTERM, and the end. */
  stop: () => Promise<Ended>;
  /** Resolves when the process has ended, by itself or not. */
  ended: () => Promise<Ended>;
  /** SIGKILL for the process and all that it started. */
  kill9: () => Promise<void>;
  /** Starts again on the same data and the same ports; with other arguments for Node where they are given. */
  restart: (changed?: { nodeArguments: string[] }) => Promise<void>;
  place: ProcessPlace;
};

const lookMs = 20;
const digestMsMax = 55_000;

export async function startTestService(options: TestServiceOptions = {}): Promise<TestService> {
  const folder = await temporaryDirectory();
  const dataDir = join(folder.path, "data");
  const secrets = { ...makeSecrets(), ...options.secrets };
  if (options.yaml !== undefined) writeFileSync(join(folder.path, "pullwright.yaml"), options.yaml);
  mkdirSync(join(folder.path, "home"));
  const place: ProcessPlace = {
    directory: folder.path,
    environment: {
      PULLWRIGHT_DATA_DIR: dataDir,
      PULLWRIGHT_APP_PORT: "0",
      PULLWRIGHT_RECEIVER_PORT: "0",
      PULLWRIGHT_LOG_LEVEL: "warn",
      PULLWRIGHT_GITHUB_WEBHOOK_SECRET: secrets.github,
      PULLWRIGHT_GITLAB_SIGNING_TOKEN: secrets.gitlabSigningToken,
      PULLWRIGHT_CI_WEBHOOK_SECRET: secrets.ci,
      PULLWRIGHT_CIRCLECI_WEBHOOK_SECRET: secrets.circleci,
      ...(options.databaseUrl === undefined ? {} : { PULLWRIGHT_DATABASE_URL: options.databaseUrl }),
      ...options.environment,
    },
  };
  const started: ProcessPlace = {
    ...place,
    ...(options.nodeArguments === undefined ? {} : { nodeArguments: options.nodeArguments }),
    ...(options.wrapper === undefined ? {} : { wrapper: options.wrapper }),
  };
  let logBefore = "";
  let running: PullwrightProcess;
  let addresses: { appUrl: string; receiverUrl: string; signInUrl: string };
  let token = "";

  async function start(ports: Record<string, string>, changed: { nodeArguments?: string[] } = {}): Promise<void> {
    running = startPullwright(["start", "--json"], {
      ...started,
      ...changed,
      environment: { ...started.environment, ...ports },
    });
    addresses = JSON.parse(await running.firstLine) as typeof addresses;
    token = readFileSync(join(dataDir, "api-token"), "utf8").trim();
  }

  const ask = (path: string, question: HttpQuestion = {}): Promise<HttpAnswer> =>
    httpRequest(`${addresses.appUrl}${path}`, question);
  const get = (path: string, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
    ask(path, { headers: { authorization: `Bearer ${token}`, ...headers } });

  try {
    await start({});
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw error;
  }

  return {
    get appUrl() {
      return addresses.appUrl;
    },
    get receiverUrl() {
      return addresses.receiverUrl;
    },
    get signInUrl() {
      return addresses.signInUrl;
    },
    get token() {
      return token;
    },
    get pid() {
      return running.pid;
    },
    dataDir,
    secrets,
    place,
    async send(sender, event, payload, overrides = {}) {
      const body = typeof payload === "string" || payload instanceof Uint8Array ? payload : JSON.stringify(payload);
      const deliveryId = overrides.deliveryId ?? crypto.randomUUID();
      const hookId = overrides.hookId ?? (sender === "github" ? "480001" : "0b1c7a52");
      const { path, headers } = signed(
        { sender, event, deliveryId, hookId, body },
        { ...secrets, ...overrides.secrets },
        new Date(),
      );
      const answer = await httpRequest(`${overrides.url ?? addresses.receiverUrl}${overrides.path ?? path}`, {
        method: "POST",
        headers: { ...headers, ...overrides.headers },
        body,
      });
      return { ...answer, deliveryId };
    },
    ask,
    get,
    async digested(msMax = digestMsMax) {
      const deadline = performance.now() + msMax;
      for (;;) {
        const answer = await get("/api/v1/deliveries?state=received&limit=1");
        if (answer.headers["x-total-count"] === "0") return;
        if (performance.now() > deadline)
          throw new Error(
            `Still ${String(answer.headers["x-total-count"])} deliveries wait to be digested. The log says:\n${running.stderr().slice(-3000)}`,
          );
        await wait(lookMs);
      }
    },
    cli: (...args) => runPullwright(args, place),
    log: () => logBefore + running.stderr(),
    async stop() {
      running.kill("SIGTERM");
      return running.ended;
    },
    ended: () => running.ended,
    async kill9() {
      running.kill("SIGKILL");
      await running.ended;
    },
    async restart(changed) {
      running.kill("SIGTERM");
      await running.ended;
      logBefore += running.stderr();
      await start(
        {
          PULLWRIGHT_APP_PORT: new URL(addresses.appUrl).port,
          PULLWRIGHT_RECEIVER_PORT: new URL(addresses.receiverUrl).port,
        },
        changed,
      );
    },
    async [Symbol.asyncDispose]() {
      running.kill("SIGTERM");
      const gone = await Promise.race([running.ended.then(() => true), wait(15_000, false, { ref: false })]);
      if (!gone) running.kill("SIGKILL");
      await running.ended;
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Secrets that nobody else knows, in the forms that the senders use. */
function makeSecrets(): SenderSecrets {
  const text = (): string => randomBytes(24).toString("base64url");
  return {
    github: text(),
    gitlabSigningToken: `whsec_${randomBytes(32).toString("base64")}`,
    ci: text(),
    circleci: text(),
  };
}
