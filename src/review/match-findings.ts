import { createHash } from "node:crypto";
import type { Change } from "../domain/change.ts";
import type { Finding, KnownFinding } from "../domain/review.ts";
import { codeSha256Of, isTellingCode, linesOf } from "./code-of-finding.ts";
import type { ReadChange } from "./coverage.ts";
import type { ReportedFinding } from "./read-answer.ts";
import { plainTitle, titleLikeness } from "./title-likeness.ts";

export type MatchQuestion = {
  /** The same on every push; ids are made with it. */
  pullRequestKey: string;
  change: Change;
  reported: ReportedFinding[];
  /** All that is remembered of this pull request, in whatever state. */
  known: KnownFinding[];
  /** Files that got another name since the known ones were written down, as far as one knows. */
  renames: { from: string; to: string }[];
  read: Pick<ReadChange, "isComplete" | "isFileRead">;
};

export type MatchedFindings = {
  /** What was found this time, with its id, and with what is remembered where it was known; the gravest first. Nothing that was dismissed. */
  found: { finding: Finding; known: KnownFinding | null }[];
  /** Was open, and is gone: its place was read and it was not found, or its file is no longer in the change. */
  resolved: KnownFinding[];
  /** Was open, and its place was not read this time: stays open, under the name that its file has now. */
  unread: KnownFinding[];
  /** Found again although a person dismissed it; with the place that it has now, by which it is known the next time. */
  dismissed: KnownFinding[];
  /** Neither open nor found, and its file has another name now. */
  moved: KnownFinding[];
};

/**
 * Finds out which findings are the ones that were there before, whatever words the reviewer has for them now, wherever the code has gone. One known finding is
 * one finding: what is reported twice is kept once. Deterministic; the same input gives the same ids.
 */
export function matchFindings(question: MatchQuestion): MatchedFindings {
  const known = question.known.map(placer(question));
  const fresh = withoutTwins(question.reported.map((each) => coded(each, question.change)));

  const living = fresh.filter((each) => dismissedAs(each, known) === null);
  const dismissed = new Map(fresh.flatMap((each) => pairOf(dismissedAs(each, known), each)));
  const pairs = pairUp(
    living,
    known.filter(({ finding }) => finding.state !== "dismissed"),
  );

  const taken = new Set(question.known.map(({ id }) => id));
  const found = living
    .filter((each) => pairs.get(each) !== "twin")
    .map((each) => {
      const pair = pairs.get(each);
      const before = pair === undefined || pair === "twin" ? null : pair.finding;
      const id = before?.id ?? newId(question.pullRequestKey, each, taken);
      taken.add(id);
      return { finding: findingOf(each, id), known: before };
    })
    .toSorted((a, b) => a.finding.priority - b.finding.priority);
  const confirmed = new Set(found.map(({ finding }) => finding.id));
  const missing = known.filter(({ finding }) => finding.state === "open" && !confirmed.has(finding.id));
  return {
    found,
    resolved: missing.filter((each) => isGone(each, question)).map(({ finding }) => finding),
    unread: missing.filter((each) => !isGone(each, question)).map(({ finding, path }) => ({ ...finding, path })),
    dismissed: [...dismissed].map(([{ finding }, { path, startLine, endLine, codeSha256 }]) => ({
      ...finding,
      path,
      startLine,
      endLine,
      codeSha256,
    })),
    moved: known
      .filter((each) => each.finding.state !== "open" && each.path !== each.finding.path)
      .filter((each) => !dismissed.has(each) && !confirmed.has(each.finding.id))
      .map(({ finding, path }) => ({ ...finding, path })),
  };
}

function pairOf(known: Placed | null, fresh: Coded): [Placed, Coded][] {
  return known === null ? [] : [[known, fresh]];
}

/** A known finding, and where it is to be looked for now. */
type Placed = {
  finding: KnownFinding;
  path: string;
  isInChange: boolean;
  /** The change still has its code in that file. */
  hasItsCode: () => boolean;
};

/** A reported finding with its code's hash; `isTelling` when the code says enough to be known by. */
type Coded = ReportedFinding & { codeSha256: string; isTelling: boolean };

function placer({ change, renames }: MatchQuestion): (finding: KnownFinding) => Placed {
  const now = new Set(change.files.map(({ path }) => path));
  const before = new Map(change.files.flatMap(({ path, oldPath }) => (oldPath === null ? [] : [[oldPath, path]])));
  const renamed = new Map(renames.map(({ from, to }) => [from, to]));
  return (finding) => {
    const followed = renamed.get(finding.path) ?? finding.path;
    const inChange = now.has(followed) ? followed : before.get(followed);
    const path = inChange ?? followed;
    return {
      finding,
      path,
      isInChange: inChange !== undefined,
      hasItsCode: () => inChange !== undefined && hasCode(change, path, finding),
    };
  };
}

/** Whether any lines of the file, as many as it is about, are its own. */
function hasCode(change: Change, path: string, { startLine, endLine, codeSha256 }: KnownFinding): boolean {
  const lines = linesOf(change, path, 1, Infinity);
  return lines.some(({ newLine }, at) => {
    const last = (newLine ?? 0) + endLine - startLine;
    const own = lines.slice(at, at + endLine - startLine + 1).filter((line) => (line.newLine ?? 0) <= last);
    return codeSha256Of(own) === codeSha256;
  });
}

function coded(finding: ReportedFinding, change: Change): Coded {
  const lines = linesOf(change, finding.path, finding.startLine, finding.endLine);
  return { ...finding, codeSha256: codeSha256Of(lines), isTelling: isTellingCode(lines) };
}

const nearLines = 20;
const likeTitle = 0.35;
const sameTitle = 0.7;

/** Two parts, or one reviewer, may say the same twice: the graver one is kept. */
function withoutTwins(findings: Coded[]): Coded[] {
  const kept: Coded[] = [];
  for (const each of findings.toSorted((a, b) => a.priority - b.priority)) {
    const isTwin = kept.some(
      (other) =>
        other.path === each.path &&
        ((each.knownId !== null && each.knownId === other.knownId) ||
          (overlap(each, other) && titleLikeness(each.title, other.title) >= likeTitle)),
    );
    if (!isTwin) kept.push(each);
  }
  return kept;
}

function overlap(one: ReportedFinding, other: ReportedFinding): boolean {
  return one.startLine <= other.endLine && other.startLine <= one.endLine;
}

/**
 * The dismissed finding that this one is, under whatever words. Many may be the same one. A grave finding with other words is not hidden behind a small
 * matter that somebody waved away at the same lines.
 */
function dismissedAs(fresh: Coded, known: Placed[]): Placed | null {
  const isSame = ({ finding, path, hasItsCode }: Placed): boolean => {
    const isSameCode = fresh.isTelling && fresh.codeSha256 === finding.codeSha256;
    if (finding.state !== "dismissed" || (path !== fresh.path && !isSameCode)) return false;
    const likeness = titleLikeness(fresh.title, finding.title);
    if (fresh.priority <= 1 && finding.priority >= 2 && likeness < likeTitle && fresh.knownId !== finding.id)
      return false;
    if (path !== fresh.path) return likeness >= likeTitle || !hasItsCode();
    return (
      isSameCode ||
      fresh.knownId === finding.id ||
      likeness >= sameTitle ||
      (isNear(fresh, finding) && likeness >= likeTitle)
    );
  };
  return known.find(isSame) ?? null;
}

function isNear(fresh: ReportedFinding, finding: Finding): boolean {
  return fresh.startLine <= finding.endLine + nearLines && finding.startLine <= fresh.endLine + nearLines;
}

/**
 * Gives each reported finding the known one that it is, the surest pair first, each known one once. A further one that is as surely the same as the one that
 * got it is its twin.
 */
function pairUp(fresh: Coded[], known: Placed[]): Map<Coded, Placed | "twin"> {
  const candidates = fresh.flatMap((each, order) =>
    known.flatMap((other) => {
      const sureness = surenessOf(each, other);
      return sureness === 0 ? [] : [{ each, other, sureness, order }];
    }),
  );
  const sorted = candidates.toSorted(
    (a, b) => b.sureness - a.sureness || a.order - b.order || (a.other.finding.id < b.other.finding.id ? -1 : 1),
  );
  const pairs = new Map<Coded, Placed | "twin">();
  const owners = new Map<Placed, Coded>();
  for (const { each, other } of sorted) {
    if (pairs.has(each)) continue;
    const owner = owners.get(other);
    if (owner === undefined) {
      pairs.set(each, other);
      owners.set(other, each);
    } else if (isTwinOf(each, owner)) pairs.set(each, "twin");
  }
  return pairs;
}

function isTwinOf(one: Coded, other: Coded): boolean {
  const isSameCode = one.isTelling && one.codeSha256 === other.codeSha256 && one.path === other.path;
  return isSameCode && titleLikeness(one.title, other.title) >= likeTitle;
}

/** 0: not the same. Above: how sure, by the reason first, and among those of one reason by words and nearness. */
function surenessOf(fresh: Coded, { finding, path, hasItsCode }: Placed): number {
  const isNamed = fresh.knownId === finding.id;
  const isSameFile = path === fresh.path;
  const isSameCode = fresh.isTelling && fresh.codeSha256 === finding.codeSha256;
  if (!isNamed && !isSameFile && !isSameCode) return 0;
  const likeness = titleLikeness(fresh.title, finding.title);
  const closeness = isSameFile ? 1 / (1 + Math.abs(fresh.startLine - finding.startLine)) : 0;
  const among = likeness / 2 + closeness / 4;
  if (isNamed && (isSameFile || isSameCode || likeness >= likeTitle)) return 5 + among;
  if (isSameFile && isSameCode) return 4 + among;
  if (isSameFile && isNear(fresh, finding) && likeness >= likeTitle) return 3 + among;
  if (isSameFile && likeness >= sameTitle) return 2 + among;
  // Moved to another file: its code is known, and is no longer where it was, or the words agree.
  if (isSameCode && (likeness >= likeTitle || !hasItsCode())) return 1 + among;
  return 0;
}

/** Only what was looked at can be gone: a file that left the change counts when all that the change has was read. */
function isGone({ path, isInChange }: Placed, { change, read }: MatchQuestion): boolean {
  return isInChange ? read.isFileRead(path) : change.files.length === 0 || read.isComplete;
}

/** The same finding, found for the first time on two machines, has one id; two findings of a pull request never do. */
function newId(pullRequestKey: string, { path, codeSha256, title }: Coded, taken: Set<string>): string {
  for (let turn = 0; ; turn += 1) {
    const parts = [pullRequestKey, path, codeSha256, plainTitle(title), ...(turn === 0 ? [] : [turn])];
    const id = `f_${createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 10)}`;
    if (!taken.has(id)) return id;
  }
}

function findingOf(fresh: Coded, id: string): Finding {
  const { title, body, priority, confidence, path, startLine, endLine, suggestion, codeSha256 } = fresh;
  return { id, title, body, priority, confidence, path, startLine, endLine, suggestion, codeSha256 };
}
