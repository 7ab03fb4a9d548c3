import { expect, test } from "vitest";
import { safeLink } from "./safe-link.ts";

test("only https leaves the page", () => {
  expect(safeLink("https://github.com/acme/web/pull/7")).toBe("https://github.com/acme/web/pull/7");

  for (const hostile of [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "http://example.com/",
    "//example.com/x",
    "/prs",
    "",
  ]) {
    expect(safeLink(hostile)).toBeNull();
  }
});

test("a link that carries a password is not one", () => {
  expect(safeLink("https://github.com@evil.example/")).toBeNull();
});
