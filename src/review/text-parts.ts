import type { ForgeName } from "../domain/repository.ts";
import type { AgentUsage, Finding } from "../domain/review.ts";
import { cleanUnicode } from "./gate/clean-unicode.ts";
import { inlineCode } from "./gate/render-markdown.ts";

/** The repository as its forge's pages have it. */
export type TextPlace = { forge: ForgeName; repositoryUrl: string; headSha: string };

/** A path as inline code. */
export function pathCode(path: string): string {
  return inlineCode(cleanUnicode(path), 300);
}

/** `src/a.ts:3-5`, as a link to these lines of the head commit, which stays right whatever is pushed later. No link where the path would lead out. */
export function placeLink(finding: Pick<Finding, "path" | "startLine" | "endLine">, place: TextPlace): string {
  const { path, startLine, endLine } = finding;
  const lines = startLine === endLine ? `${startLine}` : `${startLine}-${endLine}`;
  const words = inlineCode(`${cleanUnicode(path)}:${lines}`, 300);
  const segments = path.toWellFormed().split("/");
  if (segments.some((each) => /^\.{0,2}$/.test(each))) return words;
  const anchor = place.forge === "github" && startLine !== endLine ? `L${startLine}-L${endLine}` : `L${lines}`;
  const folder = place.forge === "github" ? "blob" : "-/blob";
  return `[${words}](${place.repositoryUrl}/${folder}/${place.headSha}/${segments.map(encodePart).join("/")}#${anchor})`;
}

/** Also the signs that would end a link of Markdown. */
function encodePart(part: string): string {
  return encodeURIComponent(part).replaceAll(
    /[()'*!~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export function priorityWord({ priority }: Pick<Finding, "priority">): string {
  return `P${priority}`;
}

/** `4.2 s`, `3 min 5 s`. */
export function durationText(startedAt: string, endedAt: string): string {
  const ms = Date.parse(endedAt) - Date.parse(startedAt);
  if (!Number.isFinite(ms) || ms < 0) return "time not known";
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
}

/** What it took, as far as it is known; what is not known is said to be so. */
export function usageText({ inputTokens, cachedInputTokens, outputTokens, costUsd }: AgentUsage): string {
  const cached = cachedInputTokens === null || cachedInputTokens === 0 ? "" : ` (${number(cachedInputTokens)} cached)`;
  const read = inputTokens === null ? "tokens in not known" : `${number(inputTokens)} tokens in${cached}`;
  const written = outputTokens === null ? "tokens out not known" : `${number(outputTokens)} out`;
  const cost =
    costUsd === null ? "cost not known" : costUsd < 0.01 && costUsd > 0 ? "under $0.01" : `$${costUsd.toFixed(2)}`;
  return `${read}, ${written}, ${cost}`;
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}

/** `1 finding`, `2 findings`. */
export function counted(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** Code between fences that none of its lines can end. */
export function fencedCode(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`{3,}/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}
