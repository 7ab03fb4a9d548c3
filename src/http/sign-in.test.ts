import { expect, test } from "vitest";
import { createSignIn } from "./sign-in.ts";

const at = new Date("2026-01-02T03:04:05.678Z");
const later = (ms: number) => new Date(at.getTime() + ms);
const cookieOf = (header: string): string => header.split(";", 1)[0] ?? "";

test("only the right token is taken as a bearer", () => {
  const { acceptsBearer } = createSignIn("pw_token", () => at);

  expect(acceptsBearer("Bearer pw_token")).toBe(true);
  for (const header of [
    undefined,
    "",
    "pw_token",
    "bearer pw_token",
    "Bearer ",
    "Bearer pw_toke",
    "Bearer pw_token ",
    "Basic pw_token",
  ])
    expect(acceptsBearer(header)).toBe(false);
});

test("a sign-in code works once and for ten minutes", () => {
  let now = at;
  const { newCode, spendCode } = createSignIn("pw_token", () => now);
  const [first, second] = [newCode(), newCode()];

  expect([spendCode(first), spendCode(first), spendCode("guess")]).toEqual([true, false, false]);
  now = later(10 * 60_000 + 1);
  expect(spendCode(second)).toBe(false);
});

test("a session outlives a restart with the same token, and ends with another token, by its time, or when it is changed", () => {
  const cookie = cookieOf(createSignIn("pw_token", () => at).newCookie(at, false));
  const other = (token: string, now: Date) => createSignIn(token, () => now).acceptsCookie(`a=b; ${cookie}`);

  expect(other("pw_token", later(1000))).toBe(true);
  expect(other("pw_other", later(1000))).toBe(false);
  expect(other("pw_token", later(31 * 86_400_000))).toBe(false);
  const [name = "", value = ""] = cookie.split("=");
  expect(createSignIn("pw_token", () => at).acceptsCookie(`${name}=9${value.slice(1)}`)).toBe(false);
  expect(createSignIn("pw_token", () => at).acceptsCookie(undefined)).toBe(false);
});

test("the cookie cannot be read by scripts nor sent by other sites", () => {
  expect(createSignIn("pw_token", () => at).newCookie(at, true)).toMatch(
    /HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/,
  );
});
