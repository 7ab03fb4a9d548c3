import type { ForgeName } from "../domain/repository.ts";
import type { PlacedFinding } from "./place-findings.ts";
import { fencedCode, priorityWord } from "./text-parts.ts";

/** The text of a comment at a line, of a finding that has been through the gate; without the mark by which it is found again. */
export function inlineText({ finding, place, suggestion }: PlacedFinding, { forge }: { forge: ForgeName }): string {
  const proposal = suggestion === null ? [] : [fencedCode(suggestion, suggestionWord(forge, place))];
  return [
    `**${priorityWord(finding)}** ${finding.title}`,
    finding.body,
    ...proposal,
    "_A machine wrote this. To have it never said again, resolve this comment._",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** GitHub replaces the lines of the comment; GitLab wants to be told how many lines above its last one that is. */
function suggestionWord(forge: ForgeName, { startLine, endLine }: PlacedFinding["place"]): string {
  return forge === "github" ? "suggestion" : `suggestion:-${endLine - startLine}+0`;
}
