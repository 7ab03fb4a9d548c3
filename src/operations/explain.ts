import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { decisionRow } from "./decisions.ts";
import { deliveryRow, getDelivery } from "./deliveries.ts";
import { eventRow } from "./events.ts";
import { operation, type OperationDeps } from "./operation.ts";

export const explain = operation({
  name: "explain",
  kind: "read",
  summary: "What a delivery became, or why nothing came of it.",
  input: z.object({
    id: z.string().min(1).max(300).describe("A delivery's number here, or the id that its sender gave it."),
  }),
  output: z
    .object({
      delivery: deliveryRow,
      events: z.array(eventRow),
      decisions: z.array(decisionRow),
      remedy: z.string().nullable(),
      because: z.array(z.string()).describe("The story in sentences, first to last."),
    })
    .meta({ id: "Explanation" }),
  run: async ({ id }, deps) => {
    const {
      body: _body,
      headers: _headers,
      body_cut: _cut,
      body_encoding: _encoding,
      content_type: _type,
      events,
      decisions,
      remedy,
      ...delivery
    } = await getDelivery.run({ id: await numberOf(id, deps) }, deps);
    const secret = delivery.secret_used === "previous" ? ", signed with the previous secret" : "";
    const repeats =
      delivery.duplicate_count === 0 ? "" : ` It came ${delivery.duplicate_count + 1} times; the first counts.`;
    return {
      delivery,
      events,
      decisions,
      remedy,
      because: [
        `Received ${delivery.event} from ${delivery.source} at ${delivery.received_at}${secret}.${repeats}`,
        ...(delivery.state === "received" ? [`It waits to be digested (attempt ${delivery.digest_attempts}).`] : []),
        ...events.map((event) => `Told event ${event.id}, ${event.kind}: ${event.summary}`),
        ...decisions.map((decision) => `${decision.rule}: ${decision.because}`),
        ...(remedy === null ? [] : [`What to do: ${remedy}`]),
      ],
    };
  },
});

/** Forges' ids are not plain numbers, so a plain number is ours, unless nothing here bears it. */
async function numberOf(id: string, { store }: OperationDeps): Promise<number> {
  if (/^[1-9]\d{0,14}$/.test(id) && (await store.deliveries.get(Number(id))) !== undefined) return Number(id);
  const rows = await store.deliveries.findByDeliveryId(id);
  const first = rows[0];
  if (first === undefined)
    throw new PullwrightError(
      "RESOURCE_NOT_FOUND",
      `No delivery has the number or id ${JSON.stringify(id)}. \`pullwright deliveries list\` shows them.`,
    );
  return first.id;
}
