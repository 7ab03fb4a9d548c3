import { globSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { fencedBlocks, read, root } from "./documents.ts";

describe("ARCHITECTURE.md", () => {
  test("has every folder and every file at the root of src in its code map", () => {
    const map = /^## Code map$([\s\S]*?)^## /m.exec(read("ARCHITECTURE.md"))?.[1] ?? "";
    const entries = readdirSync(join(root, "src")).filter((name) => name !== "README.md" && !name.endsWith(".test.ts"));

    const missing = entries.filter((name) => !map.includes(`](src/${name})`));

    expect(entries.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });

  test("has its glossary in alphabetical order, each word once", () => {
    const glossary = /^## Glossary$([\s\S]*)/m.exec(read("ARCHITECTURE.md"))?.[1] ?? "";
    const words = [...glossary.matchAll(/^\| ([a-z ]+) \|/gm)]
      .map(([, word = ""]) => word)
      .filter((word) => word !== "word");

    expect(words.length).toBeGreaterThan(20);
    expect(words).toEqual([...new Set(words)].toSorted());
  });
});

describe("STYLE.md", () => {
  test("shows code that is in the file that it names", () => {
    const examples = [...read("STYLE.md").matchAll(/\]\((src\/[^)]+\.tsx?)\)[^\n]*\n+```ts\n([\s\S]*?)^```$/gm)];
    const invented = examples.flatMap(([, path = "", text = ""]) => {
      const source = packed(read(path));
      return text
        .split("\n")
        .filter((line) => packed(line) !== "" && packed(line) !== "…" && !source.includes(packed(line)))
        .map((line) => `${path}: ${line.trim()}`);
    });

    expect(examples.length).toBeGreaterThan(5);
    expect(examples.length).toBe(fencedBlocks(read("STYLE.md"), ["ts"]).length);
    expect(invented).toEqual([]);
  });
});

describe("CHANGELOG.md", () => {
  test("begins with what is not released yet, and uses the headings of Keep a Changelog", () => {
    const headings = [...read("CHANGELOG.md").matchAll(/^(##+) (.*)$/gm)].map(([, marks = "", text = ""]) => ({
      depth: marks.length,
      text,
    }));
    const kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

    expect(headings[0]).toEqual({ depth: 2, text: "[Unreleased]" });
    expect(headings.filter(({ depth, text }) => depth === 3 && !kinds.includes(text))).toEqual([]);
    expect(headings.filter(({ depth, text }) => depth === 2 && !/^\[(Unreleased|\d+\.\d+\.\d+)\]/.test(text))).toEqual(
      [],
    );
  });
});

describe("a decision record", () => {
  const records = globSync("docs/adr/[0-9]*.md", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted();

  test.each(records)("has its number, date and standing: %s", (path) => {
    const number = /(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1];

    expect(read(path)).toMatch(
      new RegExp(
        `^# ${number}\\. .+\\n\\nDate: \\d{4}-\\d{2}-\\d{2}\\. Status: (accepted|superseded by \\[\\d{4}\\]\\([^)]+\\))\\.\\n`,
      ),
    );
  });

  test("is in the list, and the numbers have no gap", () => {
    const list = read("docs/adr/README.md");

    expect(records.map((path) => Number(/\/(\d{4})-/.exec(path)?.[1]))).toEqual(records.map((_, index) => index + 1));
    expect(records.filter((path) => !list.includes(`(${path.replace("docs/adr/", "")})`))).toEqual([]);
  });
});

test("README and AGENTS.md are short enough to be read", () => {
  expect(read("README.md").split("\n").length).toBeLessThan(200);
  expect(read("AGENTS.md").split("\n").length).toBeLessThan(30);
});

function packed(text: string): string {
  return text.replaceAll(/\s+/g, "");
}
