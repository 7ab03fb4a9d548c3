import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export function read(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Every page that people write and read, by path; the generated reference is held to the code by another test. */
export function documents(): string[] {
  return [...globSync("*.md", { cwd: root }), ...globSync("{src,docs}/**/*.md", { cwd: root })]
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !path.startsWith("docs/reference/"))
    .toSorted();
}

/** The fenced blocks of a page in these languages, without their fences. */
export function fencedBlocks(markdown: string, languages: string[]): string[] {
  return [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, language = ""]) => languages.includes(language))
    .map(([, , text = ""]) => text);
}

/** What stands between single backticks in the text itself. */
export function codeSpans(markdown: string): string[] {
  const text = markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}
