import { fileLine, type PromptOptions, type PromptSubject } from "./prompt.ts";

/** What was asked, as a file for people: `review_prompt.md`. */
export type PromptArtifact = {
  subject: PromptSubject & { url: string };
  files: PromptOptions["files"];
  /** In the order in which they were asked. */
  prompts: string[];
};

const charactersMax = 4_000_000;

/** The file begins as seed 001's does, and then holds each prompt as it was sent, in a block that none of its lines can end. */
export function promptArtifact({ subject, files, prompts }: PromptArtifact): string {
  const head = [
    "# GitHub PR Review Task",
    "",
    `Review pull request #${subject.number}: ${subject.title.replaceAll(/\s+/g, " ").slice(0, 400)}`,
    "",
    `URL: ${subject.url}`,
    `Base: ${subject.baseBranch}`,
    `Head: ${subject.headSha}`,
    "",
    'Focus on bugs, regressions, missing tests, security issues, and integration risks. If no blocking issues are found, say "No blocking issues found".',
    "",
    "## Changed Files",
    "",
    ...files.slice(0, 1000).map(fileLine),
    "",
  ];
  const asked = prompts.flatMap((prompt, index) => [
    prompts.length === 1 ? "## Diff" : `## Diff, part ${index + 1} of ${prompts.length}`,
    "",
    ...inFence(prompt),
    "",
  ]);
  return [...head, ...asked].join("\n").slice(0, charactersMax);
}

function inFence(text: string): string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, text, fence];
}
