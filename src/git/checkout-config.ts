import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import type { ObjectFormat } from "./object-id.ts";
import { readPlainFile } from "./plain-file.ts";
import { gitFailed, runGit, type GitSurroundings } from "./run-git.ts";
import type { RefPlaces } from "./checkout-refs.ts";

export type CheckoutRemote = {
  name: string;
  /** Without the user and password that somebody may have written into it. */
  url: string;
  /** Where it is pushed to, when that is elsewhere. */
  pushUrl: string | null;
};

/** What we take from a checkout's settings: where it comes from, and how its files are to be read. Nothing here is a program. */
export type CheckoutConfig = {
  format: ObjectFormat;
  remotes: CheckoutRemote[];
  /** For git, over our own: whether the file system has an executable bit, links, upper case; how lines end. */
  reading: [string, string][];
};

/**
 * Reads a checkout's settings file as text: included files are not, and nothing in it takes effect but what is copied here, value by value.
 *
 * @throws {PullwrightError} CHECKOUT_UNSAFE for refs that we cannot read, GIT_FAILED for a file that is none of git's
 */
export async function readCheckoutConfig(places: RefPlaces, surroundings: GitSurroundings): Promise<CheckoutConfig> {
  const settings = await readSettings(join(places.commonDir, "config"), surroundings);
  const ofWorktree = isTrue(last(settings, "extensions.worktreeconfig"))
    ? await readSettings(join(places.gitDir, "config.worktree"), surroundings)
    : [];
  const all = [...settings, ...ofWorktree];

  const storage = last(all, "extensions.refstorage") ?? "files";
  if (storage !== "files")
    throw new PullwrightError(
      "CHECKOUT_UNSAFE",
      `The checkout keeps its refs as ${JSON.stringify(storage)}, which cannot be read here.`,
    );
  const format = last(all, "extensions.objectformat") ?? "sha1";
  if (format !== "sha1" && format !== "sha256")
    throw new PullwrightError("CHECKOUT_UNSAFE", "The checkout names its objects by an unknown hash.");
  return { format, remotes: remotesOf(all), reading: readingOf(all) };
}

const configBytesMax = 1024 * 1024;

type Setting = [key: string, value: string];

async function readSettings(path: string, surroundings: GitSurroundings): Promise<Setting[]> {
  const bytes = await readPlainFile(path, configBytesMax);
  if (bytes === null) return [];
  const args = ["config", "--file", "-", "--no-includes", "--null", "--list"];
  const said = await runGit({ args, place: { gitDir: surroundings.temporaryDir }, stdin: bytes }, surroundings);
  if (said.code !== 0) throw gitFailed(args, said, surroundings.redact);
  return said.stdout
    .toString("utf8")
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry): Setting => {
      const lineEnd = entry.indexOf("\n");
      // A name alone means true.
      return lineEnd < 0 ? [entry, "true"] : [entry.slice(0, lineEnd), entry.slice(lineEnd + 1)];
    });
}

function remotesOf(settings: Setting[]): CheckoutRemote[] {
  const remotes = new Map<string, { url: string | null; pushUrl: string | null }>();
  for (const [key, value] of settings) {
    const [, name, what] = /^remote\.(.+)\.(url|pushurl)$/s.exec(key) ?? [];
    if (name === undefined) continue;
    const remote = remotes.get(name) ?? { url: null, pushUrl: null };
    // The first address is the one that is fetched from.
    if (what === "url") remote.url ??= withoutCredential(value);
    else remote.pushUrl ??= withoutCredential(value);
    remotes.set(name, remote);
  }
  return [...remotes].flatMap(([name, { url, pushUrl }]) => (url === null ? [] : [{ name, url, pushUrl }]));
}

function withoutCredential(url: string): string {
  return url.replace(/^(https?:\/\/)[^/?#]*@/i, "$1");
}

/** Only these names, and of each only these values. */
const readable: Record<string, RegExp> = {
  "core.filemode": /^(true|false)$/,
  "core.symlinks": /^(true|false)$/,
  "core.ignorecase": /^(true|false)$/,
  "core.precomposeunicode": /^(true|false)$/,
  "core.trustctime": /^(true|false)$/,
  "core.checkstat": /^(default|minimal)$/,
  "core.autocrlf": /^(true|false|input)$/,
  "core.eol": /^(lf|crlf|native)$/,
  "core.sparsecheckout": /^(true|false)$/,
};

function readingOf(settings: Setting[]): Setting[] {
  return [
    ["core.bare", "false"],
    ...Object.entries({ ...defaults, ...lastReadable(settings) }).map(([key, value]): Setting => [key, value]),
  ];
}

const defaults: Record<string, string> = { "core.symlinks": "true", "core.filemode": "true" };

function lastReadable(settings: Setting[]): Record<string, string> {
  const found = settings.filter(([key, value]) => readable[key]?.test(plainBoolean(value)) === true);
  return Object.fromEntries(found.map(([key, value]) => [key, plainBoolean(value)]));
}

function plainBoolean(value: string): string {
  const lower = value.toLowerCase();
  if (["yes", "on", "1", "true"].includes(lower)) return "true";
  if (["no", "off", "0", "false", ""].includes(lower)) return "false";
  return lower;
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && plainBoolean(value) === "true";
}

function last(settings: Setting[], key: string): string | undefined {
  return settings.findLast(([one]) => one === key)?.[1];
}
