/** One line of a git tree. The name is bytes: git asks nothing of them but that they hold no slash and no NUL. */
export type TreeEntry = { mode: EntryMode; name: Buffer; id: string };

export type EntryMode = "40000" | "100644" | "100755" | "120000" | "160000";

/** Reads a tree as git stores it. Modes that git wrote differently long ago (`040000`, `100664`) are read as what they mean. */
export function parseTree(bytes: Buffer, idBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const nul = bytes.indexOf(0, space + 1);
    const end = nul + 1 + idBytes;
    if (space < 0 || nul < 0 || end > bytes.length) throw new Error("This is no tree of git");
    entries.push({
      mode: modeOf(Number.parseInt(bytes.toString("latin1", at, space), 8)),
      name: Buffer.from(bytes.subarray(space + 1, nul)),
      id: bytes.toString("hex", nul + 1, end),
    });
    at = end;
  }
  return entries;
}

/** The tree as git stores it: sorted by name, where the name of a folder counts as ending in a slash. */
export function formatTree(entries: TreeEntry[]): Buffer {
  const sorted = entries
    .map((entry) => ({ entry, key: entry.mode === "40000" ? Buffer.concat([entry.name, slash]) : entry.name }))
    .toSorted((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    sorted.flatMap(({ entry: { mode, name, id } }) => [Buffer.from(`${mode} `), name, nulByte, Buffer.from(id, "hex")]),
  );
}

const slash = Buffer.from("/");
const nulByte = Buffer.from([0]);

function modeOf(bits: number): EntryMode {
  switch (bits & 0o170000) {
    case 0o040000:
      return "40000";
    case 0o120000:
      return "120000";
    case 0o160000:
      return "160000";
    default:
      return (bits & 0o100) === 0 ? "100644" : "100755";
  }
}
