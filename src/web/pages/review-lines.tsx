import { Link } from "wouter";
import { useRecordList } from "../api/record-list.ts";
import type { ReviewRow } from "../api/reviews.ts";
import { ReviewBadge } from "../parts/review-badge.tsx";
import { FindingCounts } from "../parts/review-figures.tsx";
import { PanelSection } from "../parts/side-panel.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";

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

/** The reviews that a pull request has had, in its panel; nothing where it has had none. */
export function ReviewsOfPullRequest({ repository, number }: { repository: string; number: number }) {
  const { rows } = useRecordList<ReviewRow>("reviews", { repository, pr_number: String(number), limit: "20" });
  if (rows.length === 0) return null;
  return (
    <PanelSection title="Reviews">
      <ReviewLines reviews={rows} />
    </PanelSection>
  );
}
