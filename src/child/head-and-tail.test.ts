import fc from "fast-check";
import { expect, test } from "vitest";
import { createHeadAndTail } from "./head-and-tail.ts";

async function through(chunks: Uint8Array[], bytesMax: number): Promise<Buffer> {
  const kept: Buffer[] = [];
  const both = createHeadAndTail(bytesMax, (bytes) => void kept.push(Buffer.from(bytes)));
  for (const chunk of chunks) await both.write(Buffer.from(chunk));
  await both.end();
  return Buffer.concat(kept);
}

const chunksOfLetters = fc.array(
  fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 30 }).map((text) => Buffer.from(text)),
  { maxLength: 20 },
);

test("what fits is kept whole, however it was cut into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(chunksOfLetters, async (chunks) => {
      const whole = Buffer.concat(chunks);
      expect(await through(chunks, Math.max(whole.length, 2))).toEqual(whole);
    }),
  );
});

test("of what does not fit the beginning and the end are kept, and the rest is counted", async () => {
  await fc.assert(
    fc.asyncProperty(chunksOfLetters, fc.integer({ min: 2, max: 40 }), async (chunks, bytesMax) => {
      const whole = Buffer.concat(chunks).toString();
      fc.pre(whole.length > bytesMax);
      const head = Math.ceil(bytesMax / 2);
      const tail = bytesMax - head;

      const note = `\n[… ${whole.length - bytesMax} bytes left out …]\n`;
      expect((await through(chunks, bytesMax)).toString()).toBe(whole.slice(0, head) + note + whole.slice(-tail));
    }),
  );
});
