import { join } from "node:path";
import { PullwrightError } from "../domain/error.ts";
import { isObjectId } from "./object-id.ts";
import { readPlainFile } from "./plain-file.ts";

/** Where a checkout keeps its refs: a worktree has a HEAD of its own and shares the rest. */
export type RefPlaces = { gitDir: string; commonDir: string };

export type Head = { branch: string | null; sha: string | null };

/**
 * Reads where HEAD is from the files themselves, without running git in a repository that others configured.
 *
 * @throws {PullwrightError} CHECKOUT_NOT_FOUND, CHECKOUT_UNSAFE
 */
export async function readHead(places: RefPlaces): Promise<Head> {
  const text = (await readPlainFile(join(places.gitDir, "HEAD"), refBytesMax))?.toString("utf8").trim();
  if (text === undefined) throw new PullwrightError("CHECKOUT_NOT_FOUND", `${places.gitDir} has no HEAD.`);
  if (isObjectId(text)) return { branch: null, sha: text };
  const target = symbolicTarget(text);
  if (target === null)
    throw new PullwrightError("CHECKOUT_UNSAFE", `The HEAD of ${places.gitDir} is nothing that git writes.`);
  const branch = target.startsWith("refs/heads/") ? target.slice("refs/heads/".length) : null;
  return { branch, sha: await readRef(places, target) };
}

/** The commit that a ref names, null when there is none. Loose refs win over packed ones, as in git. */
export async function readRef(places: RefPlaces, ref: string): Promise<string | null> {
  let name = ref;
  for (let hops = 0; hops < 5; hops += 1) {
    if (!isPlainRef(name)) return null;
    const text = (await readPlainFile(join(places.commonDir, name), refBytesMax))?.toString("utf8").trim();
    if (text === undefined) return readPackedRef(places, name);
    if (isObjectId(text)) return text;
    const target = symbolicTarget(text);
    if (target === null) return null;
    name = target;
  }
  return null;
}

const refBytesMax = 64 * 1024;
const packedRefsBytesMax = 256 * 1024 * 1024;

async function readPackedRef({ commonDir }: RefPlaces, ref: string): Promise<string | null> {
  const bytes = await readPlainFile(join(commonDir, "packed-refs"), packedRefsBytesMax);
  if (bytes === null) return null;
  const end = Buffer.from(` ${ref}\n`);
  for (let at = bytes.indexOf(end); at >= 0; at = bytes.indexOf(end, at + 1)) {
    const begin = bytes.lastIndexOf(0x0a, at - 1) + 1;
    const id = bytes.toString("latin1", begin, at);
    if (isObjectId(id)) return id;
  }
  return null;
}

function symbolicTarget(text: string): string | null {
  const target = /^ref: *(refs\/\S+)$/.exec(text)?.[1];
  return target !== undefined && isPlainRef(target) ? target : null;
}

/** The name becomes a path below the checkout's own folder, and must stay there. */
function isPlainRef(name: string): boolean {
  // eslint-disable-next-line no-control-regex
  if (!name.startsWith("refs/") || /[\u0000-\u0020\u007f\\]/.test(name)) return false;
  return name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
