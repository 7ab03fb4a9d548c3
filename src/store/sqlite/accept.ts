import type { AcceptOutcome, ArrivedDelivery } from "../../domain/delivery.ts";
import { type BodyEncoding, type BodyPlace, openPiece, packBodies } from "../body-pieces.ts";
import type { SqliteDatabase } from "./open.ts";

/**
 * Stores a batch in one transaction: one sync for all of it. Prepared statements without Kysely, because this is the one write whose speed a
 * sender sees; it still waits for Kysely's connection, so it never lands inside another transaction.
 */
export function acceptOnSqlite({
  db,
  raw,
  afterCommit,
}: SqliteDatabase): (batch: ArrivedDelivery[]) => Promise<AcceptOutcome[]> {
  const insertPiece = raw.prepare("insert into delivery_bodies (encoding, content) values (?, ?)");
  const dropPiece = raw.prepare("delete from delivery_bodies where id = ?");
  const insert = raw.prepare(
    `insert into deliveries (source, provider, hook_id, delivery_id, event, content_type, headers, secret_used, state, received_at, body_id, body_from, body_bytes)
     values (?, ?, ?, ?, ?, ?, ?, ?, 'received', ?, ?, ?, ?) on conflict (source, hook_id, delivery_id) do nothing`,
  );
  const find = raw.prepare(
    `select deliveries.id, body_from, body_bytes, encoding, content from deliveries join delivery_bodies on delivery_bodies.id = body_id
     where source = ? and hook_id = ? and delivery_id = ?`,
  );
  const countDuplicate = raw.prepare("update deliveries set duplicate_count = duplicate_count + 1 where id = ?");

  const acceptOne = (delivery: ArrivedDelivery, pieceId: number, { from, bytes }: BodyPlace): AcceptOutcome => {
    const { changes } = insert.run(
      delivery.source,
      delivery.provider,
      delivery.hookId,
      delivery.deliveryId,
      delivery.event,
      delivery.contentType,
      JSON.stringify(delivery.headers),
      delivery.secretUsed,
      delivery.receivedAt,
      pieceId,
      from,
      bytes,
    );
    if (changes === 1) return { kind: "accepted" };
    const stored = find.get(delivery.source, delivery.hookId, delivery.deliveryId) as {
      id: number;
      body_from: number;
      body_bytes: number;
      encoding: BodyEncoding;
      content: Uint8Array;
    };
    const body = openPiece(stored).subarray(stored.body_from, stored.body_from + stored.body_bytes);
    if (Buffer.compare(body, delivery.body) !== 0) return { kind: "conflict" };
    countDuplicate.run(stored.id);
    return { kind: "duplicate" };
  };

  const acceptAll = (batch: ArrivedDelivery[]): AcceptOutcome[] => {
    const { pieces, places } = packBodies(batch.map(({ body }) => body));
    const ids = pieces.map(({ encoding, content }) => Number(insertPiece.run(encoding, content).lastInsertRowid));
    const used = new Set<number>();
    const outcomes = batch.map((delivery, index) => {
      const place = places[index] as BodyPlace;
      const outcome = acceptOne(delivery, ids[place.piece] as number, place);
      if (outcome.kind === "accepted") used.add(place.piece);
      return outcome;
    });
    for (const [piece, id] of ids.entries()) if (!used.has(piece)) dropPiece.run(id);
    return outcomes;
  };

  return (batch) =>
    db.connection().execute(async () => {
      raw.exec("begin immediate");
      try {
        const outcomes = acceptAll(batch);
        raw.exec("commit");
        afterCommit();
        return outcomes;
      } catch (error) {
        if (raw.isTransaction) raw.exec("rollback");
        throw error;
      }
    });
}
