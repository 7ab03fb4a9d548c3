import type { BlockContent, Code, DefinitionContent, List, ListItem, Nodes, PhrasingContent, Root, Table } from "mdast";
import { disarmWords, linkLeftOut, withoutAddresses } from "./disarm-words.ts";

/** Says of a link's address how it may stay: as the address that is returned, or, with null, not at all. */
export type AllowLink = (url: string) => string | null;

const depthMax = 6;
const columnsMax = 12;
const rowsMax = 60;

/**
 * The tree of a text made anew from what is allowed in it: paragraphs, lists, code, tables, emphasis, headings of the third level, and links that
 * `allowLink` lets stand. Images, HTML, other links, quotes, rules, footnotes and definitions are gone; words in them that a reader would miss stay as
 * words. Whatever kind of node is not named here is gone too.
 */
export function allowedTree(root: Root, allowLink: AllowLink): Root {
  return { type: "root", children: blocksOf(root.children, { allowLink, depth: 0 }) };
}

type Context = { allowLink: AllowLink; depth: number };

function blocksOf(nodes: Nodes[], context: Context): BlockContent[] {
  return nodes.flatMap((node) => blockOf(node, context));
}

function blockOf(node: Nodes, context: Context): BlockContent[] {
  if (context.depth > depthMax) return [];
  const deeper = { ...context, depth: context.depth + 1 };
  switch (node.type) {
    case "paragraph":
      return paragraphOf(phrasingOf(node.children, deeper));
    case "heading":
      return headingOf(phrasingOf(node.children, deeper));
    case "blockquote":
      return blocksOf(node.children, deeper);
    case "list":
      return listOf(node, deeper);
    case "code":
      return [codeBlock(node.value, node.lang ?? null)];
    case "table":
      return tableOf(node, deeper);
    case "html":
      return isHtml(node.value) ? [] : paragraphOf([{ type: "inlineCode", value: node.value.replaceAll("\n", " ") }]);
    case "break":
    case "definition":
    case "delete":
    case "emphasis":
    case "footnoteDefinition":
    case "footnoteReference":
    case "image":
    case "imageReference":
    case "inlineCode":
    case "link":
    case "linkReference":
    case "listItem":
    case "root":
    case "strong":
    case "tableCell":
    case "tableRow":
    case "text":
    case "thematicBreak":
    case "yaml":
      return [];
  }
}

function paragraphOf(children: PhrasingContent[]): BlockContent[] {
  return children.length === 0 ? [] : [{ type: "paragraph", children }];
}

/** A heading is one line; of the third level, so that it stands below ours. */
function headingOf(children: PhrasingContent[]): BlockContent[] {
  return children.length === 0 ? [] : [{ type: "heading", depth: 3, children: children.map(onOneLine) }];
}

function onOneLine(node: PhrasingContent): PhrasingContent {
  if (node.type === "break") return { type: "text", value: " " };
  if ("children" in node) return { ...node, children: node.children.map(onOneLine) };
  return node.type === "text" ? { ...node, value: node.value.replaceAll("\n", " ") } : node;
}

/** Boxes that one could tick are left out. */
function listOf(list: List, context: Context): BlockContent[] {
  const children: ListItem[] = list.children
    .map((item) => blocksOf(item.children, context) as (BlockContent | DefinitionContent)[])
    .filter((blocks) => blocks.length > 0)
    .map((blocks) => ({ type: "listItem", spread: false, children: blocks }));
  if (children.length === 0) return [];
  const start = Math.min(list.start ?? 1, 9999);
  return [
    {
      type: "list",
      ordered: list.ordered === true,
      spread: false,
      children,
      ...(list.ordered === true ? { start } : {}),
    },
  ];
}

/** Columns and rows are bounded: each row is written with all columns of the widest. */
function tableOf(table: Table, context: Context): BlockContent[] {
  const rows = table.children.slice(0, rowsMax).map((row) => ({
    type: "tableRow" as const,
    children: row.children
      .slice(0, columnsMax)
      .map((cell) => ({ type: "tableCell" as const, children: phrasingOf(cell.children, context).map(onOneLine) })),
  }));
  return rows.length === 0 ? [] : [{ type: "table", align: [], children: rows }];
}

function phrasingOf(nodes: Nodes[], context: Context): PhrasingContent[] {
  return nodes.flatMap((node) => phraseOf(node, context));
}

function phraseOf(node: Nodes, context: Context): PhrasingContent[] {
  if (context.depth > depthMax * 2) return [];
  const deeper = { ...context, depth: context.depth + 1 };
  switch (node.type) {
    case "text":
      return textOf(node.value);
    case "inlineCode":
      return inlineCodeOf(node.value);
    case "break":
      return [node];
    case "emphasis":
    case "strong":
    case "delete": {
      const children = phrasingOf(node.children, deeper);
      return children.length === 0 ? [] : [{ type: node.type, children }];
    }
    case "link":
      return linkOf(node.url, node.children, deeper);
    case "linkReference":
      return phrasingOf(node.children, deeper);
    case "image":
    case "imageReference":
      return [{ type: "text", value: "(image left out)" }];
    case "html":
      return isHtml(node.value) ? [] : inlineCodeOf(node.value);
    case "blockquote":
    case "code":
    case "definition":
    case "footnoteDefinition":
    case "footnoteReference":
    case "heading":
    case "list":
    case "listItem":
    case "paragraph":
    case "root":
    case "table":
    case "tableCell":
    case "tableRow":
    case "thematicBreak":
    case "yaml":
      return [];
  }
}

function textOf(value: string): PhrasingContent[] {
  const text = disarmWords(withoutAddresses(value));
  return text === "" ? [] : [{ type: "text", value: text }];
}

function inlineCodeOf(value: string): PhrasingContent[] {
  const code = value.replaceAll(/\s+/g, " ").trim();
  return code === "" ? [] : [{ type: "inlineCode", value: defused(code) }];
}

/** A link whose words are its address is no more than the address. */
function linkOf(url: string, nodes: Nodes[], context: Context): PhrasingContent[] {
  const allowed = context.allowLink(url);
  const [first] = nodes;
  const isBare = nodes.length === 1 && first?.type === "text" && /^(?:[a-z][a-z0-9+.-]*:|www\.)|@/i.test(first.value);
  if (allowed === null) return isBare ? [{ type: "text", value: linkLeftOut }] : phrasingOf(nodes, context);
  const words = isBare
    ? [{ type: "text" as const, value: "link" }]
    : phrasingOf(nodes, context).filter(({ type }) => type !== "link");
  return [{ type: "link", url: allowed, children: words.length === 0 ? [{ type: "text", value: "link" }] : words }];
}

/** A block of code as it may stand in a comment: in no language that a forge draws, applies or asks another server about. */
export function codeBlock(value: string, language: string | null): Code {
  const lang = language !== null && languages.has(language.toLowerCase()) ? language.toLowerCase() : null;
  // Older GitLabs look for `/merge` and its like with a pattern that loses count of nested fences: no line begins so.
  return { type: "code", lang, value: defused(value).replaceAll(/^(?=\/[a-z])/gim, " ") };
}

/** Marks are what our own comments are known by. */
function defused(code: string): string {
  return code.replaceAll("<!--", "<! --");
}

/** Only these: forges draw `mermaid` and `geojson`, GitLab sends diagrams to another server, and `suggestion` can be applied with a click. */
const languages = new Set(
  (
    "bash c clojure cmake cpp cs csharp css csv cxx dart diff dockerfile elixir elm erlang fish fsharp go gradle graphql groovy h haskell hcl hpp html ini java " +
    "javascript jinja js json json5 jsonc jsx julia kotlin kt latex less lisp lua make makefile markdown md mjs nginx nix objc ocaml patch perl php plain powershell " +
    "properties proto protobuf ps1 py python r rb rs ruby rust sass scala scss sh shell sql svelte swift tcl terraform tex text tf toml ts tsx txt typescript vb " +
    "vim vue xml yaml yml zig zsh"
  ).split(" "),
);

/** Whether it is HTML, and not the angle brackets of a program's types: `Array<string>` loses its meaning without them. */
function isHtml(value: string): boolean {
  const name = /^<\/?([A-Za-z][A-Za-z0-9]{0,30})\s{0,3}>$/.exec(value)?.[1];
  return name === undefined || elements.has(name.toLowerCase());
}

const elements = new Set(
  (
    "a abbr address area article aside audio b base bdi bdo big blink blockquote body br button canvas caption center cite code col colgroup data datalist dd del " +
    "details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe " +
    "image img input ins isindex kbd label legend li link listing main map mark marquee math menu menuitem meta meter nav nobr noembed noframes noscript object ol " +
    "optgroup option output p param picture plaintext portal pre progress q rb rp rt rtc ruby s samp script search section select slot small source span strike " +
    "strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt u ul var video wbr xmp"
  ).split(" "),
);
