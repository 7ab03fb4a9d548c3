import type { Json } from "./http-api-document.ts";
import { code, page, table } from "./markdown.ts";

type Fields = { [key: string]: Json };

/** Every route with what it takes and answers, and every shape with its fields, for people; http-api.json is for programs. */
export function httpApiPage(document: Fields): string {
  const routes = routesOf(document);
  const tags = [...new Set(routes.map((route) => route.tag))].toSorted();
  return page("HTTP API", "the app's own OpenAPI document ([http-api.json](http-api.json))", [
    "Every route but `/api/v1/session` needs `Authorization: Bearer <token>`, with the token in `<data_dir>/api-token`, or a browser that is signed in. A running service shows the same at `/api/docs`. [api-design.md](../api-design.md) says what all routes have in common: names, pages, errors. Webhook and health paths are in [webhooks.md](webhooks.md).",
    table(
      ["route", "what it does"],
      tags
        .flatMap((tag) => routes.filter((route) => route.tag === tag))
        .map((route) => [code(route.name), route.summary]),
    ),
    ...tags.flatMap((tag) => [`## ${tag}`, ...routes.filter((route) => route.tag === tag).flatMap(routeParts)]),
    "## Shapes",
    ...shapesOf(document).flatMap(([name, schema]) => [`### ${name}`, fieldsTable(schema)]),
  ]);
}

type Route = { name: string; tag: string; summary: string; operation: Fields };

function routesOf(document: Fields): Route[] {
  return Object.entries(fieldsOf(document["paths"])).flatMap(([path, methods]) =>
    Object.entries(fieldsOf(methods)).map(([method, value]) => {
      const operation = fieldsOf(value);
      const [tag] = listOf(operation["tags"]);
      return {
        name: `${method.toUpperCase()} ${path}`,
        tag: textOf(tag),
        summary: textOf(operation["summary"]),
        operation,
      };
    }),
  );
}

function routeParts({ name, summary, operation }: Route): string[] {
  const parameters = [...listOf(operation["parameters"]).map(fieldsOf).map(parameterRow), ...bodyRows(operation)];
  return [
    `### ${name}`,
    summary,
    ...(parameters.length === 0 ? [] : [table(["parameter", "in", "form", "default", "meaning"], parameters)]),
    `Answers ${answersOf(operation)}.`,
  ];
}

function parameterRow(parameter: Fields): string[] {
  const schema = fieldsOf(parameter["schema"]);
  const fallback =
    schema["default"] === undefined
      ? parameter["required"] === true
        ? "required"
        : "—"
      : code(textOf(schema["default"]));
  return [
    code(textOf(parameter["name"])),
    textOf(parameter["in"]),
    formOf(schema),
    fallback,
    textOf(parameter["description"]),
  ];
}

function bodyRows(operation: Fields): string[][] {
  const schema = schemaIn(fieldsOf(operation["requestBody"]));
  const required = listOf(schema["required"]);
  return namesIn(schema).map((name) => {
    const field = fieldsOf(fieldsOf(schema["properties"])[name] ?? null);
    return [
      code(name),
      "body",
      formOf(field),
      required.includes(name) ? "required" : "—",
      textOf(field["description"]),
    ];
  });
}

/** What comes back: each shape once, with every status that it comes with. */
function answersOf(operation: Fields): string {
  const statusesOf = new Map<string, string[]>();
  for (const [status, answer] of Object.entries(fieldsOf(operation["responses"]))) {
    const shape = answerForm(schemaIn(fieldsOf(answer)));
    statusesOf.set(shape, [...(statusesOf.get(shape) ?? []), code(status)]);
  }
  return [...statusesOf].map(([shape, statuses]) => `${statuses.join(", ")} with ${shape}`).join("; ");
}

function answerForm(schema: Fields): string {
  const names = namesIn(schema);
  if (names.length === 0 && schema["$ref"] === undefined) return "no body";
  if (names.join() !== "data,next_cursor,has_more") return formOf(schema);
  return `a page, whose \`data\` is a ${formOf(fieldsOf(fieldsOf(schema["properties"])["data"]))}`;
}

function schemaIn(holder: Fields): Fields {
  return fieldsOf(fieldsOf(fieldsOf(holder["content"])["application/json"])["schema"]);
}

/** The shapes of answers. Those that end in `Input` are zod's other half of the same and tell nothing new. */
function shapesOf(document: Fields): [string, Fields][] {
  const schemas = fieldsOf(fieldsOf(document["components"])["schemas"]);
  const isTwin = (name: string): boolean => name.endsWith("Input") && name.slice(0, -"Input".length) in schemas;
  return Object.entries(schemas)
    .filter(([name]) => !isTwin(name))
    .map(([name, schema]) => [name, fieldsOf(schema)]);
}

function fieldsTable(schema: Fields): string {
  const properties = fieldsOf(schema["properties"]);
  const rows = namesIn(schema).map((name) => {
    const field = fieldsOf(properties[name]);
    return [code(name), formOf(field), textOf(field["description"])];
  });
  return table(["field", "form", "meaning"], rows);
}

/** Those that are always there in the order in which the code has them, then the others. */
function namesIn(schema: Fields): string[] {
  const required = listOf(schema["required"]).map(textOf);
  return [...required, ...Object.keys(fieldsOf(schema["properties"])).filter((name) => !required.includes(name))];
}

/** What a value looks like, in a few words. */
function formOf(schema: Fields): string {
  const reference = textOf(schema["$ref"]);
  if (reference !== "") return shapeLink(reference.slice(reference.lastIndexOf("/") + 1));
  const choices = listOf(schema["enum"]);
  if (choices.length > 0) return choices.map((choice) => code(textOf(choice))).join(", ");
  const either = listOf(schema["anyOf"]).map(fieldsOf);
  if (either.length > 0) return either.map(formOf).join(" or ");
  const types = [schema["type"]].flat().map(textOf);
  return types.map((type) => formOfType(type, schema)).join(" or ");
}

function formOfType(type: string, schema: Fields): string {
  switch (type) {
    case "array":
      return `list of ${formOf(fieldsOf(schema["items"]))}`;
    case "object":
      return objectForm(schema);
    case "integer":
      return `whole number${rangeOf(schema)}`;
    case "string":
      return schema["pattern"] === undefined ? "text" : `text like ${code(textOf(schema["pattern"]))}`;
    case "boolean":
      return "`true` or `false`";
    default:
      return type;
  }
}

function objectForm(schema: Fields): string {
  const properties = fieldsOf(schema["properties"]);
  const names = namesIn(schema);
  if (names.length === 0) return "map of text to " + formOf(fieldsOf(schema["additionalProperties"]));
  return `{ ${names.map((name) => `${code(name)}: ${formOf(fieldsOf(properties[name]))}`).join("; ")} }`;
}

/** Bounds that the code has set; those of a double are no bounds. */
function rangeOf({ minimum, maximum }: Fields): string {
  const from = typeof minimum === "number" && minimum > Number.MIN_SAFE_INTEGER ? minimum : undefined;
  const to = typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER ? maximum : undefined;
  if (from !== undefined && to !== undefined) return ` from ${from} to ${to}`;
  return from === undefined ? (to === undefined ? "" : ` up to ${to}`) : ` from ${from}`;
}

function shapeLink(name: string): string {
  return `[${name}](#${name.toLowerCase()})`;
}

function fieldsOf(value: Json | undefined): Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

function listOf(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: Json | undefined): string {
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}
