import { expect, test } from "vitest";
import { withInvisibleShown, withoutInvisible } from "./visible-text.ts";

const hostile = "main\u202e\u001b[2J\u007f\u{e0041}\n\tend, ünï 漢";

test("what cannot be seen is left out", () => {
  expect(withoutInvisible(hostile)).toBe("main[2J\n\tend, ünï 漢");
});

test("or is written out", () => {
  expect(withInvisibleShown(hostile)).toBe("main\\u202e\\u001b[2J\\u007f\\u{e0041}\n\tend, ünï 漢");
});
