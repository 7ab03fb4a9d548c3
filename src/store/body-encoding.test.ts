import { randomBytes } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBody, encodeBody } from "./body-encoding.ts";

test("what comes out is what went in, however large and whatever it is", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000, size: "max" }), fc.boolean(), (bytes, repeated) => {
      const body = repeated ? Buffer.concat([bytes, bytes, bytes]) : bytes;
      const { body: stored, encoding, bytes: length } = encodeBody(body);
      expect(Buffer.compare(decodeBody(stored, encoding), body)).toBe(0);
      expect(length).toBe(body.byteLength);
    }),
  );
});

test("a payload takes a fraction of its room, a small one is left as it is", () => {
  const payload = Buffer.from(
    JSON.stringify(
      Array.from({ length: 500 }, (_, id) => ({ id, login: "ann", url: `https://api.github.com/users/${id}` })),
    ),
  );

  expect(encodeBody(payload).body.byteLength).toBeLessThan(payload.byteLength / 4);
  expect(encodeBody(Buffer.from("{}"))).toMatchObject({ encoding: "identity", bytes: 2 });
});

test("what was damaged on the disk is not taken for a payload", () => {
  const { body, encoding } = encodeBody(randomBytes(5000));
  const damaged = Buffer.from(body);
  damaged[2500] = (damaged[2500] ?? 0) ^ 1;

  expect(() => decodeBody(damaged, encoding)).toThrow(/./);
  expect(() => decodeBody(body.subarray(0, 2000), encoding)).toThrow(/./);
});

test("nothing comes out that is larger than what the receiver takes", () => {
  const bomb = zstdCompressSync(Buffer.alloc(26 * 1024 * 1024));

  expect(() => decodeBody(bomb, "zstd")).toThrow(/larger than/);
});
