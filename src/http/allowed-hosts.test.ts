import { expect, test } from "vitest";
import { createAllowedHosts } from "./allowed-hosts.ts";

const { allowsHost, allowsOrigin } = createAllowedHosts(
  () => 8095,
  ["review.example.org", "other:444"],
  "https://pull.example.org/base",
);

test("loopback names hold for the port that is listened on", () => {
  for (const host of ["127.0.0.1:8095", "localhost:8095", "LOCALHOST:8095", "[::1]:8095"])
    expect(allowsHost(host)).toBe(true);
  for (const host of ["127.0.0.1", "localhost:80", "LOCALHOST:99999", "127.0.0.1:08095x"])
    expect(allowsHost(host)).toBe(false);
});

test("configured names and the base URL's host are answered", () => {
  for (const host of ["review.example.org", "review.example.org:8095", "pull.example.org", "other:444"])
    expect(allowsHost(host)).toBe(true);
});

test("a name that only looks like one of ours is not answered", () => {
  for (const host of [
    undefined,
    "",
    "evil.com",
    "127.0.0.1.nip.io:8095",
    "localhost.evil.com:8095",
    "other",
    "other:445",
    "a@localhost:8095",
    "localhost:8095,evil.com",
    "xreview.example.org",
  ])
    expect(allowsHost(host)).toBe(false);
});

test("another site's page is not heard", () => {
  expect(allowsOrigin(undefined)).toBe(true);
  expect(allowsOrigin("http://localhost:8095")).toBe(true);
  for (const origin of [
    "null",
    "http://evil.com",
    "http://localhost:8095.evil.com",
    "file://localhost:8095",
    "http://localhost:8095/x",
  ])
    expect(allowsOrigin(origin)).toBe(false);
});
