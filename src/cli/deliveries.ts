import { styleText } from "node:util";
import { Option, type Command } from "@commander-js/extra-typings";
import { PullwrightError } from "../domain/error.ts";
import { addListOptions, type Column, printList } from "./print-list.ts";
import { shortTime } from "./short-time.ts";
import { withOperations } from "./with-operations.ts";

type Row = {
  id: number;
  source: string;
  event: string;
  delivery_id: string;
  state: string;
  body_bytes: number;
  received_at: string;
  dead_code: string | null;
};

export function addDeliveriesCommands(program: Command): void {
  const deliveries = program.command("deliveries").description("webhooks as they arrived");

  addListOptions(deliveries.command("list", { isDefault: true }).description("newest first"))
    .addOption(new Option("--state <state>", "only in this state").choices(["received", "digested", "dead"] as const))
    .option("--source <name>", "only from this source")
    .addHelpText(
      "after",
      "\nExamples:\n  pullwright deliveries list --state dead\n  pullwright deliveries list --source github --ndjson",
    )
    .action(async ({ state, source, ...options }, command) => {
      await withOperations(command, "read", (perform) =>
        printList(
          options,
          { columns, filter: { state, source }, none: "No deliveries. `pullwright start` says where webhooks go." },
          (question) => perform("listDeliveries", question),
        ),
      );
    });

  deliveries
    .command("show")
    .description("one delivery with headers, body and what became of it")
    .argument("<id>", "its number in the list")
    .option("--json", "the API's own object")
    .option("--body", "the body alone, as text")
    .action(async (id, options, command) => {
      await withOperations(command, "read", async (perform) => {
        const delivery = await perform("getDelivery", { id: parseNumber(id) });
        if (options.json) process.stdout.write(`${JSON.stringify(delivery, null, 2)}\n`);
        else if (options.body) process.stdout.write(delivery.body);
        else process.stdout.write(describe(delivery));
      });
    });

  deliveries
    .command("replay")
    .description("digest a stored delivery again; what it says is joined, so this is safe at any time")
    .argument("<id>", "its number in the list")
    .option("--json", "the API's own object")
    .action(async (id, options, command) => {
      await withOperations(command, "write", async (perform) => {
        const row = await perform("replayDelivery", { id: parseNumber(id) });
        process.stdout.write(
          options.json
            ? `${JSON.stringify(row, null, 2)}\n`
            : `Delivery ${row.id} waits to be digested again; a running service takes it up within a second. \`pullwright why ${row.id}\` tells what becomes of it.\n`,
        );
      });
    });
}

const columns: Column<Row>[] = [
  { head: "ID", of: (row) => String(row.id) },
  { head: "RECEIVED", of: (row) => shortTime(row.received_at) },
  { head: "SOURCE", of: (row) => row.source },
  { head: "EVENT", of: (row) => row.event },
  {
    head: "STATE",
    of: (row) => (row.dead_code === null ? row.state : `dead: ${row.dead_code}`),
    style: (row) => ({ dead: "red", received: "yellow" })[row.state] as "red" | undefined,
  },
  { head: "BYTES", of: (row) => String(row.body_bytes) },
  { head: "DELIVERY ID", of: (row) => row.delivery_id },
];

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text))
    throw new PullwrightError(
      "VALIDATION_ERROR",
      `${JSON.stringify(text)} is not a delivery's number. \`pullwright deliveries list\` shows them; \`pullwright why\` takes the sender's ids too.`,
    );
  return Number(text);
}

function describe(
  delivery: Row & {
    headers: Record<string, string>;
    body: string;
    body_cut: boolean;
    body_encoding: string;
    dead_reason: string | null;
    remedy: string | null;
    events: { kind: string; summary: string }[];
    decisions: { rule: string; because: string }[];
  },
): string {
  const head = (text: string): string => styleText("bold", text);
  const lines = [
    `${head(`Delivery ${delivery.id}`)}  ${delivery.source}  ${delivery.event}  ${delivery.state}`,
    `Received ${delivery.received_at}, ${delivery.body_bytes} bytes, sender's id ${delivery.delivery_id}`,
    ...(delivery.dead_code === null
      ? []
      : [
          styleText("red", `${delivery.dead_code}: ${delivery.dead_reason ?? ""}`),
          `What to do: ${delivery.remedy ?? ""}`,
        ]),
    head("Events"),
    ...(delivery.events.length === 0
      ? ["  none"]
      : delivery.events.map((event) => `  ${event.kind}: ${event.summary}`)),
    head("Decisions"),
    ...(delivery.decisions.length === 0
      ? ["  none yet"]
      : delivery.decisions.map((decision) => `  ${decision.rule}: ${decision.because}`)),
    head("Headers"),
    ...Object.entries(delivery.headers).map(([name, value]) => `  ${name}: ${value}`),
    head(delivery.body_encoding === "utf-8" ? "Body" : "Body (base64)"),
    delivery.body + (delivery.body_cut ? "\n… cut; the store has all of it" : ""),
  ];
  return `${lines.join("\n")}\n`;
}
