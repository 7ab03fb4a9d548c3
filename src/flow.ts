import type { Clock } from "./domain/clock.ts";
import { instantOf } from "./domain/clock.ts";
import { PullwrightError, type ErrorCode } from "./domain/error.ts";
import type { NormalisedDelivery, NormalisedEvent } from "./domain/event.ts";
import { decide } from "./decide/decide.ts";
import type { Policy } from "./decide/policy.ts";
import type { Normaliser } from "./normalise/normaliser.ts";
import { recordEvent } from "./outcome/record-event.ts";
import { enqueueWanted, type SettledDecision } from "./queue/enqueue-wanted.ts";
import type { QueueClock } from "./queue/queue-clock.ts";
import { findRepository } from "./outcome/resolve-repository.ts";
import type { Redact } from "./redact/redact.ts";
import { redactEvent } from "./redact/redact-event.ts";
import type { ClaimedDelivery } from "./store/deliveries.ts";
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
  queueClock: QueueClock;
  policy: Policy;
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
    await deps.store.deliveries
      .setAttempts(
        claimed.map((delivery) => delivery.id),
        deps.owner,
        attemptsMax,
      )
      .catch(() => undefined);
    throw new PullwrightError(
      "STORE_UNAVAILABLE",
      `${claimed.length} deliveries could not be digested now; they wait and are tried again`,
      { cause },
    );
  }
  return claimed.length;
}

function claim(
  limits: { deliveries: number; bodyBytes: number },
  { store, clock, owner }: DigestDeps,
): Promise<ClaimedDelivery[]> {
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

async function digest(claimed: ClaimedDelivery[], deps: DigestDeps): Promise<void> {
  const [only] = claimed;
  if (only !== undefined && only.digest_attempts > claimsMax) {
    const because = `It was claimed ${claimsMax} times by digesters that did not come back.`;
    return recordTogether([{ delivery: only, result: { kind: "refused", code: "NORMALISER_CRASHED", because } }], deps);
  }
  const understood = await understand(claimed, deps);
  try {
    await recordTogether(understood, deps);
  } catch (cause) {
    if (isOutage(cause)) throw cause;
    // One of them breaks the batch: each by itself, so that it breaks only itself.
    for (const one of understood) await recordAlone(one, deps);
  }
}

type Understood = NormalisedDelivery | { kind: "crashed"; because: string };
type UnderstoodDelivery = { delivery: ClaimedDelivery; result: Understood };

/** What each means; what was damaged on the disk means nothing any more. */
async function understand(claimed: ClaimedDelivery[], { normaliser }: DigestDeps): Promise<UnderstoodDelivery[]> {
  const whole = claimed.flatMap(({ body, ...delivery }) => (body === null ? [] : [{ delivery, body }]));
  const answers = await normaliser.normalise(
    whole.map(({ delivery, body }) => ({
      provider: delivery.provider,
      event: delivery.event,
      contentType: delivery.content_type,
      headers: delivery.headers,
      body,
      receivedAt: delivery.received_at,
    })),
  );
  const byId = new Map<number, Understood>(
    whole.flatMap(({ delivery }, index) => (answers[index] === undefined ? [] : [[delivery.id, answers[index]]])),
  );
  const damaged: Understood = {
    kind: "refused",
    code: "NORMALISER_CRASHED",
    because: "What was stored of it is damaged and cannot be read.",
  };
  return claimed.map((delivery) => ({ delivery, result: byId.get(delivery.id) ?? damaged }));
}

/** Records what deliveries mean and ends them, all of it or nothing. What another digester has ended meanwhile is left alone. */
async function recordTogether(understood: UnderstoodDelivery[], deps: DigestDeps): Promise<void> {
  await deps.store.transaction(async (queries) => {
    const ours = await queries.deliveries.hold(understood.map(({ delivery }) => delivery.id));
    const endings: Ending[] = [];
    for (const { delivery, result } of understood) {
      const ending = ours.has(delivery.id) ? await endingOf(delivery, result, queries, deps) : null;
      if (ending !== null) endings.push(ending);
    }
    await settle(endings, queries, instantOf(deps.clock()));
  });
}

async function recordAlone(one: UnderstoodDelivery, deps: DigestDeps): Promise<void> {
  try {
    await recordTogether([one], deps);
  } catch (cause) {
    if (isOutage(cause)) throw cause;
    if (one.delivery.digest_attempts < attemptsMax) return; // the lease runs out, and it is tried again
    const because = cause instanceof Error ? cause.message : String(cause);
    await recordTogether([{ ...one, result: { kind: "crashed", because } }], deps);
  }
}

/** How a delivery ends, and why. */
type Ending = {
  id: number;
  eventId: number | null;
  dead: { code: ErrorCode; reason: string } | null;
  decisions: SettledDecision[];
};

/** Null when it is not its last attempt: then its lease runs out, and it is tried again. */
async function endingOf(
  delivery: ClaimedDelivery,
  result: Understood,
  queries: StoreQueries,
  deps: DigestDeps,
): Promise<Ending | null> {
  switch (result.kind) {
    case "crashed":
      return delivery.digest_attempts < attemptsMax
        ? null
        : setAside(delivery, "NORMALISER_CRASHED", result.because, deps);
    case "refused":
      return setAside(delivery, result.code, result.because, deps);
    case "ignored":
      return {
        id: delivery.id,
        eventId: null,
        dead: null,
        decisions: [{ rule: "known-events", verdict: "nothing", because: deps.redact(result.because) }],
      };
    case "understood":
      return record(delivery, redactEvent(result.event, deps.redact), result.payloadText, queries, deps);
  }
}

async function record(
  delivery: ClaimedDelivery,
  event: NormalisedEvent,
  payloadText: string,
  queries: StoreQueries,
  deps: DigestDeps,
): Promise<Ending> {
  const stranger = await speaksOfAStranger(delivery.source, event, queries, deps);
  if (stranger !== null) return setAside(delivery, "REPO_NOT_BOUND", stranger, deps);
  const recorded = await recordEvent(
    event,
    payloadText,
    { deliveryId: delivery.id, now: instantOf(deps.clock()) },
    queries,
  );
  const decisions = recorded.isNew ? [...recorded.decisions, ...decide(event, deps.policy)] : recorded.decisions;
  const settled = await enqueueWanted(decisions, recorded.eventId, queries, deps.queueClock);
  return { id: delivery.id, eventId: recorded.eventId, dead: null, decisions: settled };
}

/**
 * A source that is bound to repositories may speak of no other, whatever its payload calls itself. The row that its numeric id names must bear a bound
 * name, or have borne it before it was renamed; and the name that it gives must not be another repository's today.
 */
async function speaksOfAStranger(
  source: string,
  event: NormalisedEvent,
  queries: StoreQueries,
  deps: DigestDeps,
): Promise<string | null> {
  const bound = deps.boundRepositories(source);
  const { repository } = event;
  if (bound === undefined || repository === null) return null;
  const slugKey = repository.slug.toLowerCase();
  const known = await findRepository(repository, queries);
  const names = known === undefined ? [slugKey] : await queries.repositories.namesOf(known.id);
  if (!names.some((name) => bound.has(name)))
    return `Source ${source} is bound to ${[...bound].join(", ")}; this is about ${repository.slug}.`;
  if (repository.forgeId === null) return null;
  const bearers = (await queries.repositories.findByName(slugKey)).filter(
    (row) => row.slug_key === slugKey && row.state === "active",
  );
  const other = bearers.find(
    (row) =>
      row.id !== known?.id && row.forge_id !== null && row.forge === repository.forge && row.host === repository.host,
  );
  if (other === undefined) return null;
  return `Source ${source} calls repository ${repository.forgeId} ${repository.slug}, which is the name of repository ${other.forge_id}.`;
}

function setAside(delivery: ClaimedDelivery, code: ErrorCode, because: string, deps: DigestDeps): Ending {
  const reason = deps.redact(because).slice(0, reasonCharactersMax);
  return {
    id: delivery.id,
    eventId: null,
    dead: { code, reason },
    decisions: [{ rule: "set-aside", verdict: "refused", because: `${code}: ${reason}` }],
  };
}

const reasonCharactersMax = 500;

async function settle(endings: Ending[], queries: StoreQueries, at: string): Promise<void> {
  await queries.deliveries.markDigested(
    endings.filter(({ dead }) => dead === null).map(({ id }) => id),
    at,
  );
  for (const { id, dead } of endings)
    if (dead !== null) await queries.deliveries.markDead(id, at, dead.code, dead.reason);
  await queries.decisions.add(
    endings.flatMap(({ id, eventId, decisions }) =>
      decisions.map(({ rule, verdict, because, commandId }) => ({
        delivery_id: id,
        event_id: eventId,
        rule,
        verdict,
        because,
        command_id: commandId ?? null,
        decided_at: at,
      })),
    ),
  );
}
