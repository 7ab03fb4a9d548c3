import { createHash } from "node:crypto";
import type { Change, ChangedFile, DiffHunk, DiffLine } from "../domain/change.ts";
import { fileHeading, hunkText, lineCharactersMax, lineText } from "./diff-text.ts";
import { whyNotByHand, whyUnreadable } from "./why-not-read.ts";

export type SplitLimits = {
  /** How much of the diff one question may hold. */
  partCharactersMax: number;
  partsMax: number;
  /** A lock file, or another that nobody wrote by hand, is read when its diff is no longer than this. */
  notByHandCharactersMax: number;
};

/** About 20,000 tokens a part, and twelve of them. */
export const usualSplitLimits: SplitLimits = {
  partCharactersMax: 80_000,
  partsMax: 12,
  notByHandCharactersMax: 16_000,
};

/** Some lines of one hunk, in one part. */
export type Piece = { path: string; hunkIndex: number };

/** What one question is about. */
export type ChangePart = {
  /** From 0. */
  index: number;
  paths: string[];
  pieces: Piece[];
  /** The diff as it stands in the prompt. */
  text: string;
  /** Of the text; by it an answer shows which part it is about. Lower-case hex. */
  diffSha256: string;
};

/** A change in parts. Every file is in a part, in `skipped`, or, with some of its hunks in parts and others not, in both. */
export type SplitChange = {
  parts: ChangePart[];
  skipped: { path: string; reason: string }[];
  /** Hunks of which some lines are in no part. */
  cutHunks: Piece[];
  filesTotal: number;
  hunksTotal: number;
};

/**
 * Cuts a change into parts that fit a budget: files in their order, those that nobody wrote by hand last, whole hunks where they fit and a hunk that is too
 * large by its lines. What does not get into a part is listed with its reason, and so is a file with a line that had to be cut. The same change always
 * gives the same parts.
 */
export function splitChange(change: Change, limits: SplitLimits = usualSplitLimits): SplitChange {
  const { toRead, skipped } = choose(change.files, limits);
  const packer = createPacker(limits);
  for (const file of toRead) {
    const reason = packer.add(file);
    if (reason !== null) skipped.push({ path: file.path, reason });
  }
  const order = new Map(change.files.map(({ path }, index) => [path, index]));
  return {
    parts: packer.parts(),
    cutHunks: packer.cutHunks,
    skipped: skipped.toSorted((a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0)),
    filesTotal: change.files.length,
    hunksTotal: change.files.reduce((sum, { hunks }) => sum + hunks.length, 0),
  };
}

function choose(files: ChangedFile[], limits: SplitLimits): { toRead: ChangedFile[]; skipped: SplitChange["skipped"] } {
  const byHand: ChangedFile[] = [];
  const last: ChangedFile[] = [];
  const skipped: SplitChange["skipped"] = [];
  for (const file of files) {
    const unreadable = whyUnreadable(file);
    const notByHand = unreadable === null ? whyNotByHand(file) : null;
    if (unreadable !== null) skipped.push({ path: file.path, reason: unreadable });
    else if (notByHand === null) byHand.push(file);
    else if (charactersOf(file) <= limits.notByHandCharactersMax) last.push(file);
    else skipped.push({ path: file.path, reason: `${notByHand}, and too long to be read all the same` });
  }
  return { toRead: [...byHand, ...last], skipped };
}

/** Counted without writing it: a vendored tree may have 20 MB. */
function charactersOf({ hunks }: ChangedFile): number {
  return hunks.reduce((sum, { lines }) => sum + lines.reduce((inner, { text }) => inner + text.length + 9, 60), 0);
}

/** A budget below this would cut every hunk into lines. */
const linesCharactersMin = 1000;

type OpenPart = { texts: string[]; characters: number; paths: string[]; pieces: Piece[] };

function createPacker({ partCharactersMax, partsMax }: SplitLimits): {
  /** Why not all of the file got in; null when it did. */
  add: (file: ChangedFile) => string | null;
  parts: () => ChangePart[];
  cutHunks: Piece[];
} {
  const parts: OpenPart[] = [];
  const cutHunks: Piece[] = [];
  const room = (part: OpenPart | undefined): number => (part === undefined ? 0 : partCharactersMax - part.characters);
  const isFull = (): boolean => parts.length >= partsMax;

  /** False when all parts are full. */
  function put(file: ChangedFile, heading: string, text: string, piece: Piece | null): boolean {
    const last = parts.at(-1);
    const isBegun = last?.paths.at(-1) === file.path;
    const needed = text.length + 1 + (isBegun ? 0 : heading.length + 1);
    let part = last;
    if (part === undefined || needed > room(part)) {
      if (isFull()) return false;
      part = { texts: [], characters: 0, paths: [], pieces: [] };
      parts.push(part);
    }
    if (part.paths.at(-1) !== file.path) {
      part.paths.push(file.path);
      part.texts.push(heading);
      part.characters += heading.length + 1;
    }
    if (text !== "") part.texts.push(text);
    if (piece !== null) part.pieces.push(piece);
    part.characters += text.length + 1;
    return true;
  }

  return {
    add: (file) => {
      const heading = fileHeading(file);
      if (file.hunks.length === 0) return put(file, heading, "", null) ? null : fullReason(partsMax);
      let isCut = false;
      for (const [hunkIndex, hunk] of file.hunks.entries()) {
        const piece = { path: file.path, hunkIndex };
        const texts = textsOf(hunk, Math.max(linesCharactersMin, partCharactersMax - heading.length - 2));
        if (!texts.every((text) => put(file, heading, text, piece))) {
          cutHunks.push(piece);
          return fullReason(partsMax);
        }
        if (hasLongLine(hunk)) {
          cutHunks.push(piece);
          isCut = true;
        }
      }
      return isCut ? `a line is longer than ${lineCharactersMax} characters, of which the first were read` : null;
    },
    cutHunks,
    parts: () =>
      parts.map(({ texts, paths, pieces }, index) => {
        const text = texts.join("\n");
        return { index, paths, pieces, text, diffSha256: createHash("sha256").update(text).digest("hex") };
      }),
  };
}

function fullReason(partsMax: number): string {
  return `the change is too large: it does not fit into ${partsMax} parts`;
}

function hasLongLine({ lines }: DiffHunk): boolean {
  return lines.some(({ text }) => text.length > lineCharactersMax);
}

/** The hunk's text, in pieces where it is too large for one. Each piece has a head of its own, so that its lines keep their numbers. */
function textsOf(hunk: DiffHunk, charactersMax: number): string[] {
  const whole = hunkText(hunk);
  if (whole.length <= charactersMax) return [whole];
  const texts: string[] = [];
  let lines: DiffLine[] = [];
  let characters = 300;
  for (const line of hunk.lines) {
    const size = lineText(line).length + 1;
    if (lines.length > 0 && characters + size > charactersMax) {
      texts.push(hunkText(hunkOf(lines, hunk)));
      lines = [];
      characters = 300;
    }
    lines.push(line);
    characters += size;
  }
  return [...texts, hunkText(hunkOf(lines, hunk))];
}

function hunkOf(lines: DiffLine[], { heading, oldStart, newStart }: DiffHunk): DiffHunk {
  const oldNumbers = lines.flatMap(({ oldLine }) => oldLine ?? []);
  const newNumbers = lines.flatMap(({ newLine }) => newLine ?? []);
  return {
    oldStart: oldNumbers[0] ?? oldStart,
    oldLines: oldNumbers.length,
    newStart: newNumbers[0] ?? newStart,
    newLines: newNumbers.length,
    heading,
    lines,
  };
}
