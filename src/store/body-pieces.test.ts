import { randomBytes } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type BodyPiece, openPiece, packBodies } from "./body-pieces.ts";

test("what comes out is what went in, however many they are, however large and whatever they hold", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 3000, size: "max" }), { maxLength: 20 }), (bodies) => {
      const { pieces, places } = packBodies(bodies);
      const out = places.map(({ piece, from, bytes }) =>
        openPiece(pieces[piece] as BodyPiece).subarray(from, from + bytes),
      );
      expect(out.length).toBe(bodies.length);
      for (const [index, body] of bodies.entries()) expect(Buffer.compare(out[index] as Uint8Array, body)).toBe(0);
    }),
  );
});

test("bodies that lie side by side share a piece until it has a mebibyte; a larger one is alone", () => {
  const sizes = [600_000, 400_000, 100_000, 3_000_000, 10, 20];
  const memory = randomBytes(5_000_000).buffer;
  let at = 0;

  const { pieces, places } = packBodies(sizes.map((bytes) => new Uint8Array(memory, (at += bytes) - bytes, bytes)));

  expect(places.map(({ piece }) => piece)).toEqual([0, 0, 1, 2, 3, 3]);
  expect(places.map(({ from }) => from)).toEqual([0, 600_000, 0, 0, 0, 10]);
  expect(pieces).toHaveLength(4);
});

test("bodies that lie apart are brought together as long as that is a small copy", () => {
  const sizes = [30_000, 30_000, 30_000, 30_000, 10];

  const { places } = packBodies(sizes.map((bytes) => new Uint8Array(randomBytes(bytes))));

  expect(places.map(({ piece }) => piece)).toEqual([0, 0, 0, 1, 1]);
});

test("payloads take a fraction of their room, a small one alone is left as it is", () => {
  const payload = Buffer.from(
    JSON.stringify(
      Array.from({ length: 500 }, (_, id) => ({ id, login: "ann", url: `https://api.github.com/users/${id}` })),
    ),
  );

  expect(packBodies([payload]).pieces[0]?.content.byteLength).toBeLessThan(payload.byteLength / 4);
  expect(packBodies([Buffer.from("{}")]).pieces).toMatchObject([{ encoding: "identity" }]);
});

test("what was damaged on the disk is not taken for a payload", () => {
  const [{ content, encoding }] = packBodies([randomBytes(5000)]).pieces as [BodyPiece];
  const damaged = Buffer.from(content);
  damaged[2500] = (damaged[2500] ?? 0) ^ 1;

  expect(() => openPiece({ encoding, content: damaged })).toThrow(/./);
  expect(() => openPiece({ encoding, content: content.subarray(0, 2000) })).toThrow(/./);
});

test("nothing comes out that is larger than what the receiver takes", () => {
  const bomb = zstdCompressSync(Buffer.alloc(26 * 1024 * 1024));

  expect(() => openPiece({ encoding: "zstd", content: bomb })).toThrow(/larger than/);
});
