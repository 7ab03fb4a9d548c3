import { expect, test } from "vitest";
import { createLiveRedact } from "./live-redact.ts";

test("a secret that is learnt later is masked from then on, and the earlier ones still are", () => {
  const { redact, learn } = createLiveRedact(["first-secret"]);
  expect(redact("first-secret second-secret")).toBe("[redacted] second-secret");

  learn(["second-secret"]);

  expect(redact("first-secret second-secret")).toBe("[redacted] [redacted]");
});
