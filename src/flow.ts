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
import { isOutage } from "./store/outage.ts";
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
const leaseMsMax = 10 * 60_000;
/** So often a delivery may break the normaliser or its recording. */
const attemptsMax = 3;
/** So often it may be claimed without that anybody came back to say how it ended: it takes its digesters with it. */
const claimsMax = 6;

/**
 * Digests the next few deliveries, each whole or not at all: claim, understand, then in one transaction record and decide. Returns how many
 * it took; 0 when none waits. However often it is called or killed, a delivery's facts are joined once. A delivery that breaks something is
 * tried again when its lease has run out, and set aside at last; the others of its batch are recorded.
 *
 * @throws PullwrightError STORE_UNAVAILABLE when the store is in no state to record; the claims count as no attempt, and the caller tries again
 */
export async function digestNext(limits: { deliveries: number; bodyBytes: number }, deps: DigestDeps): Promise<number> {
  const claimed = await claim(limits, deps);
  if (claimed.length === 0) return 0;
  try {
    await digest(claimed, deps);
  } catch (cause) {
    // Whoever's fault it is, none of them counts this as an attempt of its own, and next time none stands in another's way.
    await deps.store.deliveries.setAttempts(claimed.map((delivery) => delivery.id), deps.owner, attemptsMax).catch(() => undefined);
    throw new PullwrightError("STORE_UNAVAILABLE", `${claimed.length} deliveries could not be digested now; they wait and are tried again`, { cause });
  }
  return claimed.length;
}

function claim(limits: { deliveries: number; bodyBytes: number }, { store, clock, owner }: DigestDeps): Promise<DeliveryWithBody[]> {
  const now = clock();
  const after = (ms: number): string => instantOf(new Date(now.getTime() + ms));
  return store.deliveries.claim({
    limit: limits.deliveries,
    bodyBytesMax: limits.bodyBytes,
    attemptsTogetherMax: attemptsMax,
    owner,
    now: instantOf(now),
    leaseUntil: after(leaseMs),
    leaseUntilMax: after(leaseMsMax),
  });
}

async function digest(claimed: DeliveryWithBody[], deps: DigestDeps): Promise<void> {
  const [only] = claimed;
  if (only !== undefined && only.digest_attempts > claimsMax) {
    const because = `It was claimed ${claimsMax} times by digesters that did not come back.`;
    return deps.store.transaction((queries) => setAside(only, "NORMALISER_CRASHED", because, queries, deps));
  }
  const understood = await deps.normaliser.normalise(claimed.map(asInput));
  const pairs = claimed.map((delivery, index) => ({ delivery, result: understood[index] ?? { kind: "crashed" as const, because: "no answer" } }));
  try {
    await deps.store.transaction(async (queries) => {
      for (const { delivery, result } of pairs) await digestOne(delivery, result, queries, deps);
    });
  } catch (cause) {
    if (isOutage(cause)) throw cause;
    // One of them breaks the batch: each by itself, so that it breaks only itself.
    for (const { delivery, result } of pairs) await digestAlone(delivery, result, deps);
  }
}

function asInput(delivery: DeliveryWithBody) {
  return { provider: delivery.provider, event: delivery.event, contentType: delivery.content_type, headers: delivery.headers, body: delivery.body, receivedAt: delivery.received_at };
}

type Understood = NormalisedDelivery | { kind: "crashed"; because: string };

async function digestAlone(delivery: DeliveryWithBody, result: Understood, deps: DigestDeps): Promise<void> {
  try {
    await deps.store.transaction((queries) => digestOne(delivery, result, queries, deps));
  } catch (cause) {
    if (isOutage(cause)) throw cause;
    if (delivery.digest_attempts < attemptsMax) return; // the lease runs out, and it is tried again
    const because = cause instanceof Error ? cause.message : String(cause);
    await deps.store.transaction((queries) => setAside(delivery, "NORMALISER_CRASHED", because, queries, deps));
  }
}

async function digestOne(delivery: DeliveryWithBody, result: Understood, queries: StoreQueries, deps: DigestDeps): Promise<void> {
  switch (result.kind) {
    case "crashed":
      if (delivery.digest_attempts >= attemptsMax) await setAside(delivery, "NORMALISER_CRASHED", result.because, queries, deps);
      return; // the lease runs out, and it is tried again
    case "refused":
      return setAside(delivery, result.code, result.because, queries, deps);
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

/**
 * A source that is bound to repositories may speak of no other, whatever its payload calls itself. The row that its numeric id names must bear a bound
 * name, or have borne it before it was renamed; and the name that it gives must not be another repository's today.
 */
async function speaksOfAStranger(source: string, event: NormalisedEvent, queries: StoreQueries, deps: DigestDeps): Promise<string | null> {
  const bound = deps.boundRepositories(source);
  const { repository } = event;
  if (bound === undefined || repository === null) return null;
  const slugKey = repository.slug.toLowerCase();
  const known = await findRepository(repository, queries);
  const names = known === undefined ? [slugKey] : await queries.repositories.namesOf(known.id);
  if (!names.some((name) => bound.has(name))) return `Source ${source} is bound to ${[...bound].join(", ")}; this is about ${repository.slug}.`;
  if (repository.forgeId === null) return null;
  const bearers = (await queries.repositories.findByName(slugKey)).filter((row) => row.slug_key === slugKey && row.state === "active");
  const other = bearers.find((row) => row.id !== known?.id && row.forge_id !== null && row.forge === repository.forge && row.host === repository.host);
  if (other === undefined) return null;
  return `Source ${source} calls repository ${repository.forgeId} ${repository.slug}, which is the name of repository ${other.forge_id}.`;
}

async function setAside(delivery: DeliveryWithBody, code: ErrorCode, because: string, queries: StoreQueries, deps: DigestDeps): Promise<void> {
  const reason = deps.redact(because).slice(0, reasonCharactersMax);
  if (!(await queries.deliveries.markDead(delivery.id, instantOf(deps.clock()), code, reason))) return;
  await explain(delivery.id, null, [{ rule: "set-aside", verdict: "refused", because: `${code}: ${reason}` }], queries, deps);
}

const reasonCharactersMax = 500;

async function explain(deliveryId: number, eventId: number | null, decisions: Decision[], queries: StoreQueries, deps: DigestDeps): Promise<void> {
  const decidedAt = instantOf(deps.clock());
  await queries.decisions.add(decisions.map(({ rule, verdict, because }) => ({ delivery_id: deliveryId, event_id: eventId, rule, verdict, because, decided_at: decidedAt })));
}
