import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedact } from "./redact.ts";
import { createRedactStream } from "./redact-stream.ts";

const secret = "correct-horse/battery+staple=42";
const redact = createRedact([secret]);

describe("a stream of output", () => {
  const words = fc.constantFrom(
    "one",
    " ",
    "\n",
    secret,
    encodeURIComponent(secret),
    "ünï\0",
    "ghp_",
    "0".repeat(40),
    "end.\n",
  );

  test("is masked as the whole text would be, wherever its pieces begin and end", () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), fc.array(fc.nat(60), { maxLength: 30 }), (said, sizes) => {
        const bytes = Buffer.from(said.join(""));

        const passed = throughStream(bytes, sizes);

        expect(passed.toString("latin1")).toBe(redact(bytes.toString("latin1")));
      }),
    );
  });

  test("of one endless line is masked too, and passed on as it comes", () => {
    fc.assert(
      fc.property(fc.nat(300_000), fc.integer({ min: 2000, max: 70_000 }), (before, size) => {
        const stream = createRedactStream(redact);
        const bytes = Buffer.from(`${"\0 a".repeat(before / 3)}${secret}${"z".repeat(150_000)}`);

        let passed = "";
        let heldMax = 0;
        for (let at = 0; at < bytes.length; at += size) {
          passed += stream.push(bytes.subarray(at, at + size)).toString("latin1");
          heldMax = Math.max(heldMax, Math.min(at + size, bytes.length) - passed.length);
        }
        passed += stream.end().toString("latin1");

        expect(passed).toBe(redact(bytes.toString("latin1")));
        expect(heldMax).toBeLessThan(128 * 1024 + 70_000 + secret.length);
      }),
      { numRuns: 10 },
    );
  });

  test("that is nothing but secret shows nothing of it until its line ends", () => {
    const stream = createRedactStream(redact);
    const token = `ghp_${"a1".repeat(200_000)}`;

    const passed = [token, token, `${token}\nafter\n`].map((text) => stream.push(Buffer.from(text)).toString());

    expect(passed.join("") + stream.end().toString()).toBe("[redacted]\nafter\n");
  });

  test("shows neither half of a secret where something is left out", () => {
    const stream = createRedactStream(redact);

    const before = stream.push(Buffer.from(`begin\nfirst half ${secret.slice(0, 15)}`)).toString();
    stream.gap();
    const after = stream.push(Buffer.from(`${secret.slice(15)}, second half\nend`)).toString();

    expect(before + after + stream.end().toString()).toBe("begin\n\nend");
  });
});

function throughStream(bytes: Buffer, sizes: number[]): Buffer {
  const stream = createRedactStream(redact);
  const passed: Buffer[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    passed.push(stream.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return Buffer.concat([...passed, stream.end()]);
}
