import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";

const axeSource = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** WCAG A and AA up to 2.2, and axe's own best practices. */
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The rules whose answer depends on colours. */
const rulesOfColours = ["color-contrast", "link-in-text-block"];

/** What axe finds on the page as it is now, by all rules or by those of colours alone: `rule: element`, one line each. Empty when the page is clean. */
export async function accessibilityFaults(page: Page, asked: "all" | "colours" = "all"): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  return await page.evaluate(
    async (runOnly) => {
      type Result = { violations: { id: string; nodes: { html: string }[] }[] };
      const { axe } = globalThis as unknown as { axe: { run: (root: Document, options: object) => Promise<Result> } };
      const { violations } = await axe.run(document, { runOnly });
      return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)}`));
    },
    asked === "all" ? { type: "tag", values: tags } : { type: "rule", values: rulesOfColours },
  );
}
