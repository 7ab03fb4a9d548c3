/** What a pull request changes, as the lines of a diff: the thing that a review reads. */

export type DiffLine = {
  kind: "context" | "added" | "deleted";
  /** Without the sign and the line break. */
  text: string;
  /** Number of the line before the change, null for an added one. */
  oldLine: number | null;
  /** Number of the line after the change, null for a deleted one. */
  newLine: number | null;
};

export type DiffHunk = {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  /** What git writes behind the numbers, such as the function's first line; may be empty. */
  heading: string;
  lines: DiffLine[];
};

export type ChangedFile = {
  /** After the change; of a deleted file the one that it had. */
  path: string;
  /** Before the change, where it was another. */
  oldPath: string | null;
  status: "added" | "modified" | "deleted" | "renamed" | "copied";
  /** Only text has hunks. `unread`: one of so many files that this one's change was not looked at. */
  kind: "text" | "binary" | "symlink" | "submodule" | "unread";
  addedLines: number;
  deletedLines: number;
  hunks: DiffHunk[];
};

/** The whole change between two commits. */
export type Change = {
  /** The commit that both sides have in common. */
  baseSha: string;
  headSha: string;
  /** Of the patch's bytes, as git writes them with our settings: the same change has the same hash. Lower-case hex. */
  diffSha256: string;
  files: ChangedFile[];
};
