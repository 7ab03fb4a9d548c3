import type { Command } from "@commander-js/extra-typings";
import { describe, expect, test } from "vitest";
import { buildProgram } from "../../src/cli.ts";
import { codeSpans, documents, fencedBlocks, read } from "./documents.ts";

const scripts = (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts;

describe("a command that a page shows", () => {
  test.each(documents())("exists: %s", (path) => {
    const shown = commandsIn(read(path));

    expect(shown.map(problemOf).filter((problem) => problem !== null)).toEqual([]);
  });

  test("is looked for where commands are shown", () => {
    expect(documents().flatMap((path) => commandsIn(read(path))).length).toBeGreaterThan(20);
  });

  test("is missed when it is none", () => {
    expect(
      [
        "npm run nonsense",
        "pullwright frobnicate",
        "bin/pullwright prs --sate open",
        "pullwright deliveries forget 42",
      ].map(problemOf),
    ).toEqual([
      "npm run nonsense: package.json has no script nonsense",
      "pullwright frobnicate: there is no command pullwright frobnicate",
      "bin/pullwright prs --sate open: pullwright prs has no option --sate",
      "pullwright deliveries forget 42: there is no command pullwright deliveries forget",
    ]);
  });
});

/** Lines of shell in fenced blocks, and spans of code that begin with one of our programs. */
function commandsIn(markdown: string): string[] {
  const lines = fencedBlocks(markdown, ["sh"]).flatMap((block) => block.split("\n"));
  // Variables before a command are set for it alone, and a comment stands behind it.
  const bare = [...lines, ...codeSpans(markdown)].map((line) =>
    line
      .trim()
      .replace(/^(?:[A-Z_]+=\S+\s+)+/, "")
      .replace(/\s+#.*$/, ""),
  );
  return bare.filter((line) => /^(?:npm (?:run|start|test)|(?:bin\/)?pullwright )/.test(line));
}

/** Why the command would not work, null when it would. */
function problemOf(shown: string): string | null {
  const [program = "", ...words] = shown.split(/\s+/);
  return program === "npm" ? problemOfScript(shown, words) : problemOfCommand(shown, words);
}

function problemOfScript(shown: string, words: string[]): string | null {
  const name = words[0] === "run" ? (words[1] ?? "") : (words[0] ?? "");
  return name in scripts ? null : `${shown}: package.json has no script ${name}`;
}

function problemOfCommand(shown: string, words: string[]): string | null {
  let command = buildProgram();
  const options = [...command.options];
  const path = ["pullwright"];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word.startsWith("-")) {
      const name = word.split("=", 1)[0] ?? "";
      const option = options.find(({ long, short }) => long === name || short === name);
      if (option === undefined && name !== "--help") return `${shown}: ${path.join(" ")} has no option ${name}`;
      // Its value is the next word.
      if (option !== undefined && (option.required || option.optional) && !word.includes("=")) at += 1;
      continue;
    }
    if (command.commands.length === 0) continue; // an argument
    const next = (command.commands as readonly Command[]).find((child) => child.name() === word);
    if (next === undefined) return `${shown}: there is no command ${[...path, word].join(" ")}`;
    command = next;
    path.push(word);
    options.push(...next.options);
  }
  return null;
}
