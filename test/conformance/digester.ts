import { doNothing } from "../../src/decide/policy.ts";
import type { ArrivedDelivery } from "../../src/domain/delivery.ts";
import type { DigestDeps } from "../../src/flow.ts";
import { normalise } from "../../src/normalise/normalise.ts";
import type { Normaliser } from "../../src/normalise/normaliser.ts";
import { createQueueClock } from "../../src/queue/queue-clock.ts";
import { createRedact } from "../../src/redact/redact.ts";
import type { Store } from "../../src/store/store.ts";
import { acmeWeb, githubPullRequestPayload } from "../outcome/github-words.ts";
import { arrived } from "./delivery.ts";

/** What one call of the digester may take. */
export const limits = { deliveries: 50, bodyBytes: 10_000_000 };
/** Stands for a process that ends here and never comes back. */
export const hang = new Error("The process was killed here");
export const start = Date.parse("2026-01-02T03:00:00.000Z");

/** A clock that stands still, so many seconds after the tests began. */
export function laterBy(seconds: number): () => Date {
  return () => new Date(start + seconds * 1000);
}

/** A digester as the engine has it; it asks the normaliser itself, without a thread. */
export function digester(store: Store, say: Partial<DigestDeps> = {}): DigestDeps {
  return {
    store,
    normaliser: { normalise: async (batch) => batch.map(normalise), close: async () => {} },
    boundRepositories: () => undefined,
    redact: createRedact([]),
    clock: laterBy(0),
    queueClock: createQueueClock(store.engine, { clock: say.clock ?? laterBy(0), steadyMs: () => 0 }),
    policy: doNothing,
    owner: "digester",
    ...say,
  };
}

/** Understands everything, but one delivery in a way that no table takes. */
export function breakingRecording(deliveryId: string): Normaliser {
  const number = Number(deliveryId.replace("opened-", ""));
  return {
    normalise: async (batch) =>
      batch.map((input) => {
        const result = normalise(input);
        if (result.kind === "understood" && isAbout(input.body, number))
          for (const fact of result.event.facts) Object.assign(fact, { state: "nonsense" });
        return result;
      }),
    close: async () => {},
  };
}

/** Whether a payload is about the pull request of this number. */
export function isAbout(body: Uint8Array, number: number): boolean {
  return (JSON.parse(Buffer.from(body).toString()) as { number?: number }).number === number;
}

/** The delivery of an opened pull request; `say` what matters to the test. */
export function pullRequestOpened(
  number: number,
  { repository = acmeWeb, minute = 0, source = "github", deliveryId = `opened-${number}` } = {},
): ArrivedDelivery {
  const updatedAt = new Date(start + minute * 60_000).toISOString();
  const payload = githubPullRequestPayload(repository, {
    action: "opened",
    number,
    updatedAt,
    headSha: "a".repeat(40),
  });
  return arrived({ source, deliveryId, event: "pull_request", body: JSON.stringify(payload) });
}

/** How each delivery ended, by its id. */
export async function endingsOf(store: Store): Promise<Record<string, string>> {
  const { rows } = await store.deliveries.list({}, { limit: 200, after: null });
  return Object.fromEntries(
    rows.map((row) => [row.delivery_id, row.dead_code === null ? row.state : `${row.state} ${row.dead_code}`]),
  );
}

/** Every reason that was given for a delivery. */
export async function becauseOf(store: Store, deliveryId: string): Promise<string[]> {
  const [row] = await store.deliveries.findByDeliveryId(deliveryId);
  return (await store.decisions.ofDelivery(row?.id ?? 0)).map(
    ({ rule, verdict, because }) => `${rule} ${verdict}: ${because}`,
  );
}
