import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { WrongAnswer } from "./forge-call.ts";
import { nextPage } from "./link-header.ts";

const from = "https://api.github.com/repos/o/r/pulls?page=1";

describe("the next page", () => {
  test.each([
    [
      "is named by the header",
      '<https://api.github.com/repositories/1/pulls?page=2>; rel="next"',
      "https://api.github.com/repositories/1/pulls?page=2",
    ],
    [
      "is found among others",
      '<https://api.github.com/a>; rel="prev", <https://api.github.com/b>; rel="next", <https://api.github.com/c>; rel="last"',
      "https://api.github.com/b",
    ],
    [
      "may be one of several relations",
      '<https://api.github.com/b>; title=x; rel="last next"',
      "https://api.github.com/b",
    ],
    ["may be named without quotes", "<https://api.github.com/b>;rel=next", "https://api.github.com/b"],
    [
      "may have a comma and a bracket in quotes before it",
      '<https://api.github.com/a>; title="x, <y>; rel=next"; rel=prev, <https://api.github.com/b>; rel=next',
      "https://api.github.com/b",
    ],
    ["may be relative", '</b?page=2>; rel="next"', "https://api.github.com/b?page=2"],
    ["is none on the last page", '<https://api.github.com/a>; rel="prev"', null],
    ["is none without a header", null, null],
    ["is none in an empty header", " , ", null],
  ])("%s", (_how, header, expected) => {
    expect(nextPage(header, from)).toBe(expected);
  });

  test.each([
    ["is at another host", '<https://evil.example/b>; rel="next"'],
    ["is at another port", '<https://api.github.com:8443/b>; rel="next"'],
    ["is not over https any more", '<http://api.github.com/b>; rel="next"'],
    ["is no address", '<http://[>; rel="next"'],
    ["cannot be read", 'rel="next"; https://api.github.com/b'],
    ["does not end", "<https://api.github.com/b"],
    ["is 64 KB of brackets", "<".repeat(65_536)],
  ])("that %s is not believed", (_how, header) => {
    expect(() => nextPage(header, from)).toThrow(WrongAnswer);
  });

  test("is looked for once: what is half a million signs long is read to its end", () => {
    const length = 512 * 1024;
    const evil = ["<", "<a>;", '<a>;rel="\\""', "<a>;x=y,", '<a>;"', " ", ";;;<<<", '"'].map((part) =>
      part.repeat(length / part.length),
    );

    for (const header of [...evil, `<a>${";".repeat(length)}`, `<a>; x="${",".repeat(length)}`])
      expect(["string", "object"]).toContain(typeof nextPageOrNull(header));
  });

  test("is an address here or nothing, whatever the header", () => {
    const pieces = fc.constantFrom(
      "<",
      ">",
      ";",
      ",",
      '"',
      "rel=",
      "next",
      "https://api.github.com/",
      "https://evil.example/",
      " ",
      "=",
      "x",
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const next = nextPageOrNull(parts.join(""));

        expect(next === null || next.startsWith("https://api.github.com/")).toBe(true);
      }),
    );
  });
});

function nextPageOrNull(header: string): string | null {
  try {
    return nextPage(header, from);
  } catch (error) {
    if (error instanceof WrongAnswer) return null;
    throw error;
  }
}
