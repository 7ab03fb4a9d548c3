import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown, gfmToMarkdown } from "mdast-util-gfm";
import { toMarkdown } from "mdast-util-to-markdown";
import { gfm } from "micromark-extension-gfm";
import { type AllowLink, allowedTree, codeBlock } from "./allowed-tree.ts";
import { joiner } from "./disarm-words.ts";
import { isTooDense } from "./too-dense.ts";

/**
 * Writes a text anew from its Markdown tree with only what is allowed in it (`allowedTree`), at most so many characters long: whole blocks are left out
 * from the end, and fences are always closed. Text with more markup than people write, or that does not come out as it should, becomes one block of
 * plain code. For cleaned text; linear in its length.
 */
export function renderMarkdown(text: string, charactersMax: number, allowLink: AllowLink): string {
  if (isTooDense(text)) return asCode(text, charactersMax);
  try {
    const root = allowedTree(parse(text), allowLink);
    const rendered = write(root);
    if (!isHarmless(parse(rendered), allowLink)) return asCode(text, charactersMax);
    return rendered.length <= charactersMax ? rendered : writeWithin(root, charactersMax);
  } catch (error) {
    // The parser and the writer call themselves for each level; whoever gets them to overflow the stack gets his text as code.
    if (error instanceof RangeError) return asCode(text, charactersMax);
    throw error;
  }
}

/** The same on one line, for a list's entry or a table's cell: the first block's words. */
export function renderLine(text: string, charactersMax: number): string {
  const line = text.replaceAll(/\s+/g, " ").trim().slice(0, charactersMax);
  if (isTooDense(line)) return inlineCode(line, charactersMax);
  // Behind a sign that begins no block, all of it is a paragraph.
  const root = allowedTree(parse(`${noBlock}${line}`), () => null);
  const written = write(root)
    .replaceAll(noBlock, "")
    .replaceAll("\n", " ")
    .replaceAll("|", "\\|")
    .replaceAll(edgeSpace, "")
    .trim();
  const rendered = blockBegin.test(written) ? joiner + written : written;
  const isSafe = isHarmless(parse(rendered), () => null) && rendered.length <= charactersMax * 2;
  return isSafe ? rendered : inlineCode(line, charactersMax);
}

/** How the writer keeps a space at an end, where something was taken out. */
const edgeSpace = /^(?:&#x20;)+|(?:&#x20;)+$/g;

/** What would begin a heading, a list, a quote or a block of code at the head of a line. */
const blockBegin = /^(?:[#>+*=~:-]|`{3}|\d{1,9}[.)])/;

/** A private character, which cleaning leaves to nobody: it is taken out of the text first. */
const noBlock = "\ue000";

/** Any text as inline code on one line: longer backticks around it than any in it. */
export function inlineCode(text: string, charactersMax: number): string {
  const line = cut(text.replaceAll(/\s+/g, " ").trim(), charactersMax).replaceAll("<!--", "<! --").replaceAll("|", "¦");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = "`".repeat(longest + 1);
  const space = line.startsWith("`") || line.endsWith("`") || line === "" ? " " : "";
  return `${ticks}${space}${line}${space}${ticks}`;
}

/** Whole characters, and a sign that something is missing. */
export function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax
    ? text
    : `${text.slice(0, Math.max(0, charactersMax - 1)).replace(/[\ud800-\udbff]$/, "")}…`;
}

function parse(text: string): Root {
  return fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

function write(root: Root): string {
  return toMarkdown(root, {
    bullet: "-",
    emphasis: "_",
    fence: "`",
    fences: true,
    listItemIndent: "one",
    extensions: [
      gfmToMarkdown({ tablePipeAlign: false }),
      { unsafe: [{ character: "/", atBreak: true, after: "[A-Za-z]" }] },
    ],
  }).trimEnd();
}

/** Reads what was written as a forge would, and says whether it holds nothing but what is allowed. */
function isHarmless(node: Nodes, allowLink: AllowLink): boolean {
  if (node.type === "link")
    return allowLink(node.url) === node.url && node.children.every((child) => isHarmless(child, allowLink));
  if (!harmless.has(node.type)) return false;
  return !("children" in node) || node.children.every((child) => isHarmless(child, allowLink));
}

const harmless = new Set<Nodes["type"]>([
  "root",
  "paragraph",
  "heading",
  "list",
  "listItem",
  "code",
  "table",
  "tableRow",
  "tableCell",
  "text",
  "inlineCode",
  "break",
  "emphasis",
  "strong",
  "delete",
]);

function writeWithin(root: Root, charactersMax: number): string {
  const kept: string[] = [];
  let left = charactersMax - cutNote.length;
  for (const block of root.children) {
    const text = write({ type: "root", children: [block] });
    left -= text.length + 2;
    if (left < 0) break;
    kept.push(text);
  }
  const [first] = root.children;
  if (kept.length === 0 && first !== undefined)
    kept.push(asCode(write({ type: "root", children: [first] }), charactersMax - cutNote.length));
  return [...kept, cutNote.trim()].join("\n\n");
}

const cutNote = "\n\n(cut here)";

function asCode(text: string, charactersMax: number): string {
  const block = (value: string): string => write({ type: "root", children: [codeBlock(value, null)] });
  const whole = block(text);
  return whole.length <= charactersMax
    ? whole
    : block(cut(text, Math.max(0, charactersMax - (whole.length - text.length) - 1)));
}
