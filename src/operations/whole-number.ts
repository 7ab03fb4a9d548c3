import { z } from "zod";

/**
 * A whole number out of a query, a path or a program: digits and nothing else. Number() alone would also take `1e2`, `0x10`, `5 ` and an empty text.
 * Described as an integer.
 */
export function wholeNumber(min: number, max: number = Number.MAX_SAFE_INTEGER) {
  return z.preprocess(
    (value) => (typeof value !== "string" ? value : /^(0|[1-9]\d{0,15})$/.test(value) ? Number(value) : Number.NaN),
    z.number("is a whole number").int().min(min).max(max),
  );
}
