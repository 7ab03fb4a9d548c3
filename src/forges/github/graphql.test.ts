import { expect, test } from "vitest";
import type { ForgeAnswer } from "../forge-fetch.ts";
import { graphqlBaseUrl, withGraphqlStatuses } from "./graphql.ts";

const url = "https://api.github.com/graphql";

test.each<[string, object | string, number]>([
  ["an answer without errors", { data: { viewer: null } }, 200],
  ["no errors at all", { data: {}, errors: [] }, 200],
  ["a limit that was reached", { errors: [{ type: "RATE_LIMITED", message: "API rate limit exceeded" }] }, 429],
  ["the same, by its newer name", { errors: [{ type: "RATE_LIMIT", message: "API rate limit exceeded" }] }, 429],
  ["a limit in words alone", { errors: [{ message: "You have exceeded a secondary rate limit." }] }, 429],
  ["a limit after something else", { errors: [{ type: "NOT_FOUND" }, { type: "RATE_LIMITED" }] }, 429],
  ["what is not there", { data: { repository: null }, errors: [{ type: "NOT_FOUND", message: "no" }] }, 404],
  ["what may not be done", { errors: [{ type: "FORBIDDEN", message: "not accessible" }] }, 403],
  ["a token that is too small", { errors: [{ type: "INSUFFICIENT_SCOPES", message: "scopes" }] }, 403],
  ["what cannot be done", { errors: [{ type: "UNPROCESSABLE", message: "is locked" }] }, 422],
  ["a field that an old server lacks", { errors: [{ message: "no", extensions: { code: "undefinedField" } }] }, 422],
  ["trouble that nobody names", { errors: [{ message: "Something went wrong while executing your query." }] }, 502],
  ["trouble of a new name", { errors: [{ type: "ELSEWHERE", message: "no" }] }, 502],
  ["a page for signing in", "<html>", 200],
])("%s has the status that it has over REST", async (_what, body, status) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const fetch = withGraphqlStatuses(async () => answerOf(200, text));

  expect(await fetch({ method: "POST", url, headers: {} })).toEqual(answerOf(status, text));
});

test("other answers are left as they are", async () => {
  const text = JSON.stringify({ errors: [{ type: "NOT_FOUND" }] });

  const overRest = withGraphqlStatuses(async () => answerOf(200, text));
  const refused = withGraphqlStatuses(async () => answerOf(401, text));

  expect((await overRest({ method: "GET", url: "https://api.github.com/user", headers: {} })).status).toBe(200);
  expect((await refused({ method: "POST", url, headers: {} })).status).toBe(401);
});

test("an Enterprise server has GraphQL beside its REST API", () => {
  expect(graphqlBaseUrl("https://api.github.com")).toBe("https://api.github.com");
  expect(graphqlBaseUrl("https://github.example/api/v3")).toBe("https://github.example/api");
  expect(graphqlBaseUrl("https://github.example/api/v3/")).toBe("https://github.example/api");
});

function answerOf(status: number, body: string): ForgeAnswer {
  return { status, headers: new Headers(), body, url, redirected: false };
}
