import { rmSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";

/** What a browser must load before the first page works, compressed. The chart comes later, in a chunk of its own. */
const initialScriptBytesMax = 150_000;

/**
 * Builds the page into `dist/web`. Says nothing when all is well; prints what is wrong and exits 1 when the build fails or the first load
 * has grown over its budget. A second run replaces what the first made.
 */
const outputs = await buildPage();
const initialScriptBytes = sum(initialScripts(outputs).map((chunk) => gzipSync(chunk.code, { level: 9 }).byteLength));
if (initialScriptBytes > initialScriptBytesMax) {
  console.error(
    `The page loads ${initialScriptBytes} bytes of compressed script before it works; the budget is ${initialScriptBytesMax}. Load something lazily, or leave it out.`,
  );
  // What is over the budget must not be taken for a finished page by the next who looks.
  rmSync(new URL("../dist/web/", import.meta.url), { recursive: true, force: true });
  process.exitCode = 1;
} else if (process.argv.includes("--verbose")) {
  console.log(
    `dist/web is built; the first load is ${initialScriptBytes} of ${initialScriptBytesMax} bytes of compressed script.`,
  );
}

async function buildPage(): Promise<Rolldown.OutputChunk[]> {
  // A test run sets this to "test", and React would be built with all its development aids.
  process.env["NODE_ENV"] = "production";
  const result = await build({
    configFile: new URL("../vite.config.ts", import.meta.url).pathname,
    configLoader: "native",
    logLevel: "warn",
  });
  const built = (Array.isArray(result) ? result : [result]) as Rolldown.RolldownOutput[];
  return built.flatMap((part) => part.output).filter((file) => file.type === "chunk");
}

/** The entry and everything it imports statically, each once. */
function initialScripts(chunks: Rolldown.OutputChunk[]): Rolldown.OutputChunk[] {
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const found = new Set<Rolldown.OutputChunk>();
  const waiting = chunks.filter((chunk) => chunk.isEntry);
  for (let chunk = waiting.pop(); chunk !== undefined; chunk = waiting.pop()) {
    if (found.has(chunk)) continue;
    found.add(chunk);
    waiting.push(...chunk.imports.flatMap((name) => byName.get(name) ?? []));
  }
  return [...found];
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
