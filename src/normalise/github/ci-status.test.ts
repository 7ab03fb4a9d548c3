import { expect, test } from "vitest";
import { wholePayload } from "../read-field.ts";
import { commitStatus, runStatus } from "./ci-status.ts";

const statusOf = (status: string | null, conclusion: string | null) => runStatus(wholePayload({ status, conclusion }));

test.each([
  ["success", "success"],
  ["failure", "failure"],
  ["timed_out", "failure"],
  ["startup_failure", "failure"],
  ["cancelled", "cancelled"],
  ["stale", "cancelled"],
  ["skipped", "skipped"],
  ["neutral", "skipped"],
  ["action_required", "pending"],
  ["a_word_of_tomorrow", "pending"],
  ["constructor", "pending"],
])("a run that concluded with %s counts as %s", (conclusion, status) => {
  expect(statusOf("completed", conclusion)).toBe(status);
});

test.each([
  ["queued", "pending"],
  ["requested", "pending"],
  ["waiting", "pending"],
  ["pending", "pending"],
  ["in_progress", "in_progress"],
  ["completed", "pending"],
  ["a_word_of_tomorrow", "in_progress"],
])("a run that is %s counts as %s", (stage, status) => {
  expect(statusOf(stage, null)).toBe(status);
});

test.each([
  ["success", "success"],
  ["failure", "failure"],
  ["error", "failure"],
  ["pending", "pending"],
])("a commit status of %s counts as %s", (state, status) => {
  expect(commitStatus(state)).toBe(status);
});
