import type { DeliveryState } from "../../src/domain/delivery.ts";
import {
  commandMoves,
  commandStateMeanings,
  effectStateMeanings,
  type Move,
  workflowMoves,
  workflowStateMeanings,
} from "../../src/queue/lifecycle.ts";
import { code, page, table } from "./markdown.ts";

/** What each state of a delivery means. The compiler asks for a row when a state is added. */
export const deliveryStates: Record<DeliveryState, string> = {
  received: "Verified and on the disk, not yet understood. It waits, or a digester has it for the length of a lease.",
  digested: "Understood: its events, the rows that they changed and its decisions are stored.",
  dead: "Set aside with a code and a reason. Nothing of it was recorded; it stays to be seen and replayed.",
};

export type DeliveryMoveName = "accept" | "claim" | "markDigested" | "markDead" | "markReceived";

/** `test/docs/lifecycle.test.ts` tries every one of them from every state on a real store. */
export const deliveryMoves: Move<DeliveryMoveName, DeliveryState>[] = [
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

/** The states of what lives here and the moves between them, as tables and as pictures. */
export function lifecyclePage(): string {
  return page(
    "Lives",
    "[scripts/generate/lifecycle-page.ts](../../scripts/generate/lifecycle-page.ts) and [src/queue/lifecycle.ts](../../src/queue/lifecycle.ts), which a test tries on a real store",
    [
      "What a delivery, a command, a workflow and an effect go through, and in no other way.",
      ...life("A delivery", deliveryStates, deliveryMoves),
      "A lease that has run out makes a `received` delivery free to be claimed again. A process that ended without giving its leases back is noticed at the next start on the same machine, which frees them at once.",
      ...life("A command", commandStateMeanings, commandMoves),
      "Of the commands that write to one repository one runs at a time. A command's history keeps how each attempt ended, under the names of these moves; waits are counted instead. Whoever claims a command gets a number, the fence, that no claim before it had: what is written under an older one is refused.",
      "A lease ends at once when its process is known to be gone: it ran on this machine and does not any more, or the machine was started anew. Else it ends when it has been seen without a renewal for 30 seconds by another process, whatever the clocks say.",
      ...life("A workflow", workflowStateMeanings, workflowMoves),
      "## An effect",
      "Something that is done to the world outside: a branch pushed, a pull request opened, a comment written. Each has a key, and is written down before it is sent.",
      states(effectStateMeanings),
      "What may have been sent is looked for before it is sent again; after three sends without an answer it is given up as `OUTCOME_UNKNOWN`. Retrying its command looks once more, then sends.",
    ],
  );
}

function life<State extends string>(
  title: string,
  meanings: Record<State, string>,
  moves: Move<string, State>[],
): string[] {
  const rows = moves.map(({ name, from, to, when, otherwise }) => [
    code(name),
    from.map((state) => (state === null ? "(new)" : code(state))).join(", "),
    code(to),
    when,
    otherwise,
  ]);
  return [
    `## ${title}`,
    states(meanings),
    table(["move", "from", "to", "when", "from any other state"], rows),
    ["```mermaid", "stateDiagram-v2", ...moves.flatMap(arrows), "```"].join("\n"),
  ];
}

function states(meanings: Record<string, string>): string {
  return table(
    ["state", "meaning"],
    Object.entries(meanings).map(([name, meaning]) => [code(name), meaning]),
  );
}

function arrows({ name, from, to }: Move<string, string>): string[] {
  return from.map((state) => `  ${state ?? "[*]"} --> ${to}: ${name}`);
}
