import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { routes } from "../../src/http/routes.ts";
import { launchBrowser } from "../support/browser.ts";
import { githubPullRequest, githubPush, githubWorkflowRun } from "../support/sample-payloads.ts";
import { storeThreeReviews } from "../support/sample-reviews.ts";
import { startTestService, type TestService } from "../support/service.ts";
import { askForWork } from "./ask-for-work.ts";

type Schema = Record<string, unknown>;
type Operation = {
  operationId?: string;
  summary?: string;
  tags?: string[];
  parameters?: { name: string; in: string; required?: boolean; schema?: Schema }[];
  requestBody?: object;
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
};
type Document = {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, Schema> };
  security: Record<string, string[]>[];
};

let service: TestService;
let document: Document;

beforeAll(async () => {
  service = await startTestService();
  await service.send("github", "pull_request", githubPullRequest());
  await service.send("github", "push", githubPush());
  await service.send("github", "workflow_run", githubWorkflowRun());
  await service.send("github", "push", "{]}");
  await askForWork(service);
  await storeThreeReviews(service.dataDir);
  await service.digested();
  document = (await service.get("/api/openapi.json")).json();
});

afterAll(() => service[Symbol.asyncDispose]());

test("the description is an OpenAPI 3.1 document", () => {
  expect(document.openapi).toMatch(/^3\.1\.\d+$/);
  expect(document.info).toMatchObject({
    title: "Pullwright",
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
  });
  expect(document.components.securitySchemes["bearer"]).toEqual({ type: "http", scheme: "bearer" });
  expect(document.security).toEqual([{ bearer: [] }]);
  expect(problemsOf(document)).toEqual([]);
});

test("a document with a fault in it is not taken for one", () => {
  const broken = structuredClone(document);
  const operation = broken.paths["/api/v1/prs/{id}"]?.["get"] as Operation;
  operation.parameters = [];
  operation.operationId = "listPullRequests";
  operation.responses = {
    "200": { content: { "application/json": { schema: { $ref: "#/components/schemas/Nothing" } } } },
  };

  expect(problemsOf(broken)).toHaveLength(4);
});

test("every route is described, and nothing that is no route", () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const served = routes.map(({ method, path }) => `${method} ${describedPath(path)}`);

  expect(described.toSorted()).toEqual([...served, "POST /api/v1/session", "DELETE /api/v1/session"].toSorted());
});

describe.each(routes.filter(({ method }) => method === "GET").map(({ path }) => path))("%s", (path) => {
  test("answers what the description says", async () => {
    const schema =
      document.paths[describedPath(path)]?.["get"]?.responses?.["200"]?.content?.["application/json"]?.schema ?? {};
    const validate = z.fromJSONSchema(withDefinitions(schema, document));

    const answer = await service.get(path.replace(":id", "1").replace(":file", "diff"));

    expect(answer.status).toBe(200);
    expect(validate.safeParse(answer.json()).error?.issues ?? []).toEqual([]);
    // The control: the same answer with a field too many is not what the description says.
    expect(validate.safeParse({ ...answer.json(), more: 1 }).success).toBe(false);
  });

  test("refuses as the description says", async () => {
    const schema =
      document.paths[describedPath(path)]?.["get"]?.responses?.["422"]?.content?.["application/json"]?.schema ?? {};
    const validate = z.fromJSONSchema(withDefinitions(schema, document));

    const answer = await service.get(`${path.replace(":id", "1").replace(":file", "diff")}?nonsense=1`);

    expect(answer.status).toBe(422);
    expect(validate.safeParse(answer.json()).success).toBe(true);
  });
});

/** As OpenAPI writes it: `{id}` for `:id`. */
function describedPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, "{$1}");
}

test("the page about the API shows it in a browser, and asks nobody else for anything", async () => {
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on(
    "request",
    (request) =>
      !request.url().startsWith(service.appUrl) && !request.url().startsWith("data:") && elsewhere.push(request.url()),
  );

  await page.goto(service.signInUrl);
  await page.waitForURL(`${service.appUrl}/`);
  await page.goto(`${service.appUrl}/api/docs`);
  const shown = await page.getByText("/api/v1/deliveries/{id}/replay").first().textContent();

  expect(shown).toContain("replay");
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});

/** What a validator of the format would complain about, as far as this document uses it. */
function problemsOf(checked: Document): string[] {
  const problems: string[] = [];
  const ids = new Set<string>();
  for (const [path, methods] of Object.entries(checked.paths)) {
    if (!path.startsWith("/")) problems.push(`${path} does not begin with /`);
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
    for (const [method, operation] of Object.entries(methods)) {
      const where = `${method} ${path}`;
      if (!["get", "put", "post", "delete", "options", "head", "patch", "trace"].includes(method))
        problems.push(`${where}: no such method`);
      if (operation.operationId === undefined || ids.has(operation.operationId))
        problems.push(`${where}: its operationId is missing or another's`);
      ids.add(operation.operationId ?? "");
      if ((operation.summary ?? "") === "" || (operation.tags ?? []).length === 0)
        problems.push(`${where}: no summary or no tag`);
      const parameters = operation.parameters ?? [];
      for (const name of inPath)
        if (
          !parameters.some(
            (parameter) =>
              parameter.in === "path" &&
              parameter.name === name &&
              parameter.required === true &&
              parameter.schema !== undefined,
          )
        )
          problems.push(`${where}: {${name}} is not declared`);
      for (const parameter of parameters) {
        if (!["path", "query", "header", "cookie"].includes(parameter.in))
          problems.push(`${where}: ${parameter.name} is in ${parameter.in}`);
        if (parameter.in === "path" && !inPath.includes(parameter.name))
          problems.push(`${where}: ${parameter.name} is not in the path`);
      }
      const responses = Object.entries(operation.responses ?? {});
      if (responses.length === 0) problems.push(`${where}: no responses`);
      for (const [status, response] of responses)
        if (!/^[1-5](\d\d|XX)$/.test(status) || typeof response.description !== "string")
          problems.push(`${where}: response ${status} has no description or no status`);
    }
  }
  for (const name of Object.keys(checked.components.schemas))
    if (!/^[A-Za-z0-9._-]+$/.test(name)) problems.push(`${name} is no name of a component`);
  for (const reference of referencesIn(checked)) {
    const target = reference
      .replace(/^#\//, "")
      .split("/")
      .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], checked);
    if (!reference.startsWith("#/") || target === undefined) problems.push(`${reference} leads nowhere`);
  }
  return problems;
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === "$ref" && typeof part === "string" ? [part] : referencesIn(part),
  );
}

/** A schema by itself, with the components that it refers to. */
function withDefinitions(schema: Schema, { components }: Document): Schema {
  const local = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll("#/components/schemas/", "#/$defs/")) as unknown;
  return { ...(local(schema) as Schema), $defs: local(components.schemas) };
}
