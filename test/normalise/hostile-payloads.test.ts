import fc from "fast-check";
import { expect, test } from "vitest";
import type { NormaliseInput } from "../../src/normalise/normalise.ts";
import { normalise } from "../../src/normalise/normalise.ts";
import { expectInGrammar } from "./expect-in-grammar.ts";
import { deliveryOf, webhookFixtures } from "./webhook-fixtures.ts";

const inputs = webhookFixtures().map(({ input }) => input);
const payloads = inputs.map((input) => ({
  input,
  payload: JSON.parse(new TextDecoder().decode(input.body)) as object,
}));

/** What a forge never sends, in every kind of place. */
const nonsense = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e308,
    9007199254740992,
    "",
    " ",
    "\0",
    "\ud800",
    "HEAD",
    "--output=x",
    "../../x",
    "0".repeat(40),
  ),
  fc.constantFrom<unknown>(
    "-o/r",
    "o/.git",
    "a/b/c",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59Z",
    "javascript:alert(1)",
    [],
    {},
    [null],
    [[]],
  ),
  fc.constantFrom<unknown>(
    "constructor",
    "__proto__",
    "x".repeat(70_000),
    `Reverts ${"#1 and ".repeat(2000)}`,
    "\u202egnp\n\r\u2028",
  ),
  fc.string({ unit: "binary" }),
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>,
);

/** Every place in a payload, as the names that lead there. */
function placesIn(value: unknown, path: string[] = []): string[][] {
  if (value === null || typeof value !== "object") return [path];
  return [path, ...Object.entries(value).flatMap(([name, part]) => placesIn(part, [...path, name]))];
}

function changedAt(value: unknown, path: string[], change: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return change;
  const parts = value as Record<string, unknown>;
  const part = changedAt(parts[name], rest, change);
  return Array.isArray(value)
    ? value.map((old: unknown, index) => (String(index) === name ? part : old))
    : { ...parts, [name]: part };
}

test("a payload with any part of it replaced by nonsense is answered, and never with something that cannot be", () => {
  const mutated = fc.constantFrom(...payloads).chain(({ input, payload }) =>
    fc
      .array(fc.tuple(fc.constantFrom(...placesIn(payload)), nonsense), { minLength: 1, maxLength: 3 })
      .map((changes): NormaliseInput => {
        const changed = changes.reduce<unknown>((whole, [path, change]) => {
          try {
            return changedAt(whole, path, change);
          } catch {
            return whole; // an earlier change took this place away
          }
        }, payload);
        return { ...input, body: new TextEncoder().encode(JSON.stringify(changed)) };
      }),
  );

  fc.assert(
    fc.property(mutated, (input) => expectInGrammar(normalise(input))),
    { numRuns: 3000 },
  );
});

test("a payload without any one of its fields is answered", () => {
  for (const { input, payload } of payloads) {
    for (const path of placesIn(payload).slice(1)) {
      const body = new TextEncoder().encode(JSON.stringify(changedAt(payload, path, undefined)));
      expectInGrammar(normalise({ ...input, body }));
    }
  }
});

test("a payload with a bit flipped, a piece cut out or its end missing is answered", () => {
  const broken = fc
    .tuple(fc.constantFrom(...inputs), fc.nat(), fc.nat(50), fc.integer({ min: 0, max: 255 }))
    .map(([input, place, length, byte]): NormaliseInput => {
      const at = place % input.body.byteLength;
      const body = Uint8Array.from([...input.body.slice(0, at), byte, ...input.body.slice(at + length)]);
      return { ...input, body };
    });

  fc.assert(
    fc.property(broken, (input) => expectInGrammar(normalise(input))),
    { numRuns: 2000 },
  );
});

test("any bytes under any event's name are answered", () => {
  const event = fc.oneof(fc.constantFrom(...inputs.map((input) => input.event)), fc.string());
  const provider = fc.constantFrom("github" as const, "gitlab" as const, "ci" as const);
  const contentType = fc.constantFrom("application/json" as const, "application/x-www-form-urlencoded" as const);
  const body = fc.oneof(
    fc.uint8Array(),
    fc.json().map((text) => new TextEncoder().encode(text)),
  );

  fc.assert(
    fc.property(provider, event, contentType, body, (name, kind, type, bytes) => {
      expectInGrammar(normalise({ ...deliveryOf(name, kind, bytes), contentType: type }));
    }),
    { numRuns: 2000 },
  );
});

test("nothing of a payload is ever put where all objects look", () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  for (const { input, payload } of payloads) {
    const text = JSON.stringify(payload).replace(
      "{",
      '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}},',
    );
    normalise({ ...input, body: new TextEncoder().encode(text) });
  }

  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
});
