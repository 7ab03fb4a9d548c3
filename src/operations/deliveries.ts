import { z } from "zod";
import { errorCodes, PullwrightError } from "../domain/error.ts";
import { decisionRow } from "./decisions.ts";
import { eventRow } from "./events.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation, type OperationDeps } from "./operation.ts";
import { wholeNumber } from "./whole-number.ts";

export const deliveryRow = z
  .object({
    id: z.number().int(),
    source: z.string(),
    provider: z.enum(["github", "gitlab", "ci"]),
    hook_id: z.string(),
    delivery_id: z.string(),
    event: z.string(),
    state: z.enum(["received", "digested", "dead"]),
    secret_used: z.enum(["current", "previous"]),
    body_bytes: z.number().int(),
    received_at: z.string(),
    digested_at: z.string().nullable(),
    digest_attempts: z.number().int(),
    duplicate_count: z.number().int(),
    dead_code: z.string().nullable(),
    dead_reason: z.string().nullable(),
  })
  .meta({ id: "Delivery" });

const deliveryDetail = deliveryRow
  .extend({
    content_type: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z
      .string()
      .describe("As text when it is UTF-8, else base64. Secrets in it are masked; the stored bytes are not touched."),
    body_encoding: z.enum(["utf-8", "base64"]),
    body_cut: z.boolean(),
    events: z.array(eventRow),
    decisions: z.array(decisionRow),
    remedy: z.string().nullable().describe("What to do about a dead delivery."),
  })
  .meta({ id: "DeliveryDetail" });

/** How much of a body an answer shows; the stored one is whole. */
const bodyCharactersMax = 1_000_000;

export const deliveryId = z.object({ id: wholeNumber(1) });

export const listDeliveries = operation({
  name: "listDeliveries",
  kind: "read",
  summary: "Webhooks as they arrived, newest first.",
  input: z.object({
    ...listInput,
    state: z.enum(["received", "digested", "dead"]).optional(),
    source: z.string().max(100).optional(),
  }),
  output: listOutput(deliveryRow),
  run: ({ state, source, ...page }, { store }) => {
    const filter = { ...(state === undefined ? {} : { state }), ...(source === undefined ? {} : { source }) };
    return readList("deliveries", filter, page, {
      page: (request) => store.deliveries.list(filter, request),
      count: () => store.deliveries.count(filter),
    });
  },
});

export const getDelivery = operation({
  name: "getDelivery",
  kind: "read",
  summary: "One delivery with its body, what it became, and why.",
  input: deliveryId,
  output: deliveryDetail,
  run: async ({ id }, deps) => {
    const { body, headers, ...row } = await findDelivery(id, deps);
    const [decisions, events] = [await deps.store.decisions.ofDelivery(id), await eventsOf(id, deps)];
    return { ...row, headers, ...shownBody(body), events, decisions, remedy: remedyOf(row.dead_code) };
  },
});

export const replayDelivery = operation({
  name: "replayDelivery",
  kind: "write",
  summary: "Digests a stored delivery again; what it says is joined, so this is safe at any time.",
  input: deliveryId,
  output: deliveryRow,
  run: async ({ id }, deps) => {
    const known = await deps.store.deliveries.markReceived(id);
    if (!known) throw missing(id);
    const { body: _body, headers: _headers, content_type: _type, ...row } = await findDelivery(id, deps);
    return row;
  },
});

async function findDelivery(id: number, { store }: OperationDeps) {
  const row = await store.deliveries.get(id);
  if (row === undefined) throw missing(id);
  return row;
}

/** The events that it told first, and those that it only repeated. */
async function eventsOf(id: number, { store }: OperationDeps) {
  const decisions = await store.decisions.ofDelivery(id);
  const ids = [...new Set(decisions.flatMap((decision) => (decision.event_id === null ? [] : [decision.event_id])))];
  const rows = await Promise.all(ids.map((eventId) => store.events.get(eventId)));
  return rows.filter((row) => row !== undefined);
}

function shownBody(body: Uint8Array): { body: string; body_encoding: "utf-8" | "base64"; body_cut: boolean } {
  const cut = body.byteLength > bodyCharactersMax;
  const shown = body.subarray(0, bodyCharactersMax);
  try {
    // A cut may fall inside a character: `stream` leaves its half out.
    return {
      body: new TextDecoder("utf-8", { fatal: true }).decode(shown, { stream: cut }),
      body_encoding: "utf-8",
      body_cut: cut,
    };
  } catch {
    return { body: Buffer.from(shown).toString("base64"), body_encoding: "base64", body_cut: cut };
  }
}

function remedyOf(code: string | null): string | null {
  return code !== null && code in errorCodes ? errorCodes[code as keyof typeof errorCodes].remedy : null;
}

function missing(id: number): PullwrightError {
  return new PullwrightError("RESOURCE_NOT_FOUND", `There is no delivery ${id}.`);
}
