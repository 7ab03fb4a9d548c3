import { Fragment, useMemo, useState } from "react";
import { useReviewFile, type Review, type ReviewFinding } from "../api/reviews.ts";
import { FailureNotice, LineSkeletons } from "../parts/notices.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { PriorityMark } from "../parts/review-badge.tsx";
import { parseDiffText, type ShownFile, type ShownLine } from "../text/diff-text.ts";
import { findingAnchor } from "../text/finding-place.ts";
import { byteSize, count, counted } from "../text/quantity.ts";

/** So many lines are drawn at first; files beyond them are closed, and drawn when somebody opens them. */
const linesOpenMax = 1500;

/** The change that was reviewed, file by file, with the findings at their lines, and what was not read marked. */
export function ReviewDiff({ review }: { review: Review }) {
  const query = useReviewFile(review.id, "diff");
  const files = useMemo(
    () => (query.data === undefined ? [] : withPlaces(parseDiffText(query.data.text), review)),
    [query.data, review],
  );
  return (
    <section className="sheet review-box" aria-labelledby="diff-title">
      <h2 id="diff-title">
        The change <span className="beside-title">{query.data === undefined ? "" : counted(files.length, "file")}</span>
      </h2>
      {query.isError ? (
        <FailureNotice what="The diff" error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <LineSkeletons lines={8} /> : null}
      {query.data?.cut === true ? (
        <p className="muted">The first part of it: all of it has {byteSize(query.data.bytes)}.</p>
      ) : null}
      {files.map((file) => (
        <DiffFile key={`${file.path} ${file.oldPath ?? ""}`} file={file} />
      ))}
    </section>
  );
}

type PlacedFile = ShownFile & { findings: ReviewFinding[]; reason: string | null; isOpened: boolean };

function withPlaces(files: ShownFile[], { findings, not_read: notRead }: Review): PlacedFile[] {
  const reasons = new Map(notRead.map(({ path, reason }) => [path, reason]));
  let lines = 0;
  return files.map((file) => {
    lines += file.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0);
    return {
      ...file,
      findings: findings.filter(({ path }) => path === file.path),
      reason: reasons.get(file.path) ?? null,
      isOpened: lines <= linesOpenMax,
    };
  });
}

function DiffFile({ file }: { file: PlacedFile }) {
  const [isDrawn, setDrawn] = useState(file.isOpened);
  const { path, oldPath, status, note, addedLines, deletedLines, findings, reason } = file;
  return (
    <details
      className="disclosure diff-file"
      open={file.isOpened}
      onToggle={(event) => event.currentTarget.open && setDrawn(true)}
    >
      <summary>
        <code className="diff-path">
          {oldPath === null ? null : (
            <>
              <OutsideText>{oldPath}</OutsideText> →{" "}
            </>
          )}
          <OutsideText>{path}</OutsideText>
        </code>
        {status === "modified" ? null : <span className="muted">{status}</span>}
        <span className="numeric diff-size">
          <span className="tone-good">+{count(addedLines)}</span>{" "}
          <span className="tone-bad">−{count(deletedLines)}</span>
        </span>
        {findings.map(({ id, priority }) => (
          <PriorityMark key={id} priority={priority} />
        ))}
        {reason === null ? null : <span className="badge tone-hatched not-read-mark">Not read</span>}
      </summary>
      {reason === null ? null : (
        <p className="diff-note">
          Not read, or not wholly: <OutsideText>{reason}</OutsideText>.
        </p>
      )}
      {isDrawn ? <DiffLines file={file} /> : null}
      {file.hunks.length === 0 && reason === null ? <p className="diff-note">{note ?? "No lines changed."}</p> : null}
    </details>
  );
}

function DiffLines({ file: { hunks, findings, path } }: { file: PlacedFile }) {
  const shown = new Set<string>();
  if (hunks.length === 0) return null;
  return (
    <table className="diff" aria-label={`Changed lines of ${path}`}>
      <colgroup>
        <col className="diff-numbers" />
        <col className="diff-numbers" />
        <col />
      </colgroup>
      {hunks.map((hunk, index) => (
        <tbody key={index}>
          {hunk.heading === "" && index === 0 ? null : (
            <tr className="diff-hunk">
              <td colSpan={3}>
                <OutsideText>{hunk.heading === "" ? "…" : hunk.heading}</OutsideText>
              </td>
            </tr>
          )}
          {hunk.lines.map((line, at) => (
            <Fragment key={at}>
              <DiffLine line={line} isMarked={findings.some((finding) => isAbout(finding, line))} />
              {findings
                .filter((finding) => !shown.has(finding.id) && endsAt(finding, line, hunk.lines[at + 1]))
                .map((finding) => {
                  shown.add(finding.id);
                  return <FindingRow key={finding.id} finding={finding} />;
                })}
            </Fragment>
          ))}
        </tbody>
      ))}
    </table>
  );
}

function isAbout({ start_line: start, end_line: end }: ReviewFinding, { newLine }: ShownLine): boolean {
  return newLine !== null && newLine >= start && newLine <= end;
}

/** Below the last of its lines that the diff has. */
function endsAt(finding: ReviewFinding, line: ShownLine, next: ShownLine | undefined): boolean {
  return isAbout(finding, line) && (next === undefined || (next.newLine !== null && !isAbout(finding, next)));
}

const signs = { context: " ", added: "+", deleted: "−" } as const;

function DiffLine({ line: { kind, text, oldLine, newLine }, isMarked }: { line: ShownLine; isMarked: boolean }) {
  return (
    <tr className={`diff-${kind}${isMarked ? " is-marked" : ""}`}>
      <td className="diff-number">{oldLine}</td>
      <td className="diff-number">{newLine}</td>
      <td className="diff-text">
        <span className="diff-sign">{signs[kind]}</span>
        <OutsideText>{text}</OutsideText>
      </td>
    </tr>
  );
}

function FindingRow({ finding: { id, title, priority } }: { finding: ReviewFinding }) {
  return (
    <tr className="diff-finding" id={findingAnchor(id)}>
      <td colSpan={3}>
        <a href={`#finding-${id}`}>
          <PriorityMark priority={priority} /> <OutsideText>{title}</OutsideText>
        </a>
      </td>
    </tr>
  );
}
