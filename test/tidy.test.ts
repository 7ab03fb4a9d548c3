import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { differencesFromArchitecture, importTableAsMarkdown, importsOutsideTheTable } from "./support/import-table.ts";
import type { Tree } from "./support/source-facts.ts";
import {
  brokenLinks,
  focusedTests,
  foldersMissingInReadme,
  migrationsIn,
  migrationsNotListed,
  modulesOutsideTheirOwner,
  namesThatAreNotKebabCase,
  namesThatSayNothing,
  readersOfTheClock,
  readersOfTheEnvironment,
  unfinishedPlaces,
} from "./support/tidy-rules.ts";

describe("this checkout", () => {
  const checkout = readCheckout();

  test("imports only what the import table allows", () => {
    const { problems, seen } = importsOutsideTheTable(checkout);

    expect(problems).toEqual([]);
    expect(seen.files).toBeGreaterThan(0);
    expect(seen.imports).toBeGreaterThan(0);
  });

  test("has the import table in ARCHITECTURE.md", () => {
    expect(differencesFromArchitecture(checkout)).toEqual([]);
  });

  test("keeps every module at its owner", () => {
    expect(modulesOutsideTheirOwner(checkout)).toEqual([]);
  });

  test("reads the environment in one place", () => {
    expect(readersOfTheEnvironment(checkout)).toEqual([]);
  });

  test("reads the clock in one place", () => {
    expect(readersOfTheClock(checkout)).toEqual([]);
  });

  test("runs all its tests", () => {
    expect(focusedTests(checkout)).toEqual([]);
  });

  test("names its files in kebab-case, and for what they are about", () => {
    expect(namesThatAreNotKebabCase(checkout)).toEqual([]);
    expect(namesThatSayNothing(checkout)).toEqual([]);
  });

  test("leaves nothing to be finished later", () => {
    expect(unfinishedPlaces(checkout)).toEqual([]);
  });

  test("links to places that are there", () => {
    expect(brokenLinks(checkout)).toEqual([]);
  });

  test("names every folder of src in src/README.md", () => {
    expect(foldersMissingInReadme(checkout)).toEqual([]);
  });

  test("runs every migration that is there", () => {
    expect(migrationsNotListed(checkout)).toEqual([]);
    expect(migrationsIn(checkout).length).toBeGreaterThan(0);
  });
});

describe("every rule sees what it forbids, and only that", () => {
  const cases: {
    rule: string;
    check: (tree: Tree) => string[];
    bad: Record<string, string>;
    good: Record<string, string>;
  }[] = [
    {
      rule: "an import outside the table",
      check: (tree) => importsOutsideTheTable(tree).problems,
      bad: { "src/domain/event.ts": `import { open } from "../store/open.ts";` },
      good: { "src/store/open.ts": `import { x } from "../domain/x.ts"; // import { y } from "../http/y.ts"` },
    },
    {
      rule: "a dynamic import outside the table",
      check: (tree) => importsOutsideTheTable(tree).problems,
      bad: { "src/decide/decide.ts": `const flow = await import("../flow.ts");` },
      good: { "src/app.ts": `const flow = await import("./flow.ts");` },
    },
    {
      rule: "an export from outside the table",
      check: (tree) => importsOutsideTheTable(tree).problems,
      bad: { "src/normalise/github.ts": `export { x } from "../decide/x.ts";` },
      good: {
        "src/normalise/github.ts": `export { x } from "../domain/x.ts"; export const text = 'import "../decide/x.ts"';`,
      },
    },
    {
      rule: "a value where types alone are allowed",
      check: (tree) => importsOutsideTheTable(tree).problems,
      bad: { "src/web/page.tsx": `import { list } from "../operations/list.ts"; export const page = <b>{list}</b>;` },
      good: {
        "src/web/page.tsx": `import type { List } from "../operations/list.ts"; export const page = <b>{"" as List}</b>;`,
      },
    },
    {
      rule: "a folder without a row in the table",
      check: (tree) => importsOutsideTheTable(tree).problems,
      bad: { "src/drawer/x.ts": `export const x = 1;` },
      good: { "src/domain/x.ts": `export const x = 1;` },
    },
    {
      rule: "an import from outside src",
      check: (tree) => importsOutsideTheTable(tree).problems,
      bad: { "src/domain/x.ts": `import { y } from "../../test/support/y.ts";` },
      good: { "src/domain/x.test.ts": `import { y } from "../../test/support/y.ts";` },
    },
    {
      rule: "a table in ARCHITECTURE.md that is another",
      check: differencesFromArchitecture,
      bad: { "ARCHITECTURE.md": importTableAsMarkdown().replace("| domain | nothing |", "| domain | store |") },
      good: {
        "ARCHITECTURE.md": `# Architecture\n\n${importTableAsMarkdown()}\n## Next\n\n| a | b |\n| --- | --- |\n| c | d |\n`,
      },
    },
    {
      rule: "a missing ARCHITECTURE.md",
      check: differencesFromArchitecture,
      bad: {},
      good: { "ARCHITECTURE.md": importTableAsMarkdown().replaceAll("domain", "`domain`") },
    },
    {
      rule: "a database outside the store",
      check: modulesOutsideTheirOwner,
      bad: { "src/outcome/x.ts": `import { DatabaseSync } from "node:sqlite";` },
      good: {
        "src/store/x.ts": `import { sql } from "kysely"; import pg from "pg";`,
        "src/outcome/x.ts": `import "pgpass";`,
      },
    },
    {
      rule: "Fastify outside http",
      check: modulesOutsideTheirOwner,
      bad: { "src/receive/x.ts": `import type { FastifyInstance } from "fastify";` },
      good: { "src/http/x.ts": `import helmet from "@fastify/helmet";` },
    },
    {
      rule: "a child process outside its own folder",
      check: modulesOutsideTheirOwner,
      bad: { "src/operations/x.ts": `import { spawn } from "child_process";` },
      good: { "src/child/x.ts": `import { spawn } from "node:child_process";` },
    },
    {
      rule: "React outside the web",
      check: modulesOutsideTheirOwner,
      bad: { "src/http/x.ts": `import { renderToString } from "react-dom/server";` },
      good: { "src/web/x.tsx": `import { useQuery } from "@tanstack/react-query";` },
    },
    {
      rule: "commander outside the command line",
      check: modulesOutsideTheirOwner,
      bad: { "src/app.ts": `import { Command } from "@commander-js/extra-typings";` },
      good: {
        "src/cli.ts": `import { Command } from "commander";`,
        "src/cli/x.ts": `import { Command } from "commander";`,
      },
    },
    {
      rule: "node:http where nobody listens",
      check: modulesOutsideTheirOwner,
      bad: { "src/decide/x.ts": `import http from "node:http";` },
      good: { "src/app.ts": `import http from "node:http";`, "src/receive/x.ts": `import http from "http";` },
    },
    {
      rule: "a look into the environment",
      check: readersOfTheEnvironment,
      bad: { "src/log.ts": `const { env } = process; export const level = env.LEVEL;` },
      good: {
        "src/config.ts": `export const e = process.env;`,
        "src/log.ts": `/* process.env */ export const t = "process.env";`,
      },
    },
    {
      rule: "a look into the environment by brackets",
      check: readersOfTheEnvironment,
      bad: { "src/log.ts": `export const level = process["env"]["LEVEL"];` },
      good: { "src/log.ts": `export const pid = process.pid;` },
    },
    {
      rule: "a look at the clock",
      check: readersOfTheClock,
      bad: { "src/store/x.ts": `export const now = new Date();` },
      good: {
        "src/store/x.ts": `export const at = new Date("2026-01-01");`,
        "src/domain/clock.ts": `export const now = () => new Date();`,
      },
    },
    {
      rule: "a look at the clock in milliseconds",
      check: readersOfTheClock,
      bad: { "src/store/x.ts": `export const now = Date.now();` },
      good: {
        "src/web/x.ts": `export const now = Date.now();`,
        "src/store/x.test.ts": `export const now = Date.now();`,
      },
    },
    {
      rule: "a test that keeps the others from running",
      check: focusedTests,
      bad: { "test/a.test.ts": `describe.only("x", () => {});` },
      good: { "test/a.test.ts": `test("no test.only( here", () => {});` },
    },
    {
      rule: "a name that is not kebab-case",
      check: namesThatAreNotKebabCase,
      bad: { "src/domain/pullRequest.ts": "" },
      good: { "src/domain/pull-request.test.ts": "", "src/README.md": "", LICENSE: "", "test/fixtures/A_b.json": "" },
    },
    {
      rule: "a name that says nothing",
      check: namesThatSayNothing,
      bad: { "src/store/utils.ts": "" },
      good: { "src/store/media-types.ts": "" },
    },
    {
      rule: "a folder whose name says nothing",
      check: namesThatSayNothing,
      bad: { "src/helpers/redact.ts": "" },
      good: { "src/redact/redact.ts": "" },
    },
    {
      rule: "a place to be finished later",
      check: unfinishedPlaces,
      bad: { "src/a.ts": `// ${["TO", "DO"].join("")} later` },
      good: { "src/a.ts": `const path = "a-XXXXXX"; // to do nothing` },
    },
    {
      rule: "a link that leads nowhere",
      check: brokenLinks,
      bad: { "README.md": "[docs](docs/gone.md)" },
      good: {
        "README.md": "[docs](docs/there.md), [folder](docs/), [web](https://example.com/x) `[no](no.md)`",
        "docs/there.md": "",
      },
    },
    {
      rule: "a link to a heading that is not there",
      check: brokenLinks,
      bad: { "README.md": "[docs](docs/there.md#second)", "docs/there.md": "# First" },
      good: { "docs/there.md": "# Two `words`, here\n[up](#two-words-here)" },
    },
    {
      rule: "a folder that src/README.md does not name",
      check: foldersMissingInReadme,
      bad: { "src/README.md": "receive", "src/store/x.ts": "" },
      good: { "src/README.md": "| [store](store/) |", "src/store/x.ts": "" },
    },
    {
      rule: "a migration that never runs",
      check: migrationsNotListed,
      bad: {
        "src/store/migrations/index.ts": `import * as one from "./0001-one.ts";`,
        "src/store/migrations/0002-two.ts": "",
      },
      good: {
        "src/store/migrations/index.ts": `import * as one from "./0001-one.ts";`,
        "src/store/migrations/0001-one.ts": "",
      },
    },
  ];

  test.each(cases)("$rule", ({ check, bad, good }) => {
    expect(check(new Map(Object.entries(bad)))).toHaveLength(1);
    expect(check(new Map(Object.entries(good)))).toEqual([]);
  });
});

/** Names of all files of the checkout, and the text of those that are text. */
function readCheckout(): Tree {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const tree = new Map<string, string>();
  const read = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!["node_modules", "dist", "coverage", ".git", ".cache"].includes(entry.name)) read(path);
      } else if (entry.isFile()) {
        const isText = /\.(tsx?|mjs|md|css|html|json|yaml|yml|sh)$/.test(entry.name);
        tree.set(relative(root, path).split(sep).join("/"), isText ? readFileSync(path, "utf8") : "");
      }
    }
  };
  read(root);
  return tree;
}
