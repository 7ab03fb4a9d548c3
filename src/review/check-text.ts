import type { ReviewResult, ReviewVerdict } from "../domain/review.ts";
import { counted } from "./text-parts.ts";

/** What stands beside the commit. */
export type CheckText = { state: "success" | "neutral" | "failure"; title: string; summary: string };

/**
 * The check for a review that has been through the gate. Only `pass` is green. With `isGating` grave findings fail, and so does what is inconclusive: forges
 * take a neutral check for a passed one where a check is required.
 */
export function checkText(result: ReviewResult, { isGating }: { isGating: boolean }): CheckText {
  return { state: stateOf(result.verdict, isGating), title: titleOf(result), summary: summaryOf(result) };
}

function stateOf(verdict: ReviewVerdict, isGating: boolean): CheckText["state"] {
  switch (verdict) {
    case "pass":
      return "success";
    case "findings":
    case "inconclusive":
      return isGating ? "failure" : "neutral";
    case "no-verdict":
      return "neutral";
  }
}

/** Of our own words alone: nothing that an agent wrote stands in a title. */
function titleOf({ verdict, findings, coverage }: ReviewResult): string {
  const grave = findings.filter(({ priority }) => priority <= 1).length;
  switch (verdict) {
    case "pass":
      return findings.length === 0
        ? "No findings"
        : `Nothing of P0 or P1, ${counted(findings.length, "smaller finding")}`;
    case "findings":
      return `${counted(grave, "finding")} of P0 or P1, ${findings.length} in all`;
    case "inconclusive":
      return `INCONCLUSIVE: ${coverage.hunksRead} of ${counted(coverage.hunksTotal, "hunk")} read, ${counted(findings.length, "finding")}`;
    case "no-verdict":
      return "No verdict: a program's words";
  }
}

function summaryOf({ verdict, because, coverage }: ReviewResult): string {
  const read = `Read: ${coverage.hunksRead} of ${counted(coverage.hunksTotal, "hunk")}; ${counted(coverage.filesSkipped.length, "file")} of ${coverage.filesTotal} not, or not wholly.`;
  const word = verdict === "inconclusive" ? "**INCONCLUSIVE.** " : "";
  return `${word}${because}\n\n${read}\n\nA machine made this review. It never approves and never merges.`;
}
