import { recordEvent } from "../../src/outcome/record-event.ts";
import type { Store, StoreQueries } from "../../src/store/store.ts";
import { arrivedMany } from "../conformance/delivery.ts";
import type { Told } from "./told.ts";

/** Stored deliveries that events may be said to come from. */
export async function addDeliveries(store: Store, count: number): Promise<number[]> {
  await store.accept(arrivedMany(count));
  const { rows } = await store.deliveries.list({}, { limit: count, after: null });
  return rows.map((row) => row.id).toReversed();
}

/** Thrown to take back a transaction that was only for looking. */
class Forget extends Error {}

/** Records what was told, in this order, reads what came of it, and takes it all back. */
export async function whatComesOf<Result>(
  told: Told[],
  read: (queries: StoreQueries) => Promise<Result>,
  { store, deliveryIds }: { store: Store; deliveryIds: number[] },
): Promise<Result> {
  let result: { value: Result } | undefined;
  await store
    .transaction(async (queries) => {
      await recordAll(told, queries, deliveryIds);
      result = { value: await read(queries) };
      throw new Forget();
    })
    .catch((reason: unknown) => {
      if (!(reason instanceof Forget)) throw reason;
    });
  if (result === undefined) throw new Error("the transaction ended early");
  return result.value;
}

export async function recordAll(told: Told[], queries: StoreQueries, deliveryIds: number[]): Promise<void> {
  for (const [index, { event, payloadText }] of told.entries()) {
    const deliveryId = deliveryIds[index % deliveryIds.length] ?? 0;
    await recordEvent(event, payloadText, { deliveryId, now: "2026-02-01T00:00:00.000Z" }, queries);
  }
}

/**
 * All that is remembered, as one text: two that are equal are equal to the last byte. Row numbers are left out, and which delivery an event came from, which is
 * whichever told it first.
 */
export async function everythingRemembered(queries: StoreQueries): Promise<string> {
  const all = { limit: 1000, after: null };
  const repositories = new Map((await queries.repositories.list(all)).rows.map((row) => [row.id, row]));
  const nameOf = (id: number | null): string | null => {
    const row = id === null ? undefined : repositories.get(id);
    return row === undefined ? null : `${row.host} ${row.forge_id ?? row.slug_key}`;
  };
  const placed = <Row extends { id: number; repository_id: number | null }>({
    id: _id,
    repository_id,
    ...row
  }: Row) => ({ of: nameOf(repository_id), ...row });

  const pullRequests = [];
  for (const { id } of (await queries.pullRequests.list({}, all)).rows) {
    const row = await queries.pullRequests.get(id);
    if (row !== undefined) pullRequests.push(placed(row));
  }
  const ciRuns = [];
  for (const { id } of (await queries.ciRuns.list({}, all)).rows) {
    const row = await queries.ciRuns.get(id);
    if (row !== undefined) ciRuns.push(placed(row));
  }
  const commits = [];
  const statements = [];
  for (const row of (await queries.commits.list({}, all)).rows) {
    const [landed] = await queries.commits.findLanded(row.repository_id, [row.sha]);
    commits.push(placed({ ...row, landed: { ...landed, id: 0 } }));
    statements.push(...(await queries.reverts.by(row.repository_id, { kind: "commit", ref: row.sha })).map(placed));
  }
  for (const row of (await queries.pullRequests.list({}, all)).rows) {
    statements.push(
      ...(await queries.reverts.by(row.repository_id, { kind: "pull-request", ref: String(row.pr_number) })).map(
        placed,
      ),
    );
  }
  const names = [];
  for (const row of repositories.values())
    names.push({ of: nameOf(row.id), names: (await queries.repositories.namesOf(row.id)).toSorted() });
  const events = (await queries.events.list({}, all)).rows.map(({ delivery_id: _delivery, ...row }) => placed(row));
  const inOrder = (rows: object[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

  return JSON.stringify(
    {
      repositories: inOrder([...repositories.values()].map(({ id: _id, ...row }) => row)),
      names: inOrder(names),
      pullRequests: inOrder(pullRequests),
      ciRuns: inOrder(ciRuns),
      commits: inOrder(commits),
      statements: inOrder(statements),
      events: inOrder(events),
    },
    null,
    1,
  );
}
