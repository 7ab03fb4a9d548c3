import fc from "fast-check";
import { expect, test } from "vitest";
import type { RevertMention } from "../domain/fact.ts";
import { type RevertContext, revertsInCommitMessage, revertsInPullRequest } from "./reverts.ts";

const github: RevertContext = { forge: "github", slug: "acme/web" };
const gitlab: RevertContext = { forge: "gitlab", slug: "group/sub/project" };
const shaA = "a1b2c3d4e5f60718293a4b5c6d7e8f9001122334";
const shaB = "b2c3d4e5f60718293a4b5c6d7e8f900112233445";

/** `#7` for a pull request, the id for a commit. */
const targets = (mentions: RevertMention[]) =>
  mentions.map((mention) => (mention.by === "commit" ? mention.sha : `#${mention.number}`));
const inMessage = (message: string, context = github) => targets(revertsInCommitMessage(message, context));
const inBody = (body: string, context = github, headBranch = "topic") =>
  targets(revertsInPullRequest({ body, headBranch, ...context }));

test("git's own revert names the commit in its body", () => {
  expect(revertsInCommitMessage(`Revert "Add a theme"\n\nThis reverts commit ${shaA}.\n`, github)).toEqual([
    { by: "commit", sha: shaA, evidence: "commit-message" },
  ]);
});

test("the revert of a merge names the merge, not the parent that it goes back to", () => {
  const message = `Revert "Merge branch 'topic'"\n\nThis reverts commit ${shaA}, reversing\nchanges made to ${shaB}.`;

  expect(inMessage(message)).toEqual([shaA]);
});

test("a squash may revert several, each listed once and in order", () => {
  const message = `Undo (#9)\n\n* Revert "a"\n\nThis reverts commit ${shaB}.\n\n* Revert "b"\n\n  This reverts commit ${shaA}.\n\n* again: This reverts commit ${shaB}.`;

  expect(inMessage(message)).toEqual([shaB, shaA]);
});

test("a squash message as git makes it, indented, counts", () => {
  expect(
    inMessage(
      `Squashed commit of the following:\n\ncommit ${shaB}\n\n    Revert "a"\n    \n    This reverts commit ${shaA}.`,
    ),
  ).toEqual([shaA]);
});

test("a statement may be wrapped at any space, shortened, in capitals or in backticks", () => {
  expect(inMessage("This\nreverts\ncommit\na1b2c3d")).toEqual(["a1b2c3d"]);
  expect(inMessage(`this REVERTS Commit ${shaA.toUpperCase()}`)).toEqual([shaA]);
  expect(inMessage(`This reverts commit \`${shaA}\`.`)).toEqual([shaA]);
  expect(inMessage(`This reverts commit acme/web@${shaA}`)).toEqual([shaA]);
  expect(inMessage(`This reverts commit ${"0a".repeat(32)}`)).toEqual(["0a".repeat(32)]);
});

test("Windows line ends change nothing", () => {
  expect(inMessage(`Revert "a"\r\n\r\nThis reverts commit ${shaA}.\r\n`)).toEqual([shaA]);
});

test("a reapplied change says that it reverts the revert", () => {
  expect(inMessage(`Reapply "Add a theme"\n\nThis reverts commit ${shaB}.`)).toEqual([shaB]);
});

test("a revert of a revert names the revert in its body, whatever its subject quotes", () => {
  expect(inMessage(`Revert "Revert "Add a theme""\n\nThis reverts commit ${shaB}.`)).toEqual([shaB]);
});

test("GitLab's revert of a merge request names it, in this project only", () => {
  expect(inMessage('Revert "Merge branch"\n\nThis reverts merge request !123', gitlab)).toEqual(["#123"]);
  expect(inMessage("This reverts merge request group/sub/project!123.", gitlab)).toEqual(["#123"]);
  expect(inMessage("This reverts merge request other/project!123", gitlab)).toEqual([]);
});

test("GitHub's button names the pull request, in this repository only, in whatever case", () => {
  expect(revertsInPullRequest({ body: "Reverts acme/web#7", headBranch: "topic", ...github })).toEqual([
    { by: "pull-request-number", number: 7, evidence: "pull-request-body" },
  ]);
  expect(inBody("Reverts ACME/Web#7.")).toEqual(["#7"]);
  expect(inBody("Reverts #7")).toEqual(["#7"]);
  expect(inBody("Reverts acme/web-2#7")).toEqual([]);
  expect(inBody("Reverts evil/acme/web#7")).toEqual([]);
});

test("a squashed revert carries GitHub's sentence in the commit's message", () => {
  expect(inMessage('Revert "Add a theme" (#9)\n\nReverts acme/web#7')).toEqual(["#7"]);
});

test("several pull requests may be named at once", () => {
  expect(inBody("Reverts #7, #8 and acme/web#9 because of printing, see #10")).toEqual(["#7", "#8", "#9"]);
});

test("a number means what it means on its own forge", () => {
  expect(inBody("Reverts #7", gitlab)).toEqual([]);
  expect(inBody("Reverts !7", gitlab)).toEqual(["#7"]);
  expect(inBody("Reverts !7", github)).toEqual([]);
});

test.each([
  ["This PR reverts #7.", ["#7"]],
  ["This pull request reverts acme/web#7", ["#7"]],
  ["Broke the build\nReverts #7", ["#7"]],
  ["It broke printing. Reverts #7", ["#7"]],
  ["- Reverts #7", ["#7"]],
  ["**Reverts #7**", ["#7"]],
  ["fix: the tool reverts #7", []],
  ["This partially reverts commit a1b2c3d4", []],
  ["It does what no one reverts #7 for", []],
  ["> Reverts #7", []],
  ["  > This reverts commit a1b2c3d4", []],
  ["```\nReverts #7\n```", []],
  ["~~~text\nReverts #7\n~~~\nReverts #8", ["#8"]],
  ["````\n```\nReverts #7\n````\n\nReverts #8", ["#8"]],
  ["`Reverts #7`", []],
  ["<!-- Say Reverts #7 if it does -->\nReverts #8", ["#8"]],
  ["<!-- Reverts #7", []],
  ["Reverts #0", []],
  ["Reverts #07", []],
  ["Reverts #99999999999999999999", []],
  ["Reverts #7x", []],
  ["This reverts commit HEAD", []],
  ["This reverts commit a1b2c3", []],
  [`This reverts commit ${"a".repeat(65)}`, []],
  ["This reverts commit\n\na1b2c3d4", []],
  ["This reverts", []],
  ["", []],
])("a body that says %j reverts %j", (body, expected) => {
  expect(inBody(body)).toEqual(expected);
});

test("a revert's branch says what it reverts, each forge in its own way", () => {
  expect(revertsInPullRequest({ body: "", headBranch: "revert-7-topic", ...github })).toEqual([
    { by: "pull-request-number", number: 7, evidence: "branch-name" },
  ]);
  expect(revertsInPullRequest({ body: "", headBranch: "revert-a1b2c3d4", ...gitlab })).toEqual([
    { by: "commit", sha: "a1b2c3d4", evidence: "branch-name" },
  ]);
  expect(inBody("", github, "revert-12-revert-7-topic")).toEqual(["#12"]);
  for (const branch of ["revert-topic", "revert-7", "my-revert-7-topic", "revert-0-topic", "revert-a1b2c3d4"]) {
    expect(inBody("", github, branch)).toEqual([]);
  }
  expect(inBody("", gitlab, "revert-7-topic")).toEqual([]);
});

test("what body and branch both say is listed once, as the body says it", () => {
  expect(revertsInPullRequest({ body: "Reverts acme/web#7", headBranch: "revert-7-topic", ...github })).toEqual([
    { by: "pull-request-number", number: 7, evidence: "pull-request-body" },
  ]);
  expect(inBody(`This reverts commit ${shaA}`, gitlab, "revert-a1b2c3d4")).toEqual([shaA]);
});

test("a text of a million characters written to be slow is read to its end", () => {
  for (const unit of [
    "This reverts commit ",
    "Reverts ",
    "Reverts and ",
    "Reverts #",
    "<!--",
    "```\n",
    "> ",
    "!",
    "\\",
    "a ",
    "\n",
    "-->",
  ]) {
    const text = unit.repeat(1_000_000 / unit.length);
    expect(inBody(text)).toEqual([]);
    expect(inMessage(`${text}\n\nThis reverts commit ${shaA}.`).length).toBeLessThanOrEqual(1);
  }
});

test("no text makes us keep more than 200 mentions", () => {
  const text = Array.from({ length: 5000 }, (_, index) => `Reverts #${index + 1}.`).join("\n");

  expect(inBody(text)).toHaveLength(200);
});

test("any text gives only whole numbers and shortened or whole commit ids", () => {
  const piece = fc.constantFrom(
    "This",
    "reverts",
    "Reverts",
    "commit",
    "merge",
    "request",
    "#7",
    "!7",
    "acme/web#8",
    "acme/web@a1b2c3d4",
    shaA,
    ">",
    "\n",
    "```",
    "<!--",
    "-->",
    ",",
    ".",
    " ",
    "and",
  );

  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), fc.constantFrom(github, gitlab), (pieces, context) => {
      const mentions = revertsInPullRequest({ body: pieces.join(" "), headBranch: pieces.join(""), ...context });
      for (const target of targets(mentions)) expect(target).toMatch(/^(#[1-9][0-9]{0,15}|[0-9a-f]{7,64})$/);
    }),
    { numRuns: 1000 },
  );
});
