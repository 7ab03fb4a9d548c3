/** A line of a diff, with its numbers before and after the change. */
export type ShownLine = {
  kind: "context" | "added" | "deleted";
  text: string;
  oldLine: number | null;
  newLine: number | null;
};

/** A part of a file that changed. */
export type ShownHunk = { heading: string; lines: ShownLine[] };

/** A changed file. Without hunks a note may say why: `binary`, `a symbolic link`. */
export type ShownFile = {
  path: string;
  /** Before the change, where it was another. */
  oldPath: string | null;
  status: "added" | "deleted" | "renamed" | "copied" | "modified";
  note: string | null;
  addedLines: number;
  deletedLines: number;
  hunks: ShownHunk[];
};

/**
 * Reads `review.diff` as src/review/unified-diff.ts writes it, as far as it goes: what was cut off or masked in it ends a hunk and breaks nothing. Linear in its
 * length.
 */
export function parseDiffText(text: string): ShownFile[] {
  const files: ShownFile[] = [];
  let file: ShownFile | null = null;
  let hunk: (ShownHunk & { oldLine: number; newLine: number }) | null = null;
  for (const line of text.split("\n")) {
    if (line.startsWith("diff --git ")) {
      file = { ...nothingKnown, hunks: [] };
      hunk = null;
      files.push(file);
    } else if (file === null) continue;
    else if (line.startsWith("@@ ")) {
      hunk = hunkOf(line);
      if (hunk !== null) file.hunks.push(hunk);
    } else if (hunk === null) readHeader(line, file);
    else if (line.startsWith(" ")) {
      hunk.lines.push({ kind: "context", text: line.slice(1), oldLine: hunk.oldLine, newLine: hunk.newLine });
      hunk.oldLine += 1;
      hunk.newLine += 1;
    } else if (line.startsWith("+")) {
      hunk.lines.push({ kind: "added", text: line.slice(1), oldLine: null, newLine: hunk.newLine });
      hunk.newLine += 1;
      file.addedLines += 1;
    } else if (line.startsWith("-")) {
      hunk.lines.push({ kind: "deleted", text: line.slice(1), oldLine: hunk.oldLine, newLine: null });
      hunk.oldLine += 1;
      file.deletedLines += 1;
    }
  }
  return files;
}

const nothingKnown: Omit<ShownFile, "hunks"> = {
  path: "",
  oldPath: null,
  status: "modified",
  note: null,
  addedLines: 0,
  deletedLines: 0,
};

function hunkOf(line: string) {
  const match = /^@@ -(\d{1,9})(?:,\d{1,9})? \+(\d{1,9})(?:,\d{1,9})? @@ ?(.*)$/.exec(line);
  if (match === null) return null;
  const [, oldStart, newStart, heading = ""] = match;
  return { heading, lines: [], oldLine: Number(oldStart), newLine: Number(newStart) };
}

/** The lines between a file's first one and its hunks; whatever else there is says nothing to us. */
function readHeader(line: string, file: ShownFile): void {
  if (line === "new file") file.status = "added";
  else if (line === "deleted file") file.status = "deleted";
  else if (line.startsWith("rename from ")) file.status = "renamed";
  else if (line.startsWith("copy from ")) file.status = "copied";
  else if (line.startsWith("# ")) file.note = line.slice(2);
  else if (line.startsWith("--- ")) file.oldPath = pathOf(line.slice(4), "a/");
  else if (line.startsWith("+++ ")) {
    const path = pathOf(line.slice(4), "b/");
    file.path = path ?? file.oldPath ?? "";
    if (file.oldPath === file.path) file.oldPath = null;
  }
}

function pathOf(name: string, side: string): string | null {
  const plain = name.startsWith('"') ? unquoted(name) : name;
  return plain.startsWith(side) ? plain.slice(side.length) : null;
}

function unquoted(name: string): string {
  try {
    return String(JSON.parse(name));
  } catch {
    return name;
  }
}
