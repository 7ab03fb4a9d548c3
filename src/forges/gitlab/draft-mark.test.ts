import fc from "fast-check";
import { expect, test } from "vitest";
import { bareTitle, markedTitle } from "./draft-mark.ts";

/** Titles as people and programs write them, marks and all. */
const titles = fc
  .tuple(
    fc.array(fc.constantFrom("Draft: ", "draft:", "[Draft] ", "(draft)", "[WIP]", "WIP: ", " "), { maxLength: 4 }),
    fc.string({ minLength: 1, maxLength: 300 }).filter((text) => text.trim() !== ""),
  )
  .map(([marks, words]) => marks.join("") + words);

test("a title that is marked again stays as it is", () => {
  fc.assert(
    fc.property(titles, fc.boolean(), (title, isDraft) => {
      const once = markedTitle(title, isDraft);

      expect(markedTitle(once, isDraft)).toBe(once);
    }),
  );
});

test("a title survives being made a draft, being read, and being made ready", () => {
  fc.assert(
    fc.property(titles, (title) => {
      fc.pre(title.length <= 200);
      const draft = markedTitle(title, true);

      expect(bareTitle(draft, true)).toBe(markedTitle(title, false));
      expect(markedTitle(bareTitle(draft, true), false)).toBe(markedTitle(title, false));
    }),
  );
});

test("no title is longer than GitLab takes", () => {
  fc.assert(
    fc.property(titles, fc.boolean(), (title, isDraft) => {
      expect(markedTitle(title, isDraft).length).toBeLessThanOrEqual(255);
    }),
  );
});

test.each([
  ["Draft: Add x", true, "Add x"],
  ["[Draft] Add x", true, "Add x"],
  ["(draft) Add x", true, "Add x"],
  ["WIP: Add x", true, "Add x"],
  ["Draft: draft: WIP: Add x", true, "Add x"],
  ["Draft: ", true, "Draft:"],
  ["Drafty: Add x", true, "Drafty: Add x"],
  ["Add Draft: x", true, "Add Draft: x"],
  ["WIP: Add x", false, "WIP: Add x"],
])("%j of a merge request that is a draft (%s) reads %j", (title, isDraft, bare) => {
  expect(bareTitle(title, isDraft)).toBe(bare);
});
