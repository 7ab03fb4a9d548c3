import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, OpenAPIBackend, type Request } from "openapi-backend";

/** GitHub's own description of its API, the part that Pullwright calls (scripts/github-openapi-subset.ts says how it is made). */
export type Contract = {
  /** `pulls/create`, or null where there is no such call. `path` is decoded by segment, without the query. */
  operationOf: (method: string, path: string) => string | null;
  /** What is wrong with a request; empty when nothing is. */
  requestFaults: (request: CheckedRequest) => string[];
  /** What is wrong with an answer. */
  answerFaults: (request: CheckedRequest, status: number, body: unknown) => string[];
};

export type CheckedRequest = { method: string; path: string; query: URLSearchParams; body: unknown };

/** More than this GitHub gives nobody, and says nothing. */
const perPageMax = 100;

export async function loadContract(): Promise<Contract> {
  const text = readFileSync(join(import.meta.dirname, "openapi-subset.json"), "utf8");
  const api = new OpenAPIBackend({
    definition: JSON.parse(text) as Document,
    quick: true,
    ajvOpts: { strict: false, allErrors: true, formats: Object.fromEntries(formats.map((name) => [name, true])) },
  });
  await api.init();

  const operationOf = ({ method, path, query, body }: CheckedRequest) => {
    const request: Request = { method, path, query: Object.fromEntries(query), headers: {}, body };
    return { request, operation: api.matchOperation(request) };
  };
  return {
    operationOf: (method, path) =>
      operationOf({ method, path, query: new URLSearchParams(), body: undefined }).operation?.operationId ?? null,
    requestFaults: (checked) => {
      const { request, operation } = operationOf(checked);
      if (operation === undefined) return [`GitHub has no ${checked.method} ${checked.path}`];
      return [
        ...wordsOf(api.validateRequest(request, operation).errors),
        ...unknownNames(operation, checked),
        ...(Number(checked.query.get("per_page") ?? 0) > perPageMax ? ["per_page is over 100"] : []),
      ].map((fault) => `${operation.operationId}, request: ${fault}`);
    },
    answerFaults: (checked, status, body) => {
      const { operation } = operationOf(checked);
      if (operation === undefined) return [];
      // What GitHub says to everything it refuses is not described at every call.
      if (operation.responses?.[status] === undefined)
        return status < 300 ? [`${operation.operationId}: GitHub never answers ${status}`] : [];
      return wordsOf(api.validateResponse(body, operation, status).errors).map(
        (fault) => `${operation.operationId}, answer ${status}: ${fault}`,
      );
    },
  };
}

/** Known to GitHub's description and not to the checker. */
const formats = ["repo.nwo", "timestamp", "ref", "sha", "int64", "date-time", "uri", "email"];

function wordsOf(errors: { instancePath: string; message?: string }[] | null | undefined): string[] {
  return (errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? "is wrong"}`);
}

/** GitHub ignores what it does not know, so that a word that is misspelt would do nothing, silently. */
function unknownNames(operation: object, { query, body }: CheckedRequest): string[] {
  const { parameters = [], requestBody } = operation as {
    parameters?: { in: string; name: string }[];
    requestBody?: { content: Record<string, { schema: { properties?: object } }> };
  };
  const inQuery = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  const inBody = Object.keys(requestBody?.content["application/json"]?.schema.properties ?? {});
  return [
    ...[...query.keys()].filter((name) => !inQuery.includes(name)).map((name) => `?${name}= means nothing here`),
    ...Object.keys(body !== null && typeof body === "object" ? body : {})
      .filter((name) => !inBody.includes(name))
      .map((name) => `${name} means nothing here`),
  ];
}
