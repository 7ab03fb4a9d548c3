import { expect, test } from "vitest";
import { pageOf } from "./page.ts";

const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ id: index + 1, at: `t${index + 1}` }));

test("a page that is not full, or just full, is the last", () => {
  expect(pageOf(rows(2), 3, (row) => row.at)).toEqual({ rows: rows(2), next: null });
  expect(pageOf(rows(3), 3, (row) => row.at)).toEqual({ rows: rows(3), next: null });
});

test("one row more says that there is a next page, which begins behind the last that is shown", () => {
  expect(pageOf(rows(4), 3, (row) => row.at)).toEqual({ rows: rows(3), next: { value: "t3", id: 3 } });
});
