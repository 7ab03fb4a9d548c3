import type { CiRunStatus } from "../api/ci-runs.ts";
import type { DeliveryState, Verdict } from "../api/deliveries.ts";
import type { PullRequestCondition } from "../api/pull-requests.ts";
import { Icon, type IconName } from "./icon.tsx";

/** `plain` is what nearly every row says; it must not shout. `faint` is what may be passed over. */
type Tone = "good" | "plain" | "faint" | "bad" | "done" | "warm" | "busy" | "quiet";
type Look = { icon: IconName; word: string; tone: Tone };

const pullRequestLooks: Record<PullRequestCondition, Look> = {
  open: { icon: "pull-request", word: "Open", tone: "good" },
  draft: { icon: "draft", word: "Draft", tone: "quiet" },
  merged: { icon: "merged", word: "Merged", tone: "done" },
  closed: { icon: "closed", word: "Closed", tone: "quiet" },
  reverted: { icon: "reverted", word: "Reverted", tone: "warm" },
};

const ciRunLooks: Record<CiRunStatus, Look> = {
  success: { icon: "check", word: "Success", tone: "plain" },
  failure: { icon: "cross", word: "Failure", tone: "bad" },
  cancelled: { icon: "cancelled", word: "Cancelled", tone: "faint" },
  skipped: { icon: "skipped", word: "Skipped", tone: "faint" },
  pending: { icon: "clock", word: "Pending", tone: "busy" },
  in_progress: { icon: "running", word: "Running", tone: "busy" },
};

const deliveryLooks: Record<DeliveryState, Look> = {
  received: { icon: "inbox", word: "Received", tone: "busy" },
  digested: { icon: "check", word: "Digested", tone: "plain" },
  dead: { icon: "warning", word: "Dead", tone: "bad" },
};

const verdictLooks: Record<Verdict, Look> = {
  recorded: { icon: "check", word: "Recorded", tone: "plain" },
  unchanged: { icon: "same", word: "Unchanged", tone: "faint" },
  nothing: { icon: "skipped", word: "Nothing to do", tone: "faint" },
  queued: { icon: "inbox", word: "Queued", tone: "busy" },
  refused: { icon: "cross", word: "Refused", tone: "bad" },
};

export function PullRequestBadge({ condition }: { condition: PullRequestCondition }) {
  return <Badge look={pullRequestLooks[condition]} />;
}

export function CiRunBadge({ status }: { status: CiRunStatus }) {
  return <Badge look={ciRunLooks[status] ?? unknownLook(status)} />;
}

export function DeliveryBadge({ state }: { state: DeliveryState }) {
  return <Badge look={deliveryLooks[state] ?? unknownLook(state)} />;
}

export function VerdictBadge({ verdict }: { verdict: Verdict }) {
  return <Badge look={verdictLooks[verdict] ?? unknownLook(verdict)} />;
}

/** A state as icon, word and colour, so that none of the three has to be seen. */
function Badge({ look }: { look: Look }) {
  return (
    <span className={`badge tone-${look.tone}`}>
      <Icon name={look.icon} />
      {look.word}
    </span>
  );
}

/** A newer server may know a state that this page does not. */
function unknownLook(word: string): Look {
  return { icon: "other", word, tone: "quiet" };
}
