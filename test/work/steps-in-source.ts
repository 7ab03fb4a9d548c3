import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../src/", import.meta.url));

/** Steps of what only reads: a death there leaves nothing behind, and tests of their own use them. */
const ofReadersOnly = new Set(["work-file.read"]);

const ofReviews = /^(?:review[.-]|agent\.|fetch-blobs\.|inline-comments\.|update-review-summary\.|resolve-thread\.)/;

/** Those of the steps that only reviews come to. */
export function stepsOfReviews(): string[] {
  return stepsInSource().filter((step) => ofReviews.test(step));
}

/** Those that only an agent comes to which carries out a plan. */
const ofAgents = /^(?:plan|work|implementation)\./;

/** Those that every pull request of a program's or a person's may come to. */
export function stepsOfPullRequests(): string[] {
  return stepsInSource().filter((step) => !ofReviews.test(step) && !ofAgents.test(step));
}

/** Every step that the code names, sorted; those that each effect has, once for each kind of effect. */
export function stepsInSource(): string[] {
  const texts = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .map((path) => readFileSync(join(folder, path), "utf8"));
  const written = texts.flatMap((text) => [...text.matchAll(/\breach\(\s*(["`])([^"`]+)\1/g)].map((found) => found[2]));
  const kinds = texts.flatMap(kindsOfEffectsIn);
  const steps = written.flatMap((step = "") =>
    step.startsWith("${effect.kind}") ? kinds.map((kind) => step.replace("${effect.kind}", kind)) : [step],
  );
  return [...new Set(steps)].filter((step) => !ofReadersOnly.has(step)).toSorted();
}

/** An effect is written as it is declared: its key, its kind, its request. */
function kindsOfEffectsIn(text: string): string[] {
  return [...text.matchAll(/\bkey(?::[^\n]*)?,\n\s+kind: "([a-z-]+)",\n\s+request\b/g)].map((found) => found[1] ?? "");
}
