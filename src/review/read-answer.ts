import type { ChangedFile } from "../domain/change.ts";
import type { Priority } from "../domain/review.ts";
import { type ReadableAnswer, readableAnswer } from "./answer-schema.ts";
import { jsonInText } from "./json-in-text.ts";

/** A finding as a reviewer wrote it, in our words: sizes bounded, its place mapped to a file of the change where it is one. Not through the gate yet. */
export type ReportedFinding = {
  title: string;
  body: string;
  priority: Priority;
  confidence: number | null;
  /** As the change writes it; of a file outside the change as the reviewer wrote it. */
  path: string;
  isInChange: boolean;
  startLine: number;
  endLine: number;
  suggestion: string | null;
  /** The known finding that the reviewer says it is. */
  knownId: string | null;
};

export type ReviewAnswer = {
  findings: ReportedFinding[];
  /** Of more findings than are read, the least important; counted only. */
  findingsLeftOut: number;
  correctness: "correct" | "incorrect";
  explanation: string;
};

/** What came back for one part. `words`: something in no form that could be judged. `invalid`: meant as an answer, but not one. */
export type ReadAnswer =
  | { kind: "answer"; answer: ReviewAnswer }
  | { kind: "empty"; because: string }
  | { kind: "words"; text: string; because: string }
  | { kind: "invalid"; because: string };

/** What the answer must be about. */
export type AnsweredQuestion = {
  nonce: string;
  diffSha256: string;
  files: Pick<ChangedFile, "path" | "oldPath">[];
};

const answerCharactersMax = 1024 * 1024;
const findingsMax = 200;
const titleCharactersMax = 200;
const bodyCharactersMax = 8000;
const explanationCharactersMax = 20_000;
const suggestionCharactersMax = 2000;
const lineMax = 10_000_000;

/**
 * Reads what an agent wrote. One repair is made, by rules: a code block around the object, or words before and after it; never is one of two objects
 * guessed. An answer with another nonce or diff hash belongs to another question.
 */
export function readAnswer(text: string, question: AnsweredQuestion): ReadAnswer {
  if (withoutFences(text).trim() === "") return { kind: "empty", because: "The agent said nothing." };
  if (text.length > answerCharactersMax) return { kind: "invalid", because: "The answer is too long to be one." };
  const found = jsonInText(text);
  switch (found.kind) {
    case "none":
      return { kind: "words", text, because: "The agent answered in words that could not be judged." };
    case "several":
      return { kind: "invalid", because: "The agent gave more than one answer." };
    case "broken":
      return { kind: "invalid", because: "The answer is cut off, or no JSON." };
    case "found":
      return judge(found.value, question);
  }
}

function withoutFences(text: string): string {
  return text.replaceAll(/^[ \t]{0,3}(?:`{3,}|~{3,}).{0,40}$/gm, "");
}

function judge(value: unknown, { nonce, diffSha256, files }: AnsweredQuestion): ReadAnswer {
  const result = readableAnswer.safeParse(value);
  if (!result.success) {
    const where = result.error.issues[0]?.path.slice(0, 4).map(String).join(".").slice(0, 100) ?? "";
    return { kind: "invalid", because: `The answer is not in the form that was asked for${where && `, at ${where}`}.` };
  }
  if (result.data.run_nonce !== nonce || result.data.diff_sha256 !== diffSha256)
    return { kind: "invalid", because: "The answer does not carry the mark of the question that was asked." };
  const pathInChange = pathFinder(files);
  const findings = result.data.findings.map((finding) => reported(finding, pathInChange));
  const withPriority = findings.filter((finding) => finding !== null);
  if (withPriority.length < findings.length)
    return { kind: "invalid", because: "The answer names a finding without its priority." };
  const kept = withPriority.toSorted((a, b) => a.priority - b.priority).slice(0, findingsMax);
  return {
    kind: "answer",
    answer: {
      findings: kept,
      findingsLeftOut: findings.length - kept.length,
      correctness: result.data.overall_correctness === "patch is correct" ? "correct" : "incorrect",
      explanation: result.data.overall_explanation.slice(0, explanationCharactersMax),
    },
  };
}

/** Null without a priority, be it in its field or, as Codex also writes it, before the title. */
function reported(
  finding: ReadableAnswer["findings"][number],
  pathInChange: (asWritten: string) => string | null,
): ReportedFinding | null {
  const [, ofTitle, title = ""] = /^\s*(?:\[P([0-3])\]\s*)?([^]*)$/.exec(finding.title.slice(0, 1000)) ?? [];
  const priority = finding.priority ?? (ofTitle === undefined ? null : (Number(ofTitle) as Priority));
  if (priority === null) return null;
  const { absolute_file_path: asWritten, line_range: range } = finding.code_location;
  const inChange = pathInChange(asWritten);
  const [first, last] = [range.start, range.end].map((line) => Math.min(lineMax, Math.max(1, line)));
  const words = title.replaceAll(/\s+/g, " ").trim().slice(0, titleCharactersMax);
  return {
    title: words || finding.body.replaceAll(/\s+/g, " ").trim().slice(0, 80) || "A finding without words",
    body: finding.body.slice(0, bodyCharactersMax),
    priority,
    confidence: confidenceOf(finding.confidence_score),
    path: inChange ?? asWritten.replaceAll(/\s+/g, " ").slice(0, 400),
    isInChange: inChange !== null,
    startLine: Math.min(first ?? 1, last ?? 1),
    endLine: Math.max(first ?? 1, last ?? 1),
    suggestion:
      (finding.suggestion?.length ?? Infinity) <= suggestionCharactersMax ? (finding.suggestion ?? null) : null,
    knownId: /^f_[0-9a-f]{10}$/.test(finding.known_id ?? "") ? (finding.known_id ?? null) : null,
  };
}

function confidenceOf(score: number | null | undefined): number | null {
  return score === null || score === undefined ? null : Math.min(1, Math.max(0, score));
}

/**
 * The names that agents give a file: as it is, below the folder that they see it in, or with the letter of a diff before it; a name of before the change
 * counts where no file has it now.
 */
function pathFinder(files: AnsweredQuestion["files"]): (asWritten: string) => string | null {
  const paths = new Map<string, string>();
  for (const { path, oldPath } of files) if (oldPath !== null) paths.set(oldPath, path);
  for (const { path } of files) paths.set(path, path);
  return (asWritten) => {
    const shorter = beginnings.flatMap((each) => (asWritten.startsWith(each) ? asWritten.slice(each.length) : []));
    return [asWritten, ...shorter].map((name) => paths.get(name)).find((path) => path !== undefined) ?? null;
  };
}

const beginnings = ["/src/", "./", "a/", "b/", "/"];
