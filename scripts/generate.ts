import { readdirSync, readFileSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { referencePages } from "./generate/reference-pages.ts";

// node scripts/generate.ts [--check]    writes docs/reference/ out of the code, or says how it differs and exits 1
// A second run writes the same bytes. A file in the folder that no page makes is a difference too.

const folder = fileURLToPath(new URL("../docs/reference/", import.meta.url));
const pages = await referencePages();

if (process.argv.includes("--check")) {
  const differences = differencesFrom(pages);
  for (const difference of differences) console.error(difference);
  if (differences.length > 0) {
    console.error("docs/reference/ is made from the code: npm run generate makes it anew.");
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of pages) writeFileSync(join(folder, name), text);
  console.log(`docs/reference/: ${[...pages.keys()].join(", ")}`);
}

function differencesFrom(wanted: ReadonlyMap<string, string>): string[] {
  const there = new Set(namesIn(folder));
  const differences = [...wanted].flatMap(([name, text]) => {
    if (!there.delete(name)) return [`docs/reference/${name} is missing.`];
    const line = firstDifference(readFileSync(join(folder, name), "utf8"), text);
    return line === null
      ? []
      : [`docs/reference/${name}:${line.number} differs.\n  there: ${line.there}\n  now:   ${line.now}`];
  });
  return [...differences, ...[...there].map((name) => `docs/reference/${name} is made by nothing; remove it.`)];
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** The first line at which two texts part, null where they are equal. */
function firstDifference(there: string, now: string): { number: number; there: string; now: string } | null {
  if (there === now) return null;
  const [old, current] = [there.split("\n"), now.split("\n")];
  const index = current.findIndex((line, at) => line !== old[at]);
  const at = index === -1 ? current.length : index;
  return { number: at + 1, there: old[at] ?? "(end)", now: current[at] ?? "(end)" };
}
