import type pg from "pg";
import type { AcceptOutcome, ArrivedDelivery } from "../../domain/delivery.ts";
import { decodeBody, encodeBody } from "../body-encoding.ts";

/**
 * Stores a batch by one statement, which is its own transaction: the answer comes after the WAL is synced. Only what was stored before is then compared and
 * counted; when that fails, the batch is rejected although its new deliveries are there, and are duplicates when their senders come again.
 */
export function acceptOnPostgres(pool: pg.Pool): (batch: ArrivedDelivery[]) => Promise<AcceptOutcome[]> {
  return async (batch) => {
    const firsts = firstOfEachKey(batch);
    const encoded = firsts.map((delivery) => encodeBody(delivery.body));
    const column = <T>(of: (delivery: ArrivedDelivery) => T): T[] => firsts.map(of);
    const { rows } = await pool.query({ name: "accept-deliveries", text: insertText, values: [
      column((d) => d.source), column((d) => d.provider), column((d) => d.hookId), column((d) => d.deliveryId), column((d) => d.event), column((d) => d.contentType),
      column((d) => JSON.stringify(d.headers)), column((d) => d.secretUsed), column((d) => d.receivedAt),
      encoded.map((e) => e.bytes), encoded.map((e) => e.encoding), encoded.map((e) => e.body),
    ] });
    const inserted = new Set((rows as { source: string; hook_id: string; delivery_id: string }[]).map((row) => keyOf(row.source, row.hook_id, row.delivery_id)));
    const outcomes: AcceptOutcome[] = [];
    for (const delivery of batch) {
      const isNew = inserted.delete(keyOf(delivery.source, delivery.hookId, delivery.deliveryId));
      outcomes.push(isNew ? { kind: "accepted" } : await compareWithStored(pool, delivery));
    }
    return outcomes;
  };
}

const insertText = `
  insert into deliveries (source, provider, hook_id, delivery_id, event, content_type, headers, secret_used, received_at, body_bytes, body_encoding, body, state)
  select *, 'received' from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::int[], $11::text[], $12::bytea[])
  on conflict (source, hook_id, delivery_id) do nothing
  returning source, hook_id, delivery_id`;

/**
 * The same delivery twice in one batch would be two rows for one conflict target: only the first is inserted, the second compared. In the order of their
 * keys, so that two batches with the same deliveries wait for each other and not in a ring.
 */
function firstOfEachKey(batch: ArrivedDelivery[]): ArrivedDelivery[] {
  const seen = new Map<string, ArrivedDelivery>();
  for (const delivery of batch) {
    const key = keyOf(delivery.source, delivery.hookId, delivery.deliveryId);
    if (!seen.has(key)) seen.set(key, delivery);
  }
  return [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, delivery]) => delivery);
}

async function compareWithStored(pool: pg.Pool, delivery: ArrivedDelivery): Promise<AcceptOutcome> {
  const key = [delivery.source, delivery.hookId, delivery.deliveryId];
  const { rows } = await pool.query("select id, body, body_encoding from deliveries where source = $1 and hook_id = $2 and delivery_id = $3", key);
  const stored = rows[0] as { id: number; body: Buffer; body_encoding: "zstd" | "identity" };
  if (Buffer.compare(decodeBody(stored.body, stored.body_encoding), delivery.body) !== 0) return { kind: "conflict" };
  await pool.query("update deliveries set duplicate_count = duplicate_count + 1 where id = $1", [stored.id]);
  return { kind: "duplicate" };
}

function keyOf(source: string, hookId: string, deliveryId: string): string {
  return JSON.stringify([source, hookId, deliveryId]);
}
