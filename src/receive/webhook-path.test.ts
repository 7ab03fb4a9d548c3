import { expect, test } from "vitest";
import { receiverRoute } from "./webhook-path.ts";

test("every webhook path leads to its provider, with or without a trailing slash or a query", () => {
  for (const [path, provider, sourceName] of [
    ["/api/webhooks/github", "github", undefined],
    ["/webhooks/github", "github", undefined],
    ["/api/webhooks/gitlab", "gitlab", undefined],
    ["/api/webhooks/ci", "ci", undefined],
    ["/api/webhooks/github/acme", "github", "acme"],
    ["/api/webhooks/gitlab/acme-2.web_x", "gitlab", "acme-2.web_x"],
    ["/api/webhooks/ci/1", "ci", "1"],
  ]) {
    for (const target of [path, `${path}/`, `${path}?a=/b`, `${path}/?a`])
      expect(receiverRoute(target as string), target).toEqual({ kind: "webhook", provider, sourceName });
  }
});

test("a last part that can be no source's name is an unknown source", () => {
  for (const name of ["a/b", "%61", ".hidden", "-x", "a b", "ä", "x".repeat(65), "a//"])
    expect(receiverRoute(`/api/webhooks/github/${name}`), name).toEqual({ kind: "unknown-source", provider: "github" });
});

test("health paths are the receiver's", () => {
  expect(["/health", "/ready", "/webhooks/github/health", "/health/"].map((path) => receiverRoute(path))).toEqual([
    { kind: "health", of: "service" },
    { kind: "health", of: "readiness" },
    { kind: "health", of: "github" },
    { kind: "health", of: "service" },
  ]);
});

test("all else is not", () => {
  for (const path of [
    "",
    "/",
    "/api",
    "/api/webhooks",
    "/api/webhooks/",
    "/api/webhooks/github//",
    "//webhooks/github",
    "/webhooks/gitlab",
    "/webhooks/github/acme",
    "/healthy",
    "*",
    "http://a/webhooks/github",
  ]) {
    expect(receiverRoute(path), path).toBeNull();
  }
});

test("a listener's own path is GitHub's there", () => {
  expect(receiverRoute("/in/?x", "/in")).toEqual({ kind: "webhook", provider: "github", sourceName: undefined });
  expect(receiverRoute("/in", "/in/")).toEqual({ kind: "webhook", provider: "github", sourceName: undefined });
  expect(receiverRoute("/", "/")).toEqual({ kind: "webhook", provider: "github", sourceName: undefined });
  expect(receiverRoute("/inn", "/in")).toBeNull();
});
