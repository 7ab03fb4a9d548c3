import { Link } from "wouter";
import { useRecordList } from "../api/record-list.ts";
import type { PullRequest } from "../api/pull-requests.ts";
import type { ReviewRow } from "../api/reviews.ts";
import { type Act, Acts } from "../parts/acts.tsx";
import { ReviewBadge } from "../parts/review-badge.tsx";
import { FindingCounts } from "../parts/review-figures.tsx";
import { PanelSection } from "../parts/side-panel.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { numberOf } from "../text/pull-request-name.ts";
import { safeLink } from "../text/safe-link.ts";

/** Reviews of one pull request, a line each. */
export function ReviewLines({ reviews }: { reviews: ReviewRow[] }) {
  return (
    <ul className="review-lines">
      {reviews.map((review) => (
        <li key={review.id}>
          <ReviewBadge verdict={review.verdict} />
          <Link href={`/reviews/${review.id}`}>
            Round {review.round} of <code>{review.head_sha.slice(0, 7)}</code>
          </Link>
          <FindingCounts review={review} />
          <span className="muted numeric">
            <TimeAgo at={review.ended_at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** The reviews that a pull request has had, in its panel, and a way to ask for one while it is open; nothing where there is neither. */
export function ReviewsOfPullRequest({ pullRequest }: { pullRequest: PullRequest }) {
  const { repo_slug: repository, pr_number: number, state, url } = pullRequest;
  const { rows } = useRecordList<ReviewRow>("reviews", { repository, pr_number: String(number), limit: "20" });
  const acts = state === "open" && safeLink(url) !== null ? [reviewIt(url)] : [];
  if (rows.length === 0 && acts.length === 0) return null;
  return (
    <PanelSection title="Reviews">
      {rows.length === 0 ? <p className="muted">None so far.</p> : <ReviewLines reviews={rows} />}
      {acts.length === 0 ? null : <Acts of={`pull request ${numberOf(pullRequest)}`} acts={acts} />}
    </PanelSection>
  );
}

function reviewIt(url: string | null): Act {
  return {
    word: "Review it",
    icon: "search",
    path: "/reviews",
    body: { pull_request: url },
    done: "A review was asked for; the Work page shows how far it is.",
  };
}
