import fc from "fast-check";
import { expect, test } from "vitest";
import { createRedact } from "../redact/redact.ts";
import { forgeWords } from "./forge-words.ts";

const json = (value: unknown, redact = (text: string) => text) =>
  forgeWords("application/json; charset=utf-8", JSON.stringify(value), redact);

test.each<[string, unknown, string]>([
  ["GitHub's message", { message: "Not Found", documentation_url: "https://docs" }, "Not Found"],
  [
    "GitHub's message with its fields",
    { message: "Validation Failed", errors: [{ resource: "PullRequest", field: "head", code: "invalid" }] },
    "Validation Failed: head invalid",
  ],
  [
    "GitHub's message with its own words",
    {
      message: "Validation Failed",
      errors: [{ resource: "PullRequest", code: "custom", message: "No commits between a and b" }],
    },
    "Validation Failed: No commits between a and b",
  ],
  ["GitHub's list of words", { message: "Invalid", errors: ["a", "b"] }, "Invalid: a: b"],
  [
    "GitLab's message by field",
    { message: { title: ["is too long", "is empty"] } },
    "title is too long: title is empty",
  ],
  [
    "GitLab's list",
    { message: ["Another open merge request already exists"] },
    "Another open merge request already exists",
  ],
  ["GitLab's error", { error: "insufficient_scope", error_description: "Needs api" }, "insufficient_scope: Needs api"],
  ["nothing", {}, ""],
])("the forge's words are read: %s", (_what, body, expected) => {
  expect(json(body)).toBe(expected);
});

test("a page is no words, and text is", () => {
  expect(forgeWords("text/html", "<html>Sign in</html>", String)).toBe("(a page of HTML)");
  expect(forgeWords(null, "<!DOCTYPE html>", String)).toBe("(a page of HTML)");
  expect(forgeWords("text/plain", "Retry later\n", String)).toBe("Retry later");
  expect(forgeWords("application/json", "{broken", String)).toBe("{broken");
});

test("a secret in them is masked, before they are cut", () => {
  const secret = "correct-horse-battery";
  const words = json({ message: `${"x".repeat(2030)} ${secret} ${"y".repeat(5000)}` }, createRedact([secret]));

  expect(words).not.toContain("correct");
  expect(words.length).toBeLessThanOrEqual(2048);
  expect(words.endsWith("…")).toBe(true);
});

test("they are one line of at most 2 KiB, whatever is answered", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json()),
      fc.constantFrom("application/json", "text/plain", null),
      (body, type) => {
        const words = forgeWords(type, body, (text) => text);

        expect(words.length).toBeLessThanOrEqual(2048);
        expect(words).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      },
    ),
  );
  expect(forgeWords("application/json", "[".repeat(200_000), (text) => text).length).toBeLessThanOrEqual(2048);
});
