import type { Coverage } from "../domain/review.ts";
import type { ReviewAnswer } from "./read-answer.ts";
import type { Piece, SplitChange } from "./split-change.ts";

/** How a part ended. `read`: its answer carried its nonce and its diff hash. */
export type PartOutcome = { kind: "read"; answer: ReviewAnswer } | { kind: "unread"; because: string };

/** What was read of a change, and whether a given file was. */
export type ReadChange = {
  coverage: Coverage;
  isComplete: boolean;
  /** All that the change has of this file was read. */
  isFileRead: (path: string) => boolean;
};

/**
 * Counts what was read, from the parts that were cut and the outcome of each, in their order; a part without an outcome was not read. A hunk is read when all
 * of its lines stand in parts that were.
 */
export function coverageOf(split: SplitChange, outcomes: (PartOutcome | undefined)[]): ReadChange {
  const isRead = (index: number): boolean => outcomes[index]?.kind === "read";
  const sent = split.parts.filter((_part, index) => outcomes[index] !== undefined);
  const answered = split.parts.filter(({ index }) => isRead(index));

  const unread = split.parts.filter(({ index }) => !isRead(index));
  const notRead = new Set([...split.cutHunks, ...unread.flatMap(({ pieces }) => pieces)].map(keyOf));
  const hunks = new Set(answered.flatMap(({ pieces }) => pieces).map(keyOf));
  const hunksRead = [...hunks].filter((hunk) => !notRead.has(hunk)).length;

  const skipped = new Map(split.skipped.map(({ path, reason }) => [path, reason]));
  for (const { index, paths } of unread) {
    const outcome = outcomes[index];
    const why = outcome?.kind === "unread" ? outcome.because : "Nobody was asked.";
    for (const path of paths) if (!skipped.has(path)) skipped.set(path, `its part was not read: ${why}`);
  }
  const coverage: Coverage = {
    hunksTotal: split.hunksTotal,
    hunksRead,
    filesTotal: split.filesTotal,
    filesSkipped: [...skipped].map(([path, reason]) => ({ path, reason })),
    partsSent: sent.length,
    partsAnswered: answered.length,
  };
  const read = new Set(answered.flatMap(({ paths }) => paths));
  return {
    coverage,
    isComplete: isComplete(coverage, split),
    isFileRead: (path) => read.has(path) && !skipped.has(path),
  };
}

function isComplete(coverage: Coverage, { parts }: SplitChange): boolean {
  return (
    parts.length > 0 &&
    coverage.partsAnswered === parts.length &&
    coverage.hunksRead === coverage.hunksTotal &&
    coverage.filesSkipped.length === 0
  );
}

function keyOf({ path, hunkIndex }: Piece): string {
  return `${hunkIndex} ${path}`;
}
