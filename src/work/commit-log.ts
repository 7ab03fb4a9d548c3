import { PullwrightError } from "../domain/error.ts";

/** What an implementer wrote of its work (`commit_log.md`): the whole text, and the parts that it has by the seeds' convention. */
export type CommitLog = {
  text: string;
  /** The first sentence or line of the summary, for a title; null where there is none. */
  headline: string | null;
};

/** Longer than this it is no log; what is taken of it into a pull request is cut far below. */
export const commitLogBytesMax = 1024 * 1024;

/**
 * Reads the text of a commit log: Markdown with the sections Summary, Files Changed, Verification and Observations, none of which must be there.
 *
 * @throws PullwrightError COMMIT_LOG_MISSING when there is nothing in it
 */
export function readCommitLog(bytes: Uint8Array, path: string): CommitLog {
  const text = new TextDecoder("utf-8").decode(bytes).replaceAll(/\r\n?/g, "\n").trim();
  if (text === "") throw new PullwrightError("COMMIT_LOG_MISSING", `${path} is empty. Write what was done, and why.`);
  return { text, headline: headlineOf(text) };
}

function headlineOf(text: string): string | null {
  const lines = text.split("\n");
  const summary = lines.findIndex((line) => /^#{1,6}\s+summary\s*$/i.test(line));
  if (summary === -1) return null;
  for (const line of lines.slice(summary + 1)) {
    if (/^#{1,6}\s/.test(line)) return null;
    const words = line.replace(/^\s*(?:[-*+]|\d{1,3}\.)\s+/, "").trim();
    if (words !== "" && !/^(`{3,}|~{3,})/.test(words)) return firstSentence(words);
  }
  return null;
}

/** Up to the first full stop that ends a sentence; without the stop. */
function firstSentence(words: string): string {
  const end = /[.!?](?=\s|$)/.exec(words);
  return (end === null ? words : words.slice(0, end.index)).trim() || words;
}
