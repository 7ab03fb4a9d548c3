import { posix } from "node:path";
import { factsOf, type Tree } from "./source-facts.ts";

/**
 * What each folder of src/, and each file at its root, may import besides itself. ARCHITECTURE.md has the same table.
 * `(types)` after a name allows `import type` only; `all` and `nothing` mean what they say.
 */
export const importTable: Record<string, string> = {
  domain: "nothing",
  redact: "domain",
  normalise: "domain",
  decide: "domain",
  store: "domain",
  child: "domain",
  git: "domain, child",
  forges: "domain, redact",
  sandbox: "domain, child",
  agents: "domain, child, redact, sandbox",
  review: "domain, redact",
  queue: "domain, store",
  work: "domain, child, git, forges, redact, review, agents (types)",
  receive: "domain",
  outcome: "domain, store",
  operations: "domain, store, outcome, redact, queue, decide (types)",
  engine:
    "domain, agents, child, config, config.ts (types), decide, flow.ts, forges, git, log.ts, normalise, operations, outcome, queue, redact, review, sandbox, store, work",
  config: "domain, decide (types), receive (types), store (types), config.ts (types)",
  http: "domain, operations, receive, redact, log.ts (types)",
  cli: "domain, operations, queue, store, redact, config, config.ts, app.ts, engine, demo, log.ts, version.ts, webhook-sources.ts",
  web: "domain, operations (types)",
  demo: "domain, app.ts, child, config.ts",
  "flow.ts": "domain, normalise, decide, queue, outcome, store, redact",
  "log.ts": "redact",
  "version.ts": "nothing",
  "config.ts": "domain, config, store (types)",
  "webhook-sources.ts": "domain, config, config.ts, receive (types)",
  "app.ts": "all",
  "cli.ts": "all",
};

/** Source files seen and imports seen: a check that saw none has checked nothing. */
export type Seen = { files: number; imports: number };

/** One message for each import that the table does not allow. A test may also import from test/. */
export function importsOutsideTheTable(tree: Tree): { problems: string[]; seen: Seen } {
  const problems: string[] = [];
  const seen: Seen = { files: 0, imports: 0 };
  for (const [path, text] of tree) {
    if (!isSource(path)) continue;
    seen.files += 1;
    const from = roomOf(path);
    const allowed = importTable[from];
    if (allowed === undefined) {
      problems.push(`${path}: ${from} has no row in the import table (test/support/import-table.ts, ARCHITECTURE.md)`);
      continue;
    }
    for (const { specifier, isTypeOnly } of factsOf(path, text).imports) {
      seen.imports += 1;
      const problem = specifier.startsWith(".") ? problemOf(path, specifier, isTypeOnly, from, allowed) : undefined;
      if (problem !== undefined) problems.push(`${path}: ${problem}`);
    }
  }
  return { problems, seen };
}

/** How the two tables differ; empty when they are equal. */
export function differencesFromArchitecture(tree: Tree): string[] {
  const text = tree.get("ARCHITECTURE.md");
  if (text === undefined) return [`There is no ARCHITECTURE.md; it needs this:\n\n${importTableAsMarkdown()}`];
  const section = /^## Import table\s*$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text)?.[1];
  if (section === undefined)
    return [`ARCHITECTURE.md has no heading "## Import table"; it needs this:\n\n${importTableAsMarkdown()}`];

  const documented = tableIn(section);
  const names = new Set([...Object.keys(importTable), ...Object.keys(documented)]);
  return [...names]
    .filter((name) => importTable[name] !== documented[name])
    .map(
      (name) =>
        `${name}: the test says "${importTable[name] ?? "no row"}", ARCHITECTURE.md "${documented[name] ?? "no row"}"`,
    );
}

/** The section for ARCHITECTURE.md, to be pasted. */
export function importTableAsMarkdown(): string {
  const rows = Object.entries(importTable).map(([folder, allowed]) => `| ${folder} | ${allowed} |`);
  return ["## Import table", "", "| folder | may import |", "| --- | --- |", ...rows, ""].join("\n");
}

/** TypeScript under src/, tests beside it included. */
export function isSource(path: string): boolean {
  return path.startsWith("src/") && /\.tsx?$/.test(path);
}

export function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path);
}

function problemOf(
  path: string,
  specifier: string,
  isTypeOnly: boolean,
  from: string,
  allowed: string,
): string | undefined {
  const target = posix.join(posix.dirname(path), specifier);
  if (!target.startsWith("src/")) return problemOutside(path, target, allowed);
  const to = roomOf(target);
  if (to === from || allowed === "all") return undefined;
  const names = allowed.split(", ");
  if (names.includes(to) || (isTypeOnly && names.includes(`${to} (types)`))) return undefined;
  if (names.includes(`${to} (types)`))
    return `imports ${specifier}; of ${to}, ${from} may import types only (import type)`;
  return `imports ${specifier}; ${from} may import: ${allowed}`;
}

function problemOutside(path: string, target: string, allowed: string): string | undefined {
  if (isTest(path) && target.startsWith("test/")) return undefined;
  if (allowed === "all" && target === "package.json") return undefined;
  return `imports ${target}, which is outside src/`;
}

/** `src/store/postgres/claim.ts` is in the room `store`, `src/flow.ts` is its own, and `src/flow.test.ts` belongs to it. */
function roomOf(path: string): string {
  const [, first = "", ...rest] = path.split("/");
  return rest.length > 0 ? first : first.replace(/\.test(?=\.tsx?$)/, "");
}

function tableIn(section: string): Record<string, string> {
  const rows = section.split("\n").filter((line) => line.startsWith("|"));
  const cells = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.replaceAll("`", "").trim()),
  );
  const pairs = cells
    .slice(2)
    .flatMap(([names = "", allowed = ""]) => names.split(",").map((name) => [name.trim(), allowed]));
  return Object.fromEntries(pairs);
}
