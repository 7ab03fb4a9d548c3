import fc from "fast-check";
import { expect, test } from "vitest";
import { addedFile, changedFile, changeOf, hunk } from "../../test/review/sample-change.ts";
import type { Finding } from "../domain/review.ts";
import { placeFindings } from "./place-findings.ts";

const change = changeOf([
  changedFile("src/a.ts", [
    hunk(10, [" ten", "-gone", "+eleven", "+twelve", " thirteen"]),
    hunk(50, ["+fifty", " fifty-one"], 49),
  ]),
  changedFile("src/b.ts", [hunk(1, ["+one"])], { oldPath: "src/old.ts", status: "renamed" }),
  changedFile("src/dead.ts", [hunk(0, ["-one"], 1)], { status: "deleted" }),
]);

const finding = (rest: Partial<Finding> = {}): Finding => ({
  id: "f_0123456789",
  title: "A",
  body: "b",
  priority: 1,
  confidence: 0.5,
  path: "src/a.ts",
  startLine: 11,
  endLine: 12,
  suggestion: null,
  codeSha256: "0".repeat(64),
  ...rest,
});
const placed = (rest: Partial<Finding>) => placeFindings([finding(rest)], change).inline[0];

test("lines of the diff get a comment, with both numbers of a line that stays", () => {
  expect(placed({})?.place).toEqual({ path: "src/a.ts", oldPath: null, startLine: 11, endLine: 12, oldEndLine: null });
  expect(placed({ startLine: 13, endLine: 13 })?.place).toMatchObject({ startLine: 13, oldEndLine: 12 });
  expect(placed({ path: "src/b.ts", startLine: 1, endLine: 1 })?.place).toMatchObject({
    path: "src/b.ts",
    oldPath: "src/old.ts",
  });
});

test("a range that is longer than the diff is shortened to what one hunk has", () => {
  expect(placed({ startLine: 1, endLine: 51 })?.place).toMatchObject({ startLine: 10, endLine: 13 });
  expect(placed({ startLine: 45, endLine: 60 })?.place).toMatchObject({ startLine: 50, endLine: 51 });
});

test("what the diff does not have stays in the summary", () => {
  for (const rest of [
    { startLine: 30, endLine: 31 },
    { path: "src/none.ts" },
    { path: "src/dead.ts", startLine: 1, endLine: 1 },
  ])
    expect(placeFindings([finding(rest)], change)).toMatchObject({ inline: [], rest: [rest] });
});

test("C11-17: six by default, the gravest and surest first, none below P2", () => {
  const findings = Array.from({ length: 1000 }, (_, at) =>
    finding({
      id: `f_${String(at).padStart(10, "0")}`,
      priority: (at % 4) as Finding["priority"],
      confidence: (at % 97) / 97,
    }),
  );

  const { inline, rest } = placeFindings(findings, change);

  expect(inline).toHaveLength(6);
  expect(rest).toHaveLength(994);
  expect(new Set(inline.map((each) => each.finding.priority))).toEqual(new Set([0]));
  expect(placeFindings([finding({ priority: 3 })], change).inline).toEqual([]);
  expect(placeFindings([finding({ priority: 3 })], change, { inlineMax: 30, priority: 3 }).inline).toHaveLength(1);
});

test("a suggestion is made only where it replaces exactly the lines of the place, and is small", () => {
  expect(placed({ suggestion: "one\ntwo\n" })?.suggestion).toBe("one\ntwo");
  expect(placed({ suggestion: "" })?.suggestion).toBe("");
  expect(placed({ suggestion: "eleven\ntwelve" })?.suggestion).toBeNull();
  expect(placed({ suggestion: "x", startLine: 9, endLine: 12 })?.suggestion).toBeNull();
  expect(placed({ suggestion: "1\n2\n3\n4\n5\n6" })?.suggestion).toBeNull();
  expect(placed({ suggestion: "/merge" })?.suggestion).toBeNull();
});

test("whatever lines are named, a comment stands only where the diff has every line of it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(60), (startLine, more) => {
      const place = placed({ startLine, endLine: startLine + more })?.place;
      if (place === undefined) return;

      const hunks = change.files[0]?.hunks.map(({ lines }) => lines.flatMap(({ newLine }) => newLine ?? [])) ?? [];
      const wanted = Array.from({ length: place.endLine - place.startLine + 1 }, (_, at) => place.startLine + at);
      expect(hunks.some((numbers) => wanted.every((line) => numbers.includes(line)))).toBe(true);
      expect(place.startLine).toBeGreaterThanOrEqual(startLine);
    }),
  );
});

test("no place of a file that nobody can read", () => {
  const withBinary = changeOf([addedFile("a.ts", ["a"]), changedFile("x.png", [], { kind: "binary" })]);

  expect(placeFindings([finding({ path: "x.png" })], withBinary).inline).toEqual([]);
});
