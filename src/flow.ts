import type { Clock } from "./domain/clock.ts";
import { instantOf } from "./domain/clock.ts";
import type { Decision } from "./domain/decision.ts";
import { PullwrightError, type ErrorCode } from "./domain/error.ts";
import type { NormalisedDelivery, NormalisedEvent } from "./domain/event.ts";
import { decide } from "./decide/decide.ts";
import type { Normaliser } from "./normalise/normaliser.ts";
import { recordEvent } from "./outcome/record-event.ts";
import { findRepository } from "./outcome/resolve-repository.ts";
import type { Redact } from "./redact/redact.ts";
import { redactEvent } from "./redact/redact-event.ts";
import type { DeliveryWithBody } from "./store/deliveries.ts";
import type { Store, StoreQueries } from "./store/store.ts";

/** Which repositories a source may speak of, by lower-case name; undefined when it is bound to none. */
export type BoundRepositories = (source: string) => ReadonlySet<string> | undefined;

export type DigestDeps = {
  store: Store;
  normaliser: Normaliser;
  boundRepositories: BoundRepositories;
  redact: Redact;
  clock: Clock;
  /** Who claims: `<host>/<process>/<random>`. */
  owner: string;
};

const leaseMs = 30_000;
const attemptsMax = 3;

/**
 * Digests the next few deliveries, each whole or not at all: claim, understand, then in one transaction record and decide. Returns how many
 * it took; 0 when none waits. However often it is called or killed, a delivery's facts are joined once.
 */
export async function digestNext(limits: { deliveries: number; bodyBytes: number }, deps: DigestDeps): Promise<number> {
  const now = deps.clock();
  const claimed = await deps.store.deliveries.claim({
    limit: limits.deliveries,
    bodyBytesMax: limits.bodyBytes,
    owner: deps.owner,
    now: instantOf(now),
    leaseUntil: instantOf(new Date(now.getTime() + leaseMs)),
  });
  if (claimed.length === 0) return 0;
  const understood = await deps.normaliser.normalise(claimed.map(asInput));
  const pairs = claimed.map((delivery, index) => ({ delivery, result: understood[index] ?? { kind: "crashed" as const, because: "no answer" } }));
  try {
    await deps.store.transaction(async (queries) => {
      for (const { delivery, result } of pairs) await digestOne(delivery, result, queries, deps);
    });
  } catch {
    // One of them breaks the batch: each by itself, so that it breaks only itself.
    for (const { delivery, result } of pairs) await digestAlone(delivery, result, deps);
  }
  return claimed.length;
}

function asInput(delivery: DeliveryWithBody) {
  return { provider: delivery.provider, event: delivery.event, contentType: delivery.content_type, headers: delivery.headers, body: delivery.body, receivedAt: delivery.received_at };
}

type Understood = NormalisedDelivery | { kind: "crashed"; because: string };

async function digestAlone(delivery: DeliveryWithBody, result: Understood, deps: DigestDeps): Promise<void> {
  try {
    await deps.store.transaction((queries) => digestOne(delivery, result, queries, deps));
  } catch (cause) {
    if (delivery.digest_attempts < attemptsMax) throw new PullwrightError("STORE_UNAVAILABLE", `Delivery ${delivery.id} could not be recorded; it waits and is tried again`, { cause });
    const because = deps.redact(cause instanceof Error ? cause.message : String(cause)).slice(0, 500);
    await deps.store.transaction((queries) => setAside(delivery, "NORMALISER_CRASHED", because, queries, deps));
  }
}

async function digestOne(delivery: DeliveryWithBody, result: Understood, queries: StoreQueries, deps: DigestDeps): Promise<void> {
  switch (result.kind) {
    case "crashed":
      if (delivery.digest_attempts >= attemptsMax) await setAside(delivery, "NORMALISER_CRASHED", deps.redact(result.because), queries, deps);
      return; // the lease runs out, and it is tried again
    case "refused":
      return setAside(delivery, result.code, deps.redact(result.because), queries, deps);
    case "ignored":
      if (!(await queries.deliveries.markDigested(delivery.id, instantOf(deps.clock())))) return;
      return explain(delivery.id, null, [{ rule: "known-events", verdict: "nothing", because: deps.redact(result.because) }], queries, deps);
    case "understood":
      return record(delivery, redactEvent(result.event, deps.redact), result.payloadText, queries, deps);
  }
}

async function record(delivery: DeliveryWithBody, event: NormalisedEvent, payloadText: string, queries: StoreQueries, deps: DigestDeps): Promise<void> {
  const stranger = await speaksOfAStranger(delivery.source, event, queries, deps);
  if (stranger !== null) return setAside(delivery, "REPO_NOT_BOUND", stranger, queries, deps);
  // First, so that what another digester settled meanwhile is left alone; the rest of this transaction stands or falls with it.
  if (!(await queries.deliveries.markDigested(delivery.id, instantOf(deps.clock())))) return;
  const recorded = await recordEvent(event, payloadText, { deliveryId: delivery.id, now: instantOf(deps.clock()) }, queries);
  const decisions = recorded.isNew ? [...recorded.decisions, ...decide(event)] : recorded.decisions;
  await explain(delivery.id, recorded.eventId, decisions, queries, deps);
}

/** A source bound to repositories may speak of no other, whatever its payload calls itself: the row that its numeric id names must bear a bound name. */
async function speaksOfAStranger(source: string, event: NormalisedEvent, queries: StoreQueries, deps: DigestDeps): Promise<string | null> {
  const bound = deps.boundRepositories(source);
  if (bound === undefined || event.repository === null) return null;
  const known = await findRepository(event.repository, queries);
  const names = known === undefined ? [event.repository.slug.toLowerCase()] : await queries.repositories.namesOf(known.id);
  if (names.some((name) => bound.has(name))) return null;
  return `Source ${source} is bound to ${[...bound].join(", ")}; this is about ${event.repository.slug}.`;
}

async function setAside(delivery: DeliveryWithBody, code: ErrorCode, because: string, queries: StoreQueries, deps: DigestDeps): Promise<void> {
  if (!(await queries.deliveries.markDead(delivery.id, instantOf(deps.clock()), code, because))) return;
  await explain(delivery.id, null, [{ rule: "set-aside", verdict: "refused", because: `${code}: ${because}` }], queries, deps);
}

async function explain(deliveryId: number, eventId: number | null, decisions: Decision[], queries: StoreQueries, deps: DigestDeps): Promise<void> {
  const decidedAt = instantOf(deps.clock());
  await queries.decisions.add(decisions.map(({ rule, verdict, because }) => ({ delivery_id: deliveryId, event_id: eventId, rule, verdict, because, decided_at: decidedAt })));
}
