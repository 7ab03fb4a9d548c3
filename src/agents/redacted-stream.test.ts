import fc from "fast-check";
import { expect, test } from "vitest";
import { createRedact } from "../redact/redact.ts";
import { createRedactedStream } from "./redacted-stream.ts";

const secret = "s3cr3t-Value-of-Some-Length-0123456789";
const redact = createRedact([secret]);

function through(pieces: Uint8Array[]): string {
  const stream = createRedactedStream(redact);
  return pieces.map((piece) => stream.push(piece)).join("") + stream.end();
}

test("a secret is masked wherever the pieces are cut, also in a text without line ends", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100_000, max: 150_000 }),
      fc.integer({ min: 1, max: 40 }),
      fc.boolean(),
      (before, step, lines) => {
        const filler = (lines ? "word word\n" : "word word ").repeat(30_000);
        const whole = Buffer.from(`${filler.slice(0, before)}${secret}${filler.slice(0, 30_000)} é ${secret}`);
        const middle = before - 20 + step;
        const text = through([
          whole.subarray(0, middle),
          whole.subarray(middle, middle + 13),
          whole.subarray(middle + 13),
        ]);

        expect(text).not.toContain(secret.slice(0, 12));
        expect(text).toBe(redact(whole.toString("utf8")));
      },
    ),
    { numRuns: 30 },
  );
});

test("what holds no secret comes out as it went in", () => {
  const text = "ünïcode ".repeat(40_000);
  const bytes = Buffer.from(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / 9999) }, (_, index) =>
    bytes.subarray(index * 9999, (index + 1) * 9999),
  );

  expect(through(pieces)).toBe(text);
});
