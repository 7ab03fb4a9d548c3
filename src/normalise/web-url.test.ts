import { expect, test } from "vitest";
import { hostOf, pathOf, webUrl } from "./web-url.ts";

test("a web address is kept as it came", () => {
  expect(webUrl("https://Github.com/acme/web?a=1#b")).toBe("https://Github.com/acme/web?a=1#b");
  expect(webUrl("http://192.168.64.1:3005/a")).toBe("http://192.168.64.1:3005/a");
});

test("a password in an address is left out", () => {
  expect(webUrl("https://ci:s3cret@jenkins.acme.example/job/1")).toBe("https://jenkins.acme.example/job/1");
});

test.each([
  "javascript:alert(1)",
  "ftp://a/b",
  "//a/b",
  "",
  "https://",
  "https://a b",
  "https://a\nb",
  `https://a/${"x".repeat(3000)}`,
])("%s is no address that is shown", (value) => {
  expect(webUrl(value)).toBeNull();
});

test("the host is in lower case and keeps a port that is not the scheme's own", () => {
  expect(hostOf("https://GitHub.com/acme/web")).toBe("github.com");
  expect(hostOf("https://git.acme.example:8443/a")).toBe("git.acme.example:8443");
  expect(hostOf("https://git.acme.example:443/a")).toBe("git.acme.example");
  expect(hostOf("nonsense")).toBeNull();
});

test("the path is what stands between the slashes", () => {
  expect(pathOf("https://gitlab.com/group/sub/project/")).toBe("group/sub/project");
});
