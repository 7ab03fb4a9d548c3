import { expect, test } from "vitest";
import { printCsv } from "./csv.ts";

test("a cell that a spreadsheet would take for a formula is made inert", () => {
  expect(printCsv([{ title: "=cmd|' /C calc'!A0", author: "+1", n: -1 }])).toBe(
    "title,author,n\r\n'=cmd|' /C calc'!A0,'+1,-1\r\n",
  );
});

test("quotes, commas and line breaks stay inside their cell", () => {
  expect(printCsv([{ a: 'say "hi"', b: "x,y", c: "two\nlines", d: null, e: { k: 1 } }])).toBe(
    'a,b,c,d,e\r\n"say ""hi""","x,y","two\nlines",,"{""k"":1}"\r\n',
  );
});
