import fc from "fast-check";
import { expect, test } from "vitest";
import type { Change, ChangedFile, DiffHunk, DiffLine } from "../../src/domain/change.ts";
import { diffTextOf } from "../../src/review/unified-diff.ts";
import { parseDiffText } from "../../src/web/text/diff-text.ts";

const line = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.constantFrom("-- a/x", "++ b/x", "@@ -1,1 +1,1 @@", "diff --git a/x b/x", "", " ", "# cut", "\r"),
);
const path = fc.oneof(
  fc.stringMatching(/^[a-z]{1,8}(\/[a-z .'"\\]{1,8})?$/),
  fc.constantFrom("a b.ts", "dev/null", "b/b/b", 'we"ird', "ümlaut.ts", "back\\slash", "new\nline"),
);
const kinds = fc.array(fc.tuple(fc.constantFrom("context", "added", "deleted"), line), { minLength: 1, maxLength: 8 });

const hunk: fc.Arbitrary<DiffHunk> = fc.record({ start: fc.integer({ min: 1, max: 5000 }), kinds }).map((made) => {
  let [oldLine, newLine] = [made.start, made.start + 3];
  const lines = made.kinds.map(([kind, text]): DiffLine => {
    const shown = { kind, text: text.replaceAll("\n", " ") };
    if (kind === "added") return { ...shown, oldLine: null, newLine: newLine++ };
    if (kind === "deleted") return { ...shown, oldLine: oldLine++, newLine: null };
    return { ...shown, oldLine: oldLine++, newLine: newLine++ };
  });
  const count = (side: "oldLine" | "newLine"): number => lines.filter((one) => one[side] !== null).length;
  return {
    oldStart: made.start,
    oldLines: count("oldLine"),
    newStart: made.start + 3,
    newLines: count("newLine"),
    heading: "",
    lines,
  };
});

const file: fc.Arbitrary<ChangedFile> = fc
  .record({
    path,
    from: path,
    status: fc.constantFrom("added", "modified", "deleted", "renamed", "copied"),
    kind: fc.constantFrom("text", "text", "binary", "submodule"),
    hunks: fc.array(hunk, { maxLength: 3 }),
  })
  .map(({ from, ...made }) => {
    const isMoved = made.status === "renamed" || made.status === "copied";
    const hunks = made.kind === "text" ? made.hunks : [];
    const count = (kind: string): number => hunks.flatMap((one) => one.lines).filter((one) => one.kind === kind).length;
    return {
      ...made,
      oldPath: isMoved && from !== made.path ? from : null,
      hunks,
      addedLines: count("added"),
      deletedLines: count("deleted"),
    };
  });

function changeOf(files: ChangedFile[]): Change {
  return { baseSha: "b".repeat(40), headSha: "c".repeat(40), diffSha256: "d".repeat(64), files };
}

test("a change that was written down as a diff is read back as it was, whatever its lines and names hold", () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 4 }), (files) => {
      const read = parseDiffText(diffTextOf(changeOf(files)));

      expect(read.map(({ note: _note, ...rest }) => rest)).toEqual(
        files.map(({ hunks, kind: _kind, ...rest }) => ({
          ...rest,
          hunks: hunks.map(({ lines, heading }) => expect.objectContaining({ lines, heading }) as unknown),
        })),
      );
    }),
  );
});

test("a file of which no lines are shown says why", () => {
  const image = {
    path: "a.png",
    oldPath: null,
    status: "added",
    kind: "binary",
    addedLines: 0,
    deletedLines: 0,
  } as const;

  const [read] = parseDiffText(diffTextOf(changeOf([{ ...image, hunks: [] }])));

  expect(read).toMatchObject({ path: "a.png", status: "added", note: "binary", hunks: [] });
});

test("a diff that was cut off anywhere is read as far as it goes", () => {
  fc.assert(
    fc.property(fc.array(file, { minLength: 1, maxLength: 3 }), fc.nat({ max: 2000 }), (files, at) => {
      const whole = parseDiffText(diffTextOf(changeOf(files)));
      const cut = parseDiffText(diffTextOf(changeOf(files)).slice(0, at));

      expect(cut.length).toBeLessThanOrEqual(whole.length);
    }),
  );
});

test("a change too large for a file says how much is not in it", () => {
  const long: DiffLine = { kind: "added", text: "x".repeat(100_000), oldLine: null, newLine: 1 };
  const large = Array.from({ length: 45 }, (_, index): ChangedFile => ({
    path: `f${index}.ts`,
    oldPath: null,
    status: "modified",
    kind: "text",
    addedLines: 1,
    deletedLines: 0,
    hunks: [{ oldStart: 0, oldLines: 0, newStart: 1, newLines: 1, heading: "", lines: [long] }],
  }));

  const text = diffTextOf(changeOf(large));

  expect(text.length).toBeLessThan(4_100_000);
  expect(text).toMatch(/\n# cut: \d+ more files\n$/);
});
