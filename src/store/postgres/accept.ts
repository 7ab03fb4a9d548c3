import type pg from "pg";
import type { AcceptOutcome, ArrivedDelivery } from "../../domain/delivery.ts";
import { decodeBody, encodeBody } from "../body-encoding.ts";

/**
 * Stores a batch by one statement, which is its own transaction: the answer comes after the WAL is synced. Only what was stored before is then compared and
 * counted; when that fails, the batch is rejected although its new deliveries are there, and are duplicates when their senders come again.
 */
export function acceptOnPostgres(pool: pg.Pool): (batch: ArrivedDelivery[]) => Promise<AcceptOutcome[]> {
  return async (batch) => {
    const { rows } = await pool.query({
      name: "accept-deliveries",
      text: insertText,
      values: pack(firstOfEachKey(batch)),
    });
    const inserted = new Set(
      (rows as { source: string; hook_id: string; delivery_id: string }[]).map((row) =>
        keyOf(row.source, row.hook_id, row.delivery_id),
      ),
    );
    const outcomes: AcceptOutcome[] = [];
    for (const delivery of batch) {
      const isNew = inserted.delete(keyOf(delivery.source, delivery.hookId, delivery.deliveryId));
      outcomes.push(isNew ? { kind: "accepted" } : await compareWithStored(pool, delivery));
    }
    return outcomes;
  };
}

/**
 * The words of all rows come as one JSON text, their bodies as one run of bytes: an array of bytes would travel as hex, at twice the size and work. Rows get
 * their numbers in the order of arrival, and are inserted in the order of their keys: two batches with the same deliveries then wait for each other and not
 * in a ring.
 */
const insertText = `
  with arrived as materialized (
    select nextval(pg_get_serial_sequence('deliveries', 'id')) as id, delivery.*
    from json_to_recordset($1::json) as delivery (
      source text, provider text, hook_id text, delivery_id text, event text, content_type text, headers text, secret_used text, received_at text,
      body_bytes integer, body_encoding text, body_from integer, body_length integer)
  )
  insert into deliveries (id, source, provider, hook_id, delivery_id, event, content_type, headers, secret_used, state, received_at, body_bytes, body_encoding, body)
  overriding system value
  select id, source, provider, hook_id, delivery_id, event, content_type, headers, secret_used, 'received', received_at, body_bytes, body_encoding, substr($2::bytea, body_from, body_length)
  from arrived order by source, hook_id, delivery_id
  on conflict (source, hook_id, delivery_id) do nothing
  returning source, hook_id, delivery_id`;

function pack(deliveries: ArrivedDelivery[]): [words: string, bodies: Buffer] {
  const bodies: Uint8Array[] = [];
  let from = 1; // SQL counts from one
  const words = deliveries.map((delivery) => {
    const { body, encoding, bytes } = encodeBody(delivery.body);
    bodies.push(body);
    from += body.byteLength;
    return {
      source: delivery.source,
      provider: delivery.provider,
      hook_id: delivery.hookId,
      delivery_id: delivery.deliveryId,
      event: delivery.event,
      content_type: delivery.contentType,
      headers: JSON.stringify(delivery.headers),
      secret_used: delivery.secretUsed,
      received_at: delivery.receivedAt,
      body_bytes: bytes,
      body_encoding: encoding,
      body_from: from - body.byteLength,
      body_length: body.byteLength,
    };
  });
  return [JSON.stringify(words), Buffer.concat(bodies)];
}

/** The same delivery twice in one batch would be two rows for one conflict target: only the first is inserted, the second compared. */
function firstOfEachKey(batch: ArrivedDelivery[]): ArrivedDelivery[] {
  const seen = new Map<string, ArrivedDelivery>();
  for (const delivery of batch) {
    const key = keyOf(delivery.source, delivery.hookId, delivery.deliveryId);
    if (!seen.has(key)) seen.set(key, delivery);
  }
  return [...seen.values()];
}

async function compareWithStored(pool: pg.Pool, delivery: ArrivedDelivery): Promise<AcceptOutcome> {
  const key = [delivery.source, delivery.hookId, delivery.deliveryId];
  const { rows } = await pool.query(
    "select id, body, body_encoding from deliveries where source = $1 and hook_id = $2 and delivery_id = $3",
    key,
  );
  const stored = rows[0] as { id: number; body: Buffer; body_encoding: "zstd" | "identity" };
  if (Buffer.compare(decodeBody(stored.body, stored.body_encoding), delivery.body) !== 0) return { kind: "conflict" };
  await pool.query("update deliveries set duplicate_count = duplicate_count + 1 where id = $1", [stored.id]);
  return { kind: "duplicate" };
}

function keyOf(source: string, hookId: string, deliveryId: string): string {
  return JSON.stringify([source, hookId, deliveryId]);
}
