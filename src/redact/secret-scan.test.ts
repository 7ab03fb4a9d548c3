import fc from "fast-check";
import { expect, test } from "vitest";
import { createSecretFinder } from "./redact.ts";
import { createSecretScan } from "./secret-scan.ts";

const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
const holds = createSecretFinder([secret]);

test("a secret is found wherever it lies, also across pieces and in base64", () => {
  const forms = [secret, Buffer.from(`x-access-token:${secret}`).toString("base64"), encodeURIComponent(secret)];
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(...forms),
      fc.uint8Array({ maxLength: 300 }),
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }),
      (before, form, after, sizes) => {
        const bytes = Buffer.concat([before, Buffer.from(form), after]);
        const scan = createSecretScan(holds);
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length] ?? 1;
          scan.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(scan.found()).toBe(true);
      },
    ),
  );
});

test("what holds none is let through, also what only looks like a token", () => {
  const scan = createSecretScan(holds);

  scan.push(Buffer.from("ghp_9999999999999999999999999999999999999"));
  scan.push(Buffer.from(secret.slice(0, 20)));

  expect(scan.found()).toBe(false);
});
