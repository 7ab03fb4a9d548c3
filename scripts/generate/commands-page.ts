import type { Command } from "@commander-js/extra-typings";
import { buildProgram } from "../../src/cli.ts";
import { code, page, table } from "./markdown.ts";

const columns = 100;

/** Every command with its help, as a terminal of a hundred columns without colours shows it. */
export function commandsPage(): string {
  const program = buildProgram();
  const leaves = leavesOf(program, []);
  return page("Commands", "the command line's own help ([src/cli.ts](../../src/cli.ts))", [
    "In a checkout the command is `bin/pullwright`. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 inconclusive. What a command prints goes to standard output; logs and complaints go to standard error.",
    table(
      ["command", "what it does"],
      leaves.map(({ name, command }) => [`[${code(name)}](#${anchorOf(name)})`, command.description()]),
    ),
    "## Options of every command",
    fenced(helpOf(program)),
    ...leaves.flatMap(({ name, command }) => [`## ${name}`, fenced(helpOf(command))]),
  ]);
}

type Leaf = { name: string; command: Command };

/** The commands that do something, under their whole names. */
function leavesOf(command: Command, path: string[]): Leaf[] {
  const here = [...path, command.name()];
  const children = (command.commands as readonly Command[]).flatMap((child) => leavesOf(child, here));
  return command.commands.length === 0 ? [{ name: here.join(" "), command }] : children;
}

function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
    getOutHelpWidth: () => columns,
    getOutHasColors: () => false,
  });
  command.outputHelp();
  return text.trimEnd();
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}

function anchorOf(heading: string): string {
  return heading.replaceAll(" ", "-");
}
