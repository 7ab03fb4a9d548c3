import { createHash } from "node:crypto";
import type { Scratch } from "./checkout-scratch.ts";
import { nulEnded } from "./nul-ended.ts";

/** How git would store a file's bytes: changed by its own rules (line ends, `$Id$`, encoding), or by a program that we do not run. */
export type StoredForm = {
  /** The name of the program, as `.gitattributes` has it: `lfs`, `git-crypt`, …; null when git stores the file by itself. */
  filter: string | null;
  /** What git would store, when no program stands between. */
  store: (bytes: Buffer) => Promise<Buffer>;
};

type Attributes = Record<string, string>;

const attributesAsked = ["text", "crlf", "eol", "ident", "working-tree-encoding", "filter"];

/** Asks for all paths at once which rules hold for them; answers for each path, as latin1. */
export async function storedForms(
  scratch: Scratch,
  files: { path: Buffer; baseId: string | null }[],
  settings: [string, string][],
): Promise<Map<string, StoredForm>> {
  if (files.length === 0) return new Map();
  const said = await scratch.runWell({
    args: ["check-attr", "-z", "--stdin", ...attributesAsked],
    stdin: nulEnded(files.map(({ path }) => path)),
    stdoutBytesMax: 256 * 1024 * 1024,
  });
  const attributes = new Map<string, Attributes>();
  const words = said.toString("latin1").split("\0");
  for (let index = 0; index + 2 < words.length; index += 3) {
    const [path = "", name = "", value = ""] = words.slice(index, index + 3);
    const known = attributes.get(path) ?? {};
    known[name] = value;
    attributes.set(path, known);
  }
  const convertsByDefault = settings.some(([key, value]) => key === "core.autocrlf" && value !== "false");
  return new Map(
    files.map(({ path, baseId }) => {
      const key = path.toString("latin1");
      return [key, storedForm(scratch, path, baseId, attributes.get(key) ?? {}, convertsByDefault)];
    }),
  );
}

function storedForm(
  scratch: Scratch,
  path: Buffer,
  baseId: string | null,
  attributes: Attributes,
  convertsByDefault: boolean,
): StoredForm {
  const filter = attributes["filter"] ?? unspecified;
  return {
    filter: isSpecified(filter) && filter !== "set" ? filter : null,
    store: async (bytes) => {
      const mayChange =
        (bytes.includes("\r\n") && mayConvertLineEnds(attributes, convertsByDefault)) ||
        (bytes.includes("$Id") && attributes["ident"] === "set") ||
        isSpecified(attributes["working-tree-encoding"] ?? unspecified);
      if (!mayChange) return bytes;
      // git leaves line ends alone that it only guesses at, when the file has them in the repository already.
      if (isGuess(attributes) && baseId !== null && (await blob(scratch, baseId))?.includes("\r\n") === true)
        return bytes;
      return throughGit(scratch, path, bytes);
    },
  };
}

const unspecified = "unspecified";

function isSpecified(value: string): boolean {
  return value !== unspecified && value !== "unset";
}

function mayConvertLineEnds(attributes: Attributes, convertsByDefault: boolean): boolean {
  const { text = unspecified, crlf = unspecified, eol = unspecified } = attributes;
  const decisive = text === unspecified ? crlf : text;
  if (decisive === "unset") return false;
  return decisive !== unspecified || isSpecified(eol) || convertsByDefault;
}

function isGuess({ text = unspecified, crlf = unspecified, eol = unspecified }: Attributes): boolean {
  return text === "auto" || (text === unspecified && crlf === unspecified && eol === unspecified);
}

/** Of git's own rules there is one writer: git. Our repository knows no filter, so none can run. */
async function throughGit(scratch: Scratch, path: Buffer, bytes: Buffer): Promise<Buffer> {
  const id = await scratch.runWell({
    args: ["hash-object", "-w", "--stdin", `--path=${path.toString("utf8")}`],
    stdin: bytes,
    // This command finds `.gitattributes` only from within.
    cwd: scratch.root,
  });
  const stored = await blob(scratch, id.toString("latin1").trim());
  if (stored === null) throw new Error("git did not keep what it was given");
  return stored;
}

async function blob(scratch: Scratch, id: string): Promise<Buffer | null> {
  const said = await scratch.run({ args: ["cat-file", "blob", id], stdoutBytesMax: 1024 * 1024 * 1024 });
  return said.code === 0 ? said.stdout : null;
}

/** Whether the base's text is the pointer to exactly these bytes: a large file that was touched, and is the same. */
export async function isLfsPointerTo(scratch: Scratch, baseId: string, bytes: Buffer): Promise<boolean> {
  const pointer = (await blob(scratch, baseId))?.subarray(0, 1024).toString("latin1") ?? "";
  if (!pointer.startsWith("version https://git-lfs.github.com/spec/v1\n")) return false;
  const [, oid] = /^oid sha256:([0-9a-f]{64})$/m.exec(pointer) ?? [];
  const [, size] = /^size ([0-9]+)$/m.exec(pointer) ?? [];
  return Number(size) === bytes.length && oid === createHash("sha256").update(bytes).digest("hex");
}
