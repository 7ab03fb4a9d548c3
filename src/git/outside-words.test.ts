import { expect, test } from "vitest";
import { outsideWords } from "./outside-words.ts";

const same = (text: string) => text;

test("a remote's words cannot move the cursor, hide letters or turn the direction of writing", () => {
  const words = "\u001b[31mred\u001b[0m \u001b]0;title\u0007 a\u200bb \u202edorp\u202c\r\nnext\u0000\u009b2J";

  expect(outsideWords(words, same)).toBe("red  ab dorp\nnext");
});

test("a secret is masked before the words are cut, so that no part of it is left at the cut", () => {
  const secret = "s3cr3t-".repeat(10);
  const words = `${"x".repeat(995)}${secret}${"y".repeat(3000)}`;

  const shown = outsideWords(words, (text) => text.replaceAll(secret, "***"));

  expect(shown).not.toContain("s3cr3t");
  expect(shown.length).toBeLessThanOrEqual(2010);
});

test("a secret that is broken up by invisible characters is masked as well", () => {
  expect(outsideWords("to\u200bken", (text) => text.replaceAll("token", "***"))).toBe("***");
});
