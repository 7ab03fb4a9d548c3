import { expect, test } from "vitest";
import { normalise, understoodEvents } from "../../src/normalise/normalise.ts";
import { expectInGrammar } from "./expect-in-grammar.ts";
import { webhookFixtures } from "./webhook-fixtures.ts";

const fixtures = webhookFixtures();

test.each(fixtures)("$name means exactly what stands beside it", ({ input, expected }) => {
  const answer = normalise(input);

  const { payloadText, ...meaning } = { payloadText: undefined, ...answer };
  expect(meaning).toEqual(expected);
  expect(payloadText).toBe(answer.kind === "understood" ? new TextDecoder().decode(input.body) : undefined);
  expectInGrammar(answer);
});

test("every event that is understood has a fixture", () => {
  const shown = new Set(fixtures.map(({ input }) => `${input.provider} ${input.event}`));

  for (const provider of ["github", "gitlab", "ci"] as const) {
    for (const event of understoodEvents(provider)) expect(shown).toContain(`${provider} ${event}`);
  }
});

test("an organisation's hook and a repository's hook tell the same event", () => {
  for (const { input } of fixtures) {
    if (input.provider !== "github" || input.event === "ping") continue;
    const payload = JSON.parse(new TextDecoder().decode(input.body)) as Record<string, unknown>;
    const { organization: _, ...fromRepository } = payload;
    const other = normalise({
      ...input,
      body: new TextEncoder().encode(JSON.stringify(fromRepository)),
      receivedAt: "2026-03-10T12:00:07.000Z",
    });
    const one = normalise(input);

    expect(other.kind === "understood" ? other.event : other).toEqual(one.kind === "understood" ? one.event : one);
  }
});
