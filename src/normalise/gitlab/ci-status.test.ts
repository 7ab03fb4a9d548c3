import { expect, test } from "vitest";
import { wholePayload } from "../read-field.ts";
import { actionOf, runStatus } from "./ci-status.ts";

test.each([
  ["success", "success", "completed"],
  ["failed", "failure", "completed"],
  ["canceled", "cancelled", "completed"],
  ["skipped", "skipped", "completed"],
  ["running", "in_progress", "in_progress"],
  ["canceling", "in_progress", "in_progress"],
  ["created", "pending", "requested"],
  ["waiting_for_resource", "pending", "requested"],
  ["waiting_for_callback", "pending", "requested"],
  ["preparing", "pending", "requested"],
  ["pending", "pending", "requested"],
  ["scheduled", "pending", "requested"],
  ["manual", "pending", "requested"],
  ["a_word_of_tomorrow", "in_progress", "in_progress"],
  ["constructor", "in_progress", "in_progress"],
] as const)("a pipeline that is %s counts as %s and is told as %s", (word, status, action) => {
  expect(runStatus(wholePayload({ status: word }), "status")).toBe(status);
  expect(actionOf(status)).toBe(action);
});
