import { Link, useParams } from "wouter";
import { useReview, type Review } from "../api/reviews.ts";
import { CommitSha, Copyable } from "../parts/copyable.tsx";
import { Icon } from "../parts/icon.tsx";
import { describedCode, FailureNotice, LineSkeletons } from "../parts/notices.tsx";
import { OutsideLink } from "../parts/outside-link.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Prose } from "../parts/prose.tsx";
import { ReviewBadge } from "../parts/review-badge.tsx";
import { CoverageBar } from "../parts/review-figures.tsx";
import { Fact, FactList } from "../parts/side-panel.tsx";
import { Absent, TimeAgo } from "../parts/time-ago.tsx";
import { dollars } from "../text/money.ts";
import { numberOf } from "../text/pull-request-name.ts";
import { count, counted } from "../text/quantity.ts";
import { lengthBetween } from "../text/relative-time.ts";
import { visibleText } from "../text/visible-text.ts";
import { ReviewDiff } from "./review-diff.tsx";
import { ReviewFiles } from "./review-files.tsx";
import { ReviewFindings } from "./review-findings.tsx";
import { ReviewLines } from "./review-lines.tsx";

/** One review: the verdict and why, what was found and where, what was not read, and what it was made of. */
export function ReviewPage() {
  const { id } = useParams<{ id: string }>();
  const query = useReview(id);
  const review = query.data;
  return (
    <>
      <nav className="crumbs" aria-label="Way back">
        <Link href="/reviews">Reviews</Link>
      </nav>
      <PageHead title={review === undefined ? `Review ${id}` : visibleText(`${numberOf(review)} ${review.pr_title}`)} />
      {query.isError && review === undefined ? (
        <FailureNotice what="The review" error={query.error} onRetry={() => void query.refetch()} />
      ) : null}
      {query.isPending ? <LineSkeletons lines={10} /> : null}
      {review === undefined ? null : (
        <>
          <ReviewHead review={review} />
          <div className="review-columns">
            <div className="review-main">
              <ReviewFindings review={review} />
              <ReviewDiff review={review} />
              <ReviewFiles review={review} />
            </div>
            <aside className="review-aside" aria-label="Beside this review">
              <NotRead review={review} />
              <OtherReviews review={review} />
            </aside>
          </div>
        </>
      )}
    </>
  );
}

function ReviewHead({ review }: { review: Review }) {
  return (
    <section className="sheet workflow-head" aria-label="About this review">
      <div className="workflow-line">
        <ReviewBadge verdict={review.verdict} />
        <span className="review-because">
          <OutsideText>{review.because}</OutsideText>
        </span>
        <span className="review-links">
          <OutsideLink url={review.pr_url}>
            <OutsideText>{`${review.repository}${numberOf(review)}`}</OutsideText>
          </OutsideLink>
          <OutsideLink url={review.summary_url}>Comment</OutsideLink>
        </span>
      </div>
      {review.explanation === "" ? null : (
        <p className="review-words">
          <OutsideText>{review.explanation}</OutsideText>
        </p>
      )}
      <FailureOf review={review} />
      <ReviewFacts review={review} />
      <p className="panel-links">
        <Link href={`/workflows/${encodeURIComponent(review.workflow_id)}#command-${review.command_id}`}>
          The work that it belongs to
        </Link>
        {review.pull_request_id === null ? null : (
          <Link href={`/prs/${review.pull_request_id}`}>What came of the pull request</Link>
        )}
        <Link href={`/audit?subject=${encodeURIComponent(`review ${review.id}`)}`}>What operators asked</Link>
      </p>
    </section>
  );
}

/** What kept it from being done leads to what a person can do. */
function FailureOf({ review: { code, remedy } }: { review: Review }) {
  if (code === null) return null;
  return (
    <div className="review-failure">
      <Icon name="warning" />
      <p>
        <code>{code}</code> {describedCode(code)?.meaning}{" "}
        {remedy === null ? null : (
          <>
            <strong>What to do:</strong> <Prose>{remedy}</Prose>
          </>
        )}
      </p>
    </div>
  );
}

function ReviewFacts({ review }: { review: Review }) {
  return (
    <FactList>
      <Fact name="Head">
        <CommitSha sha={review.head_sha} />
      </Fact>
      <Fact name="Read against">
        <CommitSha sha={review.base_sha} />
      </Fact>
      <Fact name="Round">{count(review.round)}</Fact>
      <Fact name="Read">
        <CoverageBar coverage={review.coverage} />
      </Fact>
      <Fact name="Agent">
        <OutsideText>{review.model === null ? review.agent : `${review.agent}, ${review.model}`}</OutsideText>
      </Fact>
      <Fact name="Took">{lengthBetween(review.started_at, review.ended_at)}</Fact>
      <Fact name="Tokens">
        {review.input_tokens === null && review.output_tokens === null ? <Absent /> : tokenWords(review)}
      </Fact>
      <Fact name="Cost">{review.cost_usd === null ? "not known" : dollars(review.cost_usd)}</Fact>
      <Fact name="Asked for by">
        <OutsideText>{review.requested_by}</OutsideText>
      </Fact>
      <Fact name="Posted">
        {review.posted_at === null ? (
          "not yet"
        ) : review.summary_url === null ? (
          "not: the pull request had moved on"
        ) : (
          <TimeAgo at={review.posted_at} />
        )}
      </Fact>
      <Fact name="Check">{review.check === null ? <Absent /> : `${review.check.state}: ${review.check.title}`}</Fact>
      <Fact name="Files are in" wide>
        <Copyable text={review.artifacts_dir} what="folder" />
      </Fact>
    </FactList>
  );
}

function tokenWords({ input_tokens: read, cached_input_tokens: cached, output_tokens: written }: Review): string {
  const ofCache = cached === null || cached === 0 ? "" : ` (${count(cached)} cached)`;
  return `${read === null ? "?" : count(read)} in${ofCache}, ${written === null ? "?" : count(written)} out`;
}

/** Counted by Pullwright from what it sent and what was answered. */
function NotRead({ review: { not_read: files, coverage } }: { review: Review }) {
  return (
    <section className="sheet review-box" aria-labelledby="not-read-title">
      <h2 id="not-read-title">Not read</h2>
      {files.length === 0 ? (
        <p className="muted">
          Nothing: all of {counted(coverage.hunks_total, "hunk")} in {counted(coverage.files_total, "file")} were read.
        </p>
      ) : (
        <ul className="not-read-list">
          {files.map(({ path, reason }) => (
            <li key={path}>
              <code>
                <OutsideText>{path}</OutsideText>
              </code>
              <span className="muted">
                <OutsideText>{reason}</OutsideText>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function OtherReviews({ review }: { review: Review }) {
  const others = review.reviews_of_pull_request.filter(({ id }) => id !== review.id);
  return (
    <section className="sheet review-box" aria-labelledby="other-reviews-title">
      <h2 id="other-reviews-title">Other reviews of it</h2>
      {others.length === 0 ? <p className="muted">This is the only one.</p> : <ReviewLines reviews={others} />}
    </section>
  );
}
