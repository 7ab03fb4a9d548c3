import fc from "fast-check";
import { expect, test } from "vitest";
import { pullRequestKey, readPullRequestKey } from "./review-key.ts";

test("a pull request's key is read back, also from a host with a port or an address for a name", () => {
  const hosts = fc.constantFrom("github.com", "git.example.org:8443", "[::1]:3000", "localhost:80");
  const forges = fc.constantFrom("github" as const, "gitlab" as const);
  fc.assert(
    fc.property(forges, hosts, fc.bigInt({ min: 1n, max: 2n ** 63n }), fc.nat(), (forge, host, id, number) => {
      const key = pullRequestKey(forge, host, String(id), number);

      expect(readPullRequestKey(key)).toEqual({ forge, host, forgeRepositoryId: String(id), number });
    }),
  );
});
