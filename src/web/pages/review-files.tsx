import { useState } from "react";
import { useReviewFile, type Review, type ReviewFile } from "../api/reviews.ts";
import { FailureNotice, LineSkeletons } from "../parts/notices.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { byteSize } from "../text/quantity.ts";

const files: [ReviewFile["file"], string][] = [
  ["transcript", "What the agent printed"],
  ["prompt", "What it was asked"],
];

/** What a review was made of, in folds that are read when somebody opens them; and the comment, word for word. */
export function ReviewFiles({ review }: { review: Review }) {
  return (
    <section className="sheet review-box" aria-labelledby="made-of-title">
      <h2 id="made-of-title">What it was made of</h2>
      <details className="disclosure">
        <summary>The comment, word for word</summary>
        <LongText text={review.summary} label="The comment, word for word" />
      </details>
      {files.map(([file, words]) => (
        <FileFold key={file} id={review.id} file={file} words={words} />
      ))}
    </section>
  );
}

function FileFold({ id, file, words }: { id: number; file: ReviewFile["file"]; words: string }) {
  const [isOpened, setOpened] = useState(false);
  const query = useReviewFile(id, file, { enabled: isOpened });
  return (
    <details className="disclosure" onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{words}</summary>
      {query.isError ? <FailureNotice what={words} error={query.error} onRetry={() => void query.refetch()} /> : null}
      {isOpened && query.isPending ? <LineSkeletons lines={4} /> : null}
      {query.data === undefined ? null : (
        <>
          {query.data.cut ? (
            <p className="muted">The first part of it: all of it has {byteSize(query.data.bytes)}.</p>
          ) : null}
          <LongText text={query.data.text} label={words} />
        </>
      )}
    </details>
  );
}

function LongText({ text, label }: { text: string; label: string }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reachable by keyboard
    <section tabIndex={0} aria-label={label} className="long-text">
      <pre>
        <OutsideText>{text}</OutsideText>
      </pre>
    </section>
  );
}
