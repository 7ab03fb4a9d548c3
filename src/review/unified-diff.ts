import type { Change, ChangedFile, DiffLine } from "../domain/change.ts";

/** More than anybody reads; the file says where it was cut. */
const charactersMax = 4_000_000;

/**
 * A change as a unified diff, the text that `patch` and people know: what an artifact keeps and the dashboard shows. Every file has its two names, so that it can be
 * read back; one of which no lines are shown has a word about that. It holds what people wrote: who writes it down redacts it first.
 */
export function diffTextOf(change: Change): string {
  const parts = [`# ${change.baseSha}..${change.headSha}, diff ${change.diffSha256}`];
  let characters = 0;
  for (const [index, file] of change.files.entries()) {
    const text = fileText(file);
    characters += text.length + 1;
    if (characters > charactersMax) {
      parts.push(`# cut: ${change.files.length - index} more files`);
      break;
    }
    parts.push(text);
  }
  return `${parts.join("\n")}\n`;
}

function fileText(file: ChangedFile): string {
  const before = file.oldPath ?? file.path;
  return [
    `diff --git ${nameText("a/", before)} ${nameText("b/", file.path)}`,
    ...statusLines(file, before),
    ...(file.kind === "text" ? [] : [`# ${kindWords[file.kind]}`]),
    `--- ${file.status === "added" ? "/dev/null" : nameText("a/", before)}`,
    `+++ ${file.status === "deleted" ? "/dev/null" : nameText("b/", file.path)}`,
    ...file.hunks.flatMap((hunk) => [
      `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@${hunk.heading === "" ? "" : ` ${oneLine(hunk.heading)}`}`,
      ...hunk.lines.map(lineText),
    ]),
  ].join("\n");
}

function statusLines({ status, path }: ChangedFile, before: string): string[] {
  switch (status) {
    case "added":
      return ["new file"];
    case "deleted":
      return ["deleted file"];
    case "renamed":
    case "copied": {
      const word = status === "renamed" ? "rename" : "copy";
      return [`${word} from ${nameText("", before)}`, `${word} to ${nameText("", path)}`];
    }
    case "modified":
      return [];
  }
}

const kindWords: Record<Exclude<ChangedFile["kind"], "text">, string> = {
  binary: "binary",
  symlink: "a symbolic link",
  submodule: "a submodule",
  unread: "not looked at",
};

/** A name that could be taken for something else is written as JSON writes it. */
function nameText(side: string, path: string): string {
  const name = `${side}${path}`;
  return /["\\\p{Cc}\p{Zl}\p{Zp}]|^\s|\s$/u.test(name) ? JSON.stringify(name) : name;
}

const signs: Record<DiffLine["kind"], string> = { context: " ", added: "+", deleted: "-" };

function lineText({ kind, text }: DiffLine): string {
  return signs[kind] + oneLine(text);
}

/** Nothing that a file holds begins a line of its own here. */
function oneLine(text: string): string {
  return text.replaceAll("\n", " ");
}
