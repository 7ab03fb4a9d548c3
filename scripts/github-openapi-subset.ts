/**
 * Makes test/fakes/github/openapi-subset.json from GitHub's own description of its API: the routes that Pullwright calls, and what they refer to.
 *
 *     npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz package/generated/api.github.com.json
 *     node scripts/github-openapi-subset.ts package/generated/api.github.com.json
 *     oxfmt test/fakes/github/openapi-subset.json
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A new call of Pullwright's is added here, and the subset made again. */
const routes: Record<string, string[]> = {
  "/user": ["get"],
  "/users/{username}": ["get"],
  "/app": ["get"],
  "/app/installations": ["get"],
  "/app/installations/{installation_id}/access_tokens": ["post"],
  "/repos/{owner}/{repo}": ["get"],
  "/repos/{owner}/{repo}/installation": ["get"],
  "/repos/{owner}/{repo}/git/ref/{ref}": ["get"],
  "/repos/{owner}/{repo}/pulls": ["get", "post"],
  "/repos/{owner}/{repo}/pulls/{pull_number}": ["get", "patch"],
  "/repos/{owner}/{repo}/pulls/{pull_number}/reviews": ["post"],
  "/repos/{owner}/{repo}/compare/{basehead}": ["get"],
  "/repos/{owner}/{repo}/commits/{ref}": ["get"],
  "/repos/{owner}/{repo}/commits/{commit_sha}/pulls": ["get"],
  "/repos/{owner}/{repo}/commits/{ref}/check-runs": ["get"],
  "/repos/{owner}/{repo}/check-runs": ["post"],
  "/repos/{owner}/{repo}/check-runs/{check_run_id}": ["patch"],
  "/repos/{owner}/{repo}/statuses/{sha}": ["post"],
  "/repos/{owner}/{repo}/collaborators/{username}/permission": ["get"],
  "/repos/{owner}/{repo}/issues": ["post"],
  "/repos/{owner}/{repo}/issues/{issue_number}": ["get", "patch"],
  "/repos/{owner}/{repo}/issues/{issue_number}/comments": ["get", "post"],
  "/repos/{owner}/{repo}/issues/comments/{comment_id}": ["patch"],
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const [source] = process.argv.slice(2);
if (source === undefined) throw new Error("Say where api.github.com.json is");
const whole = JSON.parse(readFileSync(source, "utf8")) as JsonObject;

const paths: JsonObject = {};
for (const [path, methods] of Object.entries(routes)) {
  const all = objectAt(whole, ["paths", path]);
  paths[path] = Object.fromEntries(methods.map((method) => [method, strict(trim(objectAt(all, [method])))]));
}
const subset: JsonObject = {
  openapi: "3.1.0",
  info: { title: "GitHub REST API, the part that Pullwright calls", version: "1.1.4", license: { name: "MIT" } },
  paths,
  components: {},
};
// Here GitHub describes an account that is a user and an enterprise at once; it answers with installations as elsewhere.
setAt(objectAt(paths, ["/app/installations", "get", "responses", "200", "content", "application/json"]), ["schema"], {
  type: "array",
  items: { $ref: "#/components/schemas/installation" },
});
for (let missing = referencesIn(subset); missing.length > 0; missing = referencesIn(subset))
  for (const reference of missing) {
    const place = reference.slice(2).split("/");
    setAt(subset, place, strict(trim(objectAt(whole, place))));
  }
writeFileSync(
  join(import.meta.dirname, "../test/fakes/github/openapi-subset.json"),
  `${JSON.stringify(subset, null, 2)}\n`,
);

/** References to what is not in the subset yet. */
function referencesIn(document: JsonObject): string[] {
  const found = new Set<string>();
  walk(document, (value) => {
    const reference = value["$ref"];
    if (typeof reference === "string" && lookUp(document, reference.slice(2).split("/")) === undefined)
      found.add(reference);
  });
  return [...found];
}

/** Examples and prose are most of the text, and nothing is checked by them. */
function trim(value: JsonObject): JsonObject {
  return map(value, (object) =>
    Object.fromEntries(
      Object.entries(object).filter(
        ([key, part]) =>
          !["examples", "externalDocs", "x-github", "tags"].includes(key) &&
          !(
            key === "example" ||
            (key === "description" && typeof part === "string" && !("content" in object) && !("headers" in object))
          ),
      ),
    ),
  );
}

/** `nullable` is older than the schemas that we check by. */
function strict(value: JsonObject): JsonObject {
  return map(value, ({ nullable, ...schema }) => {
    if (nullable !== true) return schema;
    if (typeof schema["type"] === "string") {
      const values = schema["enum"];
      return {
        ...schema,
        type: [schema["type"], "null"],
        ...(Array.isArray(values) && !values.includes(null) ? { enum: [...values, null] } : {}),
      };
    }
    return { anyOf: [schema, { type: "null" }] };
  });
}

function map(value: JsonObject, change: (object: JsonObject) => JsonObject): JsonObject {
  const inside = (part: Json): Json => {
    if (Array.isArray(part)) return part.map(inside);
    return part !== null && typeof part === "object" ? map(part, change) : part;
  };
  return change(Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inside(part)])));
}

function walk(value: Json, visit: (object: JsonObject) => void): void {
  if (Array.isArray(value)) value.forEach((part) => walk(part, visit));
  else if (value !== null && typeof value === "object") {
    visit(value);
    Object.values(value).forEach((part) => walk(part, visit));
  }
}

function lookUp(value: Json, place: string[]): Json | undefined {
  const [first, ...rest] = place;
  if (first === undefined) return value;
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  const next = value[first.replaceAll("~1", "/")];
  return next === undefined ? undefined : lookUp(next, rest);
}

function objectAt(value: Json, place: string[]): JsonObject {
  const found = lookUp(value, place);
  if (found === undefined || found === null || typeof found !== "object" || Array.isArray(found))
    throw new Error(`GitHub's description has nothing at ${place.join("/")}`);
  return found;
}

function setAt(value: JsonObject, place: string[], what: Json): void {
  const [first = "", ...rest] = place;
  if (rest.length === 0) value[first] = what;
  else {
    value[first] ??= {};
    setAt(value[first] as JsonObject, rest, what);
  }
}
