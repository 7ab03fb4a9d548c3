import fc from "fast-check";
import { expect, test } from "vitest";
import { pullRequestWorkflowId, safeWorkflowId, workItemIn } from "./workflow-id.ts";

test("a work item is found where a tracker's name stands, and nowhere else", () => {
  expect(workItemIn([null, "feature/SCRUM-123-login", "other"])).toBe("SCRUM-123");
  expect(workItemIn(["Fix CVE-2024-1234 and UTF-8 (WEB-7)"])).toBe("WEB-7");
  expect(workItemIn(["xSCRUM-1", "SCRUM-1x", "A-1", "scrum-1", "SCRUM-0", "GHSA-1234"])).toBeNull();
  expect(workItemIn([undefined, "", "no item"])).toBeNull();
});

test("pull requests of two repositories have two workflows", () => {
  expect(pullRequestWorkflowId("github", "1296269", 7)).toBe("github-1296269-pr-7");
});

test("what is safe already stays itself", () => {
  for (const id of ["SCRUM-123", "github-1296269-pr-7", "a.b_c"]) expect(safeWorkflowId(id)).toBe(id);
});

test("any text becomes a name that is safe as a file and in a branch, and two texts never the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (one, other) => {
      const safe = safeWorkflowId(one);
      expect(safe).toMatch(/^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/);
      expect(safe).not.toMatch(/\.\.|\.lock$/);
      expect(safe.length).toBeLessThanOrEqual(100);
      expect(safeWorkflowId(safe)).toBe(safe);
      expect(safe === safeWorkflowId(other)).toBe(one === other);
    }),
  );
  for (const id of ["../../etc/passwd", "a/b", "a-b/", "con", "NUL.txt", "x.lock", "", ".", "..", "-rf", "a b"])
    expect(safeWorkflowId(id)).not.toBe(id);
  expect(new Set(["a/b", "a b", "a-b", "a.b"].map(safeWorkflowId)).size).toBe(4);
});
