import { expect, test } from "vitest";
import { classify } from "../classify-answer.ts";
import { forgeWords } from "../forge-words.ts";
import { githubRefusals } from "./refusals.ts";

const invalid = (...errors: object[]) => ({ message: "Validation Failed", errors });

test.each<[string, number, object, string, string]>([
  [
    "a second pull request",
    422,
    invalid({ code: "custom", message: "A pull request already exists for acme:topic." }),
    "conflict",
    "FORGE_CONFLICT",
  ],
  [
    "a pull request without a commit",
    422,
    invalid({ code: "custom", message: "No commits between main and topic" }),
    "refused",
    "EMPTY_DIFF",
  ],
  [
    "a branch that is not seen yet",
    422,
    invalid({ resource: "PullRequest", field: "head", code: "invalid" }),
    "transient",
    "FORGE_UNAVAILABLE",
  ],
  [
    "a head without a commit yet",
    422,
    invalid(
      { code: "custom", message: "Head sha can't be blank" },
      { code: "custom", message: "Base sha can't be blank" },
    ),
    "transient",
    "FORGE_UNAVAILABLE",
  ],
  [
    "a base that is not there",
    422,
    invalid({ resource: "PullRequest", field: "base", code: "invalid" }),
    "refused",
    "FORGE_REFUSED",
  ],
  [
    "a body that is too long",
    422,
    invalid({ code: "custom", message: "body is too long (maximum is 65536 characters)" }),
    "refused",
    "FORGE_REFUSED",
  ],
  [
    "a comment too soon after the last",
    422,
    invalid({ code: "custom", message: "was submitted too quickly" }),
    "rate",
    "FORGE_RATE_LIMITED",
  ],
  [
    "a locked conversation",
    403,
    { message: "Unable to create comment because issue is locked." },
    "refused",
    "FORGE_REFUSED",
  ],
  [
    "a right that is missing",
    403,
    { message: "Resource not accessible by integration" },
    "permission",
    "FORGE_FORBIDDEN",
  ],
  ["a repository without a commit", 409, { message: "Git Repository is empty." }, "conflict", "FORGE_CONFLICT"],
])("GitHub's words are understood: %s", (_what, status, body, kind, code) => {
  const text = JSON.stringify(body);
  const words = forgeWords("application/json", text, (told) => told);
  const answer = { status, headers: new Headers(), body: text, url: "https://api.github.com/", redirected: false };

  expect(classify({ was: "answer", call: "write", answer, words }, githubRefusals)).toEqual({ kind, code });
});
