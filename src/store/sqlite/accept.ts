import type { AcceptOutcome, ArrivedDelivery } from "../../domain/delivery.ts";
import { decodeBody, encodeBody } from "../body-encoding.ts";
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
  const insert = raw.prepare(
    `insert into deliveries (source, provider, hook_id, delivery_id, event, content_type, headers, secret_used, state, received_at, body_bytes, body_encoding, body)
     values (?, ?, ?, ?, ?, ?, ?, ?, 'received', ?, ?, ?, ?) on conflict (source, hook_id, delivery_id) do nothing`,
  );
  const find = raw.prepare(
    "select id, body, body_encoding from deliveries where source = ? and hook_id = ? and delivery_id = ?",
  );
  const countDuplicate = raw.prepare("update deliveries set duplicate_count = duplicate_count + 1 where id = ?");

  const acceptOne = (delivery: ArrivedDelivery): AcceptOutcome => {
    const { body, encoding, bytes } = encodeBody(delivery.body);
    const headers = JSON.stringify(delivery.headers);
    const { changes } = insert.run(
      delivery.source,
      delivery.provider,
      delivery.hookId,
      delivery.deliveryId,
      delivery.event,
      delivery.contentType,
      headers,
      delivery.secretUsed,
      delivery.receivedAt,
      bytes,
      encoding,
      body,
    );
    if (changes === 1) return { kind: "accepted" };
    const stored = find.get(delivery.source, delivery.hookId, delivery.deliveryId) as {
      id: number;
      body: Uint8Array;
      body_encoding: "zstd" | "identity";
    };
    if (Buffer.compare(decodeBody(stored.body, stored.body_encoding), delivery.body) !== 0) return { kind: "conflict" };
    countDuplicate.run(stored.id);
    return { kind: "duplicate" };
  };

  return (batch) =>
    db.connection().execute(async () => {
      raw.exec("begin immediate");
      try {
        const outcomes = batch.map(acceptOne);
        raw.exec("commit");
        afterCommit();
        return outcomes;
      } catch (error) {
        if (raw.isTransaction) raw.exec("rollback");
        throw error;
      }
    });
}
