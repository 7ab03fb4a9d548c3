import { expect, test } from "vitest";
import { repositoryName } from "./repository-name.ts";

test.each([
  ["github:github.com/acme/web", "acme/web"],
  ["gitlab:gitlab.com/acme/tools/deploy", "acme/tools/deploy"],
  ["gitlab:git.acme.example:8443/acme/web", "git.acme.example:8443/acme/web"],
  ["github:ghe.acme.example/acme/web", "ghe.acme.example/acme/web"],
])("%s is called %s", (key, name) => {
  expect(repositoryName(key)).toBe(name);
});
