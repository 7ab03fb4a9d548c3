import type pg from "pg";
import type { AcceptOutcome, ArrivedDelivery } from "../../domain/delivery.ts";
import { type BodyEncoding, type BodyPlace, openPiece, packBodies } from "../body-pieces.ts";

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
 * in a ring. A piece of bodies is kept when a row refers to it.
 */
const insertText = `
  with pieces as materialized (
    select nextval(pg_get_serial_sequence('delivery_bodies', 'id')) as id, piece.*
    from json_to_recordset($1::json) as piece (piece integer, encoding text, content_from integer, content_bytes integer)
  ), arrived as materialized (
    select nextval(pg_get_serial_sequence('deliveries', 'id')) as id, delivery.*
    from json_to_recordset($2::json) as delivery (
      source text, provider text, hook_id text, delivery_id text, event text, content_type text, headers text, secret_used text, received_at text,
      piece integer, body_from integer, body_bytes integer)
  ), stored as (
    insert into deliveries (id, source, provider, hook_id, delivery_id, event, content_type, headers, secret_used, state, received_at, body_id, body_from, body_bytes)
    overriding system value
    select arrived.id, source, provider, hook_id, delivery_id, event, content_type, headers, secret_used, 'received', received_at, pieces.id, body_from, body_bytes
    from arrived join pieces on pieces.piece = arrived.piece order by source, hook_id, delivery_id
    on conflict (source, hook_id, delivery_id) do nothing
    returning source, hook_id, delivery_id, body_id
  ), kept as (
    insert into delivery_bodies (id, encoding, content) overriding system value
    select id, encoding, substr($3::bytea, content_from, content_bytes) from pieces where id in (select body_id from stored)
  )
  select source, hook_id, delivery_id from stored`;

function pack(deliveries: ArrivedDelivery[]): [pieces: string, words: string, contents: Buffer] {
  const { pieces, places } = packBodies(deliveries.map(({ body }) => body));
  let from = 1; // SQL counts from one
  const pieceWords = pieces.map(({ encoding, content }, piece) => {
    from += content.byteLength;
    return { piece, encoding, content_from: from - content.byteLength, content_bytes: content.byteLength };
  });
  const words = deliveries.map((delivery, index) => {
    const place = places[index] as BodyPlace;
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
      piece: place.piece,
      body_from: place.from,
      body_bytes: place.bytes,
    };
  });
  const [first, ...more] = pieces;
  const contents =
    first !== undefined && more.length === 0
      ? bufferOf(first.content)
      : Buffer.concat(pieces.map((piece) => piece.content));
  return [JSON.stringify(pieceWords), JSON.stringify(words), contents];
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
    `select deliveries.id, body_from, body_bytes, encoding, content from deliveries join delivery_bodies on delivery_bodies.id = body_id
     where source = $1 and hook_id = $2 and delivery_id = $3`,
    key,
  );
  const stored = rows[0] as {
    id: number;
    body_from: number;
    body_bytes: number;
    encoding: BodyEncoding;
    content: Buffer;
  };
  const body = openPiece(stored).subarray(stored.body_from, stored.body_from + stored.body_bytes);
  if (Buffer.compare(body, delivery.body) !== 0) return { kind: "conflict" };
  await pool.query("update deliveries set duplicate_count = duplicate_count + 1 where id = $1", [stored.id]);
  return { kind: "duplicate" };
}

function keyOf(source: string, hookId: string, deliveryId: string): string {
  return JSON.stringify([source, hookId, deliveryId]);
}
