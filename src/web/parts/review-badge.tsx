import type { FindingState, ReviewVerdict } from "../../domain/review.ts";
import { Icon, type IconName } from "./icon.tsx";

type Look = { icon: IconName; word: string; tone: string };

/** What could not be judged is hatched: neither good nor bad, and not to be passed over. */
const verdictLooks: Record<ReviewVerdict, Look> = {
  pass: { icon: "check", word: "Pass", tone: "good" },
  findings: { icon: "comment", word: "Findings", tone: "warm" },
  inconclusive: { icon: "unknown", word: "Inconclusive", tone: "hatched" },
  "no-verdict": { icon: "same", word: "No verdict", tone: "quiet" },
};

const findingLooks: Record<FindingState, Look> = {
  open: { icon: "comment", word: "Open", tone: "quiet" },
  resolved: { icon: "check", word: "Gone", tone: "plain" },
  dismissed: { icon: "cancelled", word: "Dismissed", tone: "faint" },
};

export function ReviewBadge({ verdict }: { verdict: ReviewVerdict }) {
  return <Badge look={verdictLooks[verdict] ?? { icon: "other", word: verdict, tone: "quiet" }} />;
}

export function FindingBadge({ state }: { state: FindingState }) {
  return <Badge look={findingLooks[state] ?? { icon: "other", word: state, tone: "quiet" }} />;
}

/** `P0` to `P3`, the gravest the loudest. */
export function PriorityMark({ priority }: { priority: number }) {
  const words = ["critical", "high", "medium", "low"];
  return (
    <span className={`priority priority-${priority}`}>
      P{priority}
      <span className="heard"> {words[priority] ?? ""}</span>
    </span>
  );
}

function Badge({ look: { icon, word, tone } }: { look: Look }) {
  return (
    <span className={`badge tone-${tone}`}>
      <Icon name={icon} />
      {word}
    </span>
  );
}
