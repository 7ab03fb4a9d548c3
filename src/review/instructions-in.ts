import { visibleProse } from "./visible-text.ts";

/** A file of the base branch's root, as far as there is one. */
export type InstructionFile = { path: string; text: string };

/** Where the owners of a repository write down how it wants to be reviewed; read from the base branch only, in this order. */
export const instructionPaths = ["AGENTS.md", "REVIEW.md", "CLAUDE.md"] as const;

const charactersMax = 12_000;

/**
 * The reviewing rules in a repository's own files: all of REVIEW.md, and of the others the section "Code Review Rules" (or "Code review", "Review
 * rules"). Empty where there are none. They are the owner's words and say what to look at, nothing more: they go into the prompt between fences.
 */
export function instructionsIn(files: InstructionFile[]): string {
  const found = instructionPaths.flatMap((path) => {
    const file = files.find((each) => each.path === path);
    const text = file === undefined ? "" : rulesIn(path, visibleProse(file.text, 200_000)).trim();
    return text === "" ? [] : [`From ${path}:\n\n${text}`];
  });
  const all = found.join("\n\n");
  return all.length > charactersMax ? `${all.slice(0, charactersMax)}\n[cut]` : all;
}

function rulesIn(path: (typeof instructionPaths)[number], text: string): string {
  return path === "REVIEW.md" ? text : sectionOf(text);
}

/** From the heading to the next one of its level or above; headings in code blocks are none. */
function sectionOf(text: string): string {
  const kept: string[] = [];
  let level = 0;
  let fence: string | null = null;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (mark !== null) fence = fence === null ? mark : mark.startsWith(fence) ? null : fence;
    const heading = fence === null && mark === null ? /^(#{1,6})[ \t]+(\S.{0,200})$/.exec(line) : null;
    const depth = heading?.[1]?.length ?? 0;
    if (heading !== null && level === 0 && isReviewHeading(heading[2] ?? "")) level = depth;
    else if (heading !== null && level > 0 && depth <= level) return kept.join("\n");
    else if (level > 0) kept.push(line);
  }
  return kept.join("\n");
}

function isReviewHeading(words: string): boolean {
  return /^(?:code )?review(?:ing|er)?(?: rules| guidelines| instructions)?[\s#:]*$/i.test(words);
}
