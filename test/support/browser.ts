import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { chromiumFromNpm } from "./chromium-from-npm.ts";

/** `TEST_CHROMIUM`, Debian's place, PATH, npm's @sparticuz/chromium. */
export type ChromiumSource = "environment" | "debian" | "path" | "npm";

export type Chromium = { source: ChromiumSource; path: string; environment: Record<string, string> };

/** Work in a container as root, quietly, and without a word to anybody outside. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Starts a headless Chromium. `close()`, or `await using`, ends it with all its processes.
 *
 * @throws when no Chromium is found; npm's is for Linux on x64 only
 */
export async function launchBrowser(options: { without?: ChromiumSource[] } = {}): Promise<Browser> {
  const found = await findChromium(options);
  return await chromium.launch({
    executablePath: found.path,
    args: flags,
    chromiumSandbox: false,
    env: { ...ownEnvironment(), ...found.environment },
  });
}

/** The first Chromium in the order of ChromiumSource. */
export async function findChromium(options: { without?: ChromiumSource[] } = {}): Promise<Chromium> {
  const finders: Record<ChromiumSource, () => string | undefined | Promise<Chromium | undefined>> = {
    environment: () => process.env["TEST_CHROMIUM"],
    debian: () => ["/usr/bin/chromium"].find((path) => existsSync(path)),
    path: () => onPath("chromium"),
    npm: async () => {
      const unpacked = await chromiumFromNpm();
      return unpacked === undefined ? undefined : { source: "npm", ...unpacked };
    },
  };
  for (const source of Object.keys(finders) as ChromiumSource[]) {
    if (options.without?.includes(source)) continue;
    const found = await finders[source]();
    if (found === undefined || found === "") continue;
    return typeof found === "string" ? { source, path: found, environment: {} } : found;
  }
  throw new Error("No Chromium found: install it, or set TEST_CHROMIUM to the path of one");
}

function onPath(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
