import { expect, test } from "vitest";
import { readCommitLog } from "./commit-log.ts";
import { commitMessageOf, descriptionOf, type DescribedWork, titleOf } from "./pull-request-text.ts";

const logText = `# Implementation Commit Log

## Summary

- Add a retry to the client. It waits longer each time.

## Files Changed

- src/client.ts
`;

const work = (rest: Partial<DescribedWork> = {}, text = logText): DescribedWork => ({
  workflowId: "SCRUM-123",
  title: null,
  log: readCommitLog(Buffer.from(text), "commit_log.md"),
  changes: [
    { path: "src/client.ts", status: "changed" },
    { path: "docs/`odd`.md", status: "renamed", from: "docs/odd.md" },
  ],
  notes: [],
  sessionId: null,
  url: null,
  ...rest,
});

test("the title says which work, and in the log's own words what", () => {
  expect(titleOf(work())).toBe("Implement SCRUM-123: Add a retry to the client");
  expect(titleOf(work({}, "no sections"))).toBe("Implement SCRUM-123");
  expect(titleOf(work({ title: "Retry\nthe client @ann" }))).toBe("Retry the client @\u2060ann");
  expect(titleOf(work({ title: "x".repeat(500) })).length).toBeLessThanOrEqual(240);
});

test("a log with nothing in it is missing", () => {
  expect(() => readCommitLog(Buffer.from(" \n\t"), "a/commit_log.md")).toThrow(/a\/commit_log.md is empty/);
});

test("the same work has the same message, with the session's trailer as its last paragraph", () => {
  const message = commitMessageOf(work({ sessionId: "0199a" }));

  expect(message).toBe(commitMessageOf(work({ sessionId: "0199a" })));
  expect(message.split("\n")[0]).toBe("Implement SCRUM-123: Add a retry to the client");
  expect(message.trimEnd().split("\n\n").at(-1)).toBe("Pullwright-Session: 0199a");
});

test("the description shows workflow, files and log, whatever the files are called", () => {
  const text = descriptionOf(work({ notes: ["socket.sock: a socket"], url: "https://pullwright.example/w/SCRUM-123" }));

  expect(text).toContain("Workflow: `SCRUM-123`");
  expect(text).toContain("- `src/client.ts` changed");
  expect(text).toContain("- ``docs/`odd`.md`` renamed (from `docs/odd.md`)");
  expect(text).toContain("- socket.sock: a socket");
  expect(text).toContain("(https://pullwright.example/w/SCRUM-123)");
});

test("however much there is to tell, the forge takes it", () => {
  const many = Array.from({ length: 5000 }, (_, index) => ({
    path: `${"p".repeat(200)}${index}`,
    status: "added" as const,
  }));
  const text = descriptionOf(work({ changes: many }, `## Summary\n${"<@&".repeat(100_000)}`));

  expect(text.length).toBeLessThanOrEqual(60_000);
  expect(text).toMatch(/nothing was merged or approved\.$/);
  expect(text).toContain("- and 4800 more");
  expect(commitMessageOf(work({}, "x".repeat(200_000))).length).toBeLessThan(31_000);
});
