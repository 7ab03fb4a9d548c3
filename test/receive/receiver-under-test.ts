import { EventEmitter, once } from "node:events";
import type { WebhookProvider } from "../../src/domain/delivery.ts";
import type { ErrorCode } from "../../src/domain/error.ts";
import { createListener } from "../../src/receive/listener.ts";
import type { ListenerLimits } from "../../src/receive/listener.ts";
import { createReceiver } from "../../src/receive/receiver.ts";
import type { ReceiverDeps } from "../../src/receive/receiver.ts";
import type { SourceSecrets } from "../../src/receive/source.ts";
import { createInMemoryStore } from "./in-memory-store.ts";
import type { InMemoryStore } from "./in-memory-store.ts";
import { openConnection, requestBytes } from "./raw-connection.ts";
import type { RawAnswer } from "./raw-connection.ts";

export const noSecrets: SourceSecrets = { hmac: [], plainTokens: [], signingTokens: [], circleci: [] };

/** A receiver with its listener on a free port, and everything that a test may turn. */
export type ReceiverUnderTest = {
  port: number;
  store: InMemoryStore;
  /** By provider for the default sources, by `provider/name` for the others; may be changed while it runs. */
  secrets: Record<string, SourceSecrets>;
  /** The receiver's clock stands still until it is moved. */
  now: Date;
  refused: { source: string; code: ErrorCode; address: string; at: string }[];
  stored: { deliveryId: string; outcome: string; secretUsed: string }[];
  exposed: string[];
  failures: unknown[];
  /** Resolves when the next request has been let in by its path and source, so that its body is about to be read or waits for room. */
  nextAdmission: () => Promise<unknown>;
  post: (
    path: string,
    headers: Record<string, string> | [string, string][],
    body: Uint8Array | string,
  ) => Promise<RawAnswer>;
  stop: () => Promise<void>;
};

export async function startReceiver(
  options: { deps?: Partial<ReceiverDeps>; limits?: ListenerLimits; extraGithubPath?: string } = {},
): Promise<ReceiverUnderTest> {
  const store = createInMemoryStore();
  const admissions = new EventEmitter();
  const under: Omit<ReceiverUnderTest, "port" | "stop" | "post"> = {
    store,
    secrets: { github: { ...noSecrets, hmac: ["mysecret"] } },
    now: new Date("2026-05-01T12:00:00.000Z"),
    refused: [],
    stored: [],
    exposed: [],
    failures: [],
    nextAdmission: () => once(admissions, "admission"),
  };
  const receive = createReceiver({
    sources(provider: WebhookProvider, name) {
      const key = name === undefined ? provider : `${provider}/${name}`;
      const secrets = under.secrets[key];
      if (secrets === undefined) return undefined;
      admissions.emit("admission");
      return { name: name ?? provider, provider, secrets: () => under.secrets[key] ?? noSecrets };
    },
    accept: store.accept,
    clock: () => under.now,
    health: { ready: async () => ({ ready: true }), githubTokenConfigured: () => false },
    onRefused: (refused) => under.refused.push(refused),
    onStored: (delivery, outcome) =>
      under.stored.push({ deliveryId: delivery.deliveryId, outcome: outcome.kind, secretUsed: delivery.secretUsed }),
    onSecretExposed: (source) => under.exposed.push(source),
    onFailed: (cause) => under.failures.push(cause),
    ...options.deps,
  });
  const listener = createListener({ host: "127.0.0.1", port: 0, limits: options.limits ?? {} }, (request, response) =>
    receive(request, response, options.extraGithubPath),
  );
  const { port } = await listener.start();

  async function post(
    path: string,
    headers: Record<string, string> | [string, string][],
    body: Uint8Array | string,
  ): Promise<RawAnswer> {
    const connection = openConnection(port);
    connection.write(requestBytes({ path, headers: Array.isArray(headers) ? headers : Object.entries(headers), body }));
    const answer = await connection.answer();
    connection.socket.destroy();
    return answer;
  }

  return Object.assign(under, { port, post, stop: listener.stop });
}

/** The code in an error body; the whole shape is checked on the way. */
export function errorCode(answer: RawAnswer): string {
  const body = JSON.parse(answer.body) as { detail: { error_code: string; message: string; retryable: boolean } };
  const { error_code, message, retryable } = body.detail;
  if (
    Object.keys(body).join() !== "detail" ||
    typeof message !== "string" ||
    message === "" ||
    typeof retryable !== "boolean"
  )
    throw new Error(`Not an error body: ${answer.body}`);
  return `${answer.status} ${error_code}`;
}
