import { parseSync } from "vite";

/** File names, relative to the checkout with forward slashes, to their text. */
export type Tree = ReadonlyMap<string, string>;

export type Import = {
  /** As written: `../domain/clock.ts`, `node:http`, `kysely`. */
  specifier: string;
  /** `import type` and `export type`: nothing of it is left when the program runs. */
  isTypeOnly: boolean;
};

/** What a source file does that a rule may care about; comments and texts in it count for nothing. */
export type SourceFacts = {
  imports: Import[];
  readsEnvironment: boolean;
  /** `new Date()` without arguments, `Date()` and `Date.now()`. */
  readsClock: boolean;
  /** `test.only(…)`, `describe.only(…)`, `it.only(…)`, and `.only` on what they return. */
  focusesTests: boolean;
};

/** @throws when the file cannot be parsed */
export function factsOf(path: string, text: string): SourceFacts {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const facts: SourceFacts = { imports: [], readsEnvironment: false, readsClock: false, focusesTests: false };
  visit(program, facts);
  return facts;
}

/** The part of the syntax tree's nodes that is looked at here. */
type Node = { type: string } & Record<string, unknown>;

function visit(value: unknown, facts: SourceFacts): void {
  if (Array.isArray(value)) {
    for (const one of value) visit(one, facts);
    return;
  }
  if (!isNode(value)) return;
  note(value, facts);
  for (const child of Object.values(value)) if (typeof child === "object") visit(child, facts);
}

function note(node: Node, facts: SourceFacts): void {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      noteImport(node["source"], node["importKind"] === "type" || node["exportKind"] === "type", facts);
      return;
    case "ImportExpression":
      noteImport(node["source"], false, facts);
      return;
    case "TSImportType":
      noteImport(node["source"], true, facts);
      return;
    case "MemberExpression":
      if (isMember(node, "process", "env")) facts.readsEnvironment = true;
      return;
    case "VariableDeclarator":
      if (isName(node["init"], "process") && takesEnvironment(node["id"])) facts.readsEnvironment = true;
      return;
    case "NewExpression":
      if (isName(node["callee"], "Date") && isEmpty(node["arguments"])) facts.readsClock = true;
      return;
    case "CallExpression":
      noteCall(node, facts);
      return;
  }
}

function noteCall(node: Node, facts: SourceFacts): void {
  const callee = node["callee"];
  if (isName(callee, "Date") || (isNode(callee) && isMember(callee, "Date", "now"))) facts.readsClock = true;
  if (isNode(callee) && callee.type === "MemberExpression" && propertyOf(callee) === "only") facts.focusesTests = true;
}

function noteImport(source: unknown, isTypeOnly: boolean, facts: SourceFacts): void {
  if (isNode(source) && typeof source["value"] === "string")
    facts.imports.push({ specifier: source["value"], isTypeOnly });
}

/** `const { env } = process` reads it too. */
function takesEnvironment(pattern: unknown): boolean {
  if (!isNode(pattern) || !Array.isArray(pattern["properties"])) return false;
  return pattern["properties"].some((property) => isNode(property) && isName(property["key"], "env"));
}

function isMember(node: Node, object: string, property: string): boolean {
  return node.type === "MemberExpression" && isName(node["object"], object) && propertyOf(node) === property;
}

/** Both `a.b` and `a["b"]`. */
function propertyOf(node: Node): unknown {
  const property = node["property"];
  if (!isNode(property)) return undefined;
  return node["computed"] === true ? property["value"] : property["name"];
}

function isName(value: unknown, name: string): boolean {
  return isNode(value) && value.type === "Identifier" && value["name"] === name;
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}
