import type { DeliveryState } from "../../src/domain/delivery.ts";
import { code, page, table } from "./markdown.ts";

/** What each state of a delivery means. The compiler asks for a row when a state is added. */
export const deliveryStates: Record<DeliveryState, string> = {
  received: "Verified and on the disk, not yet understood. It waits, or a digester has it for the length of a lease.",
  digested: "Understood: its events, the rows that they changed and its decisions are stored.",
  dead: "Set aside with a code and a reason. Nothing of it was recorded; it stays to be seen and replayed.",
};

/** One way from state to state. `test/docs/lifecycle.test.ts` tries every one of them from every state on a real store. */
export type DeliveryMove = {
  name: "accept" | "claim" | "markDigested" | "markDead" | "markReceived";
  /** `null`: there is no row yet. */
  from: (DeliveryState | null)[];
  to: DeliveryState;
  when: string;
  /** What it does to a delivery in any other state. */
  otherwise: string;
};

export const deliveryMoves: DeliveryMove[] = [
  {
    name: "accept",
    from: [null],
    to: "received",
    when: "The receiver hands over a verified webhook, and its commit is synced.",
    otherwise:
      "The row stays as it is: the same body is counted as a duplicate, another body is refused as a conflict.",
  },
  {
    name: "claim",
    from: ["received"],
    to: "received",
    when: "A digester takes it: an attempt is counted, and the lease runs for 30 seconds.",
    otherwise: "It is not taken.",
  },
  {
    name: "markDigested",
    from: ["received"],
    to: "digested",
    when: "Its facts are joined and its decisions made, in the same transaction.",
    otherwise: "Nothing; the digester that was slower keeps nothing of what it did.",
  },
  {
    name: "markDead",
    from: ["received"],
    to: "dead",
    when: "The payload is refused, its source may not speak of this repository, or it failed three times, or took its digester down six times.",
    otherwise: "Nothing.",
  },
  {
    name: "markReceived",
    from: ["received", "digested", "dead"],
    to: "received",
    when: "Somebody replays it (`pullwright deliveries replay`, the API, the page). Attempts start again at 0.",
    otherwise: "—",
  },
];

/** The states of a delivery and the moves between them, as a table and as a picture. */
export function lifecyclePage(): string {
  const states = Object.entries(deliveryStates).map(([name, meaning]) => [code(name), meaning]);
  const moves = deliveryMoves.map(({ name, from, to, when, otherwise }) => [
    code(name),
    from.map((state) => (state === null ? "(new)" : code(state))).join(", "),
    code(to),
    when,
    otherwise,
  ]);
  return page(
    "The life of a delivery",
    "[scripts/generate/lifecycle-page.ts](../../scripts/generate/lifecycle-page.ts), which a test tries on a real store",
    [
      "## States",
      table(["state", "meaning"], states),
      "## Moves",
      table(["move", "from", "to", "when", "from any other state"], moves),
      ["```mermaid", "stateDiagram-v2", ...deliveryMoves.flatMap(arrows), "```"].join("\n"),
      "A lease that has run out makes a `received` delivery free to be claimed again. A process that ended without giving its leases back is noticed at the next start on the same machine, which frees them at once.",
    ],
  );
}

function arrows({ name, from, to }: DeliveryMove): string[] {
  return from.map((state) => `  ${state ?? "[*]"} --> ${to}: ${name}`);
}
