import { expect, test } from "vitest";
import { ForgeCallError } from "./forge-call-error.ts";
import { readPages } from "./read-pages.ts";

const pagesOf = (links: Record<string, string | null>) => async (next: string | null) => ({
  items: [next ?? "first"],
  next: links[next ?? "first"] ?? null,
});

test("a list is read to its end", async () => {
  expect(await readPages("Listing", pagesOf({ first: "b", b: "c" }))).toEqual(["first", "b", "c"]);
});

test("no more pages are read than are wanted", async () => {
  const asked: (string | null)[] = [];
  const items = await readPages(
    "Listing",
    async (next) => {
      asked.push(next);
      return { items: [1, 2, 3], next: `${asked.length}` };
    },
    5,
  );

  expect(items).toEqual([1, 2, 3, 1, 2]);
  expect(asked).toEqual([null, "1"]);
});

test.each<[string, (next: string | null) => Promise<{ items: string[]; next: string | null }>]>([
  ["leads back to itself", pagesOf({ first: "b", b: "b" })],
  ["leads back to an earlier page", pagesOf({ first: "b", b: "c", c: "b" })],
  ["goes on for ten thousand pages", async (next) => ({ items: [], next: `${Number(next ?? 0) + 1}` })],
])("a list that %s is not taken for the whole", async (_how, readPage) => {
  await expect(readPages("Listing", readPage)).rejects.toThrow(ForgeCallError);
});
