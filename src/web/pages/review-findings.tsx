import type { Review, ReviewFinding } from "../api/reviews.ts";
import { type Act, Acts } from "../parts/acts.tsx";
import { Copyable } from "../parts/copyable.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { FindingBadge, PriorityMark } from "../parts/review-badge.tsx";
import { count, share } from "../text/quantity.ts";
import { findingAnchor, placeOf } from "../text/finding-place.ts";

/** What a review found, the gravest first, and what its pull request had before. */
export function ReviewFindings({ review }: { review: Review }) {
  const { findings, earlier_findings: earlier } = review;
  return (
    <section className="sheet review-box" aria-labelledby="findings-title">
      <h2 id="findings-title">
        Findings <span className="beside-title">{count(findings.length)}</span>
      </h2>
      {findings.length === 0 ? (
        <p className="muted">{silence(review)}</p>
      ) : (
        <FindingList of={review} findings={findings} />
      )}
      {earlier.length === 0 ? null : (
        <details className="disclosure">
          <summary>{count(earlier.length)} of other reviews, and not of this one</summary>
          <FindingList of={review} findings={earlier} />
        </details>
      )}
    </section>
  );
}

/** Nothing found is not the same as nothing there. */
function silence({ verdict }: Review): string {
  switch (verdict) {
    case "pass":
      return "Nothing was found.";
    case "findings":
      return "Nothing new was found; what others found before is below.";
    case "inconclusive":
      return "Nothing can be said: it was not read to its end.";
    case "no-verdict":
      return "A program's words have no findings that could be told apart.";
  }
}

function FindingList({ of, findings }: { of: Review; findings: ReviewFinding[] }) {
  return (
    <ol className="finding-list">
      {findings.map((finding) => (
        <FindingItem key={finding.id} review={of} finding={finding} />
      ))}
    </ol>
  );
}

function FindingItem({ review, finding }: { review: Review; finding: ReviewFinding }) {
  const { id, title, body, priority, state, suggestion, confidence, url } = finding;
  const isHere = review.findings.some((one) => one.id === id);
  const place = <OutsideText>{placeOf(finding)}</OutsideText>;
  return (
    <li className={`finding finding-${state}`}>
      <article aria-labelledby={`finding-${id}`}>
        <header className="finding-head">
          <PriorityMark priority={priority} />
          <h3 id={`finding-${id}`}>
            <OutsideText>{title}</OutsideText>
          </h3>
          <FindingBadge state={state} />
          {state === "resolved" ? null : <Acts of={`finding ${id}`} acts={actsFor(review.id, finding)} />}
        </header>
        <p className="finding-place">
          {isHere ? (
            <a href={`#${findingAnchor(id)}`}>
              <code>{place}</code>
            </a>
          ) : (
            <code>{place}</code>
          )}
          {confidence === null ? null : <span className="muted">{share(confidence, 1)} sure</span>}
          <OutsideLink url={url}>Discussed at its line</OutsideLink>
          <Copyable text={id} what="finding id" />
        </p>
        <p className="finding-body">
          <OutsideText>{body}</OutsideText>
        </p>
        {suggestion === null ? null : (
          <details className="disclosure">
            <summary>What the lines should read instead</summary>
            <pre className="finding-suggestion">
              <OutsideText>{suggestion}</OutsideText>
            </pre>
          </details>
        )}
      </article>
    </li>
  );
}

function actsFor(reviewId: number, { id, state }: ReviewFinding): Act[] {
  const path = `/reviews/${reviewId}/findings/${id}`;
  if (state === "dismissed")
    return [{ word: "Reopen", icon: "restored", path: `${path}/reopen`, done: "May be said again" }];
  return [{ word: "Dismiss", icon: "cancelled", path: `${path}/dismiss`, done: "Never said again" }];
}
