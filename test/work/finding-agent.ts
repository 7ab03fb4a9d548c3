import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { AgentQuestion } from "../../src/agents/agent.ts";
import type { SaidFinding } from "./scripted-agent.ts";

/** What is wrong, as a line of code; its name is in it. */
export const wrong = (name: string): string => `const ${name} = divide(total, counted.${name}Length);`;

const ways = ["divides by zero", "crashes on an empty list", "has no guard", "fails where nothing was counted"];

/** Finds every wrong line in the copy that it was given, in other words for each push. */
export async function findWrong({ filesDir }: Pick<AgentQuestion, "filesDir">, push: number): Promise<SaidFinding[]> {
  const entries = await readdir(filesDir, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name }): Promise<SaidFinding[]> => {
      const path = join(parentPath, name);
      const lines = (await readFile(path, "utf8")).split("\n");
      return lines.flatMap((line, index) => {
        const what = /const (\w+) = divide\(/.exec(line)?.[1];
        const title = `${what} ${ways[(push + index) % ways.length]}`;
        return what === undefined ? [] : [{ title, at: `${relative(filesDir, path)}:${index + 1}` }];
      });
    });
  return (await Promise.all(found)).flat();
}
