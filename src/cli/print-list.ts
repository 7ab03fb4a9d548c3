import { styleText } from "node:util";
import type { Command, OptionValues } from "@commander-js/extra-typings";
import { InvalidArgumentError } from "@commander-js/extra-typings";
import { printCsv } from "./csv.ts";
import { harmlessLine } from "./harmless-line.ts";

/** A column of a table for people: its head, and what it shows of a row. */
export type Column<Row> = {
  head: string;
  of: (row: Row) => string;
  style?: (row: Row) => Parameters<typeof styleText>[0] | undefined;
};

export type ListOptions = { limit: number; cursor?: string; all?: true; json?: true; ndjson?: true; csv?: true };

type List<Row> = { data: Row[]; next_cursor: string | null; has_more: boolean; total: number };

/** Gives a command the options that every listing has. */
export function addListOptions<Args extends unknown[], Options extends OptionValues>(command: Command<Args, Options>) {
  return command
    .option("-n, --limit <rows>", "how many rows, 1 to 200", parseLimit, 50)
    .option("--cursor <cursor>", "go on where a list with --json ended")
    .option("--all", "every row, page by page")
    .option("--json", "the API's own list object")
    .option("--ndjson", "a row a line, as JSON")
    .option("--csv", "comma-separated, safe to open in a spreadsheet");
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!/^\d{1,3}$/.test(text) || limit < 1 || limit > 200)
    throw new InvalidArgumentError("It is a whole number from 1 to 200; --all gives every row.");
  return limit;
}

/** What a filter's options say, those left out that nobody gave. */
type Given<Filter> = { [Name in keyof Filter]?: Exclude<Filter[Name], undefined> };

type Listing<Row, Filter> = {
  columns: Column<Row>[];
  filter: Filter;
  /** What a person reads where there is nothing at all. */
  none: string;
};

/** Reads a list as the options and the filter say and prints it: a table for people, or one of the formats for programs. */
export async function printList<Row extends Record<string, unknown>, Filter extends Record<string, unknown>>(
  options: ListOptions,
  { columns, filter, none }: Listing<Row, Filter>,
  read: (question: { limit: number; cursor?: string } & Given<Filter>) => Promise<List<Row>>,
): Promise<void> {
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined)) as Given<Filter>;
  const list = await readPages(options, (page) => read({ ...page, ...given }));
  const print = (text: string): void => void process.stdout.write(text);
  if (options.json)
    print(`${JSON.stringify({ data: list.data, next_cursor: list.next_cursor, has_more: list.has_more }, null, 2)}\n`);
  else if (options.ndjson) print(list.data.map((row) => `${JSON.stringify(row)}\n`).join(""));
  else if (options.csv) print(printCsv(list.data));
  else if (list.data.length === 0) print(`${Object.keys(given).length > 0 ? "Nothing matches." : none}\n`);
  else {
    print(asTable(list.data, columns));
    if (list.has_more)
      print(
        styleText(
          "dim",
          `${list.data.length} of ${list.total >= 10_000 ? "over 10,000" : list.total}; --all shows every row\n`,
        ),
      );
  }
}

async function readPages<Row>(
  options: ListOptions,
  read: (page: { limit: number; cursor?: string }) => Promise<List<Row>>,
): Promise<List<Row>> {
  const first = await read({
    limit: options.all ? 200 : options.limit,
    ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
  });
  if (!options.all) return first;
  const data = [...first.data];
  let next = first.next_cursor;
  while (next !== null) {
    const page = await read({ limit: 200, cursor: next });
    data.push(...page.data);
    next = page.next_cursor;
  }
  return { data, next_cursor: null, has_more: false, total: first.total };
}

function asTable<Row>(rows: Row[], columns: Column<Row>[]): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.of(row))));
  const widths = columns.map((column, index) =>
    Math.max(column.head.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const pad = (text: string, index: number): string =>
    index === columns.length - 1 ? text : text.padEnd(widths[index] ?? 0);
  const head = styleText("dim", columns.map((column, index) => pad(column.head, index)).join("  "));
  const lines = rows.map((row, line) =>
    columns
      .map((column, index) => {
        const style = column.style?.(row);
        const text = pad(cells[line]?.[index] ?? "", index);
        return style === undefined ? text : styleText(style, text);
      })
      .join("  "),
  );
  return `${[head, ...lines].join("\n")}\n`;
}

/** A cell is short: the row must stay a line. */
function oneLine(text: string): string {
  const clean = harmlessLine(text);
  return clean.length > 72 ? `${clean.slice(0, 71)}…` : clean;
}
