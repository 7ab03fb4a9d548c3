import type { CiRunStatus } from "../api/ci-runs.ts";
import type { CommandState } from "../../domain/command.ts";
import type { EffectState } from "../../domain/effect.ts";
import type { WorkflowState } from "../../domain/workflow.ts";
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

const workflowLooks: Record<WorkflowState, Look> = {
  active: { icon: "running", word: "Active", tone: "busy" },
  paused: { icon: "pause", word: "Paused", tone: "quiet" },
  succeeded: { icon: "check", word: "Succeeded", tone: "plain" },
  failed: { icon: "cross", word: "Failed", tone: "bad" },
  cancelled: { icon: "cancelled", word: "Cancelled", tone: "faint" },
};

/** Also the look of a command where there is only room for its icon. */
export const commandLooks: Record<CommandState, Look> = {
  queued: { icon: "clock", word: "Queued", tone: "quiet" },
  running: { icon: "running", word: "Running", tone: "busy" },
  succeeded: { icon: "check", word: "Succeeded", tone: "plain" },
  failed: { icon: "cross", word: "Failed", tone: "bad" },
  skipped: { icon: "skipped", word: "Skipped", tone: "faint" },
  cancelled: { icon: "cancelled", word: "Cancelled", tone: "faint" },
};

const effectLooks: Record<EffectState, Look> = {
  intended: { icon: "clock", word: "Intended", tone: "quiet" },
  unknown: { icon: "warning", word: "Not known", tone: "warm" },
  done: { icon: "check", word: "Done", tone: "plain" },
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

export function WorkflowBadge({ state }: { state: WorkflowState }) {
  return <Badge look={workflowLooks[state] ?? unknownLook(state)} />;
}

export function CommandBadge({ state }: { state: CommandState }) {
  return <Badge look={commandLooks[state] ?? unknownLook(state)} />;
}

export function EffectBadge({ state }: { state: EffectState }) {
  return <Badge look={effectLooks[state] ?? unknownLook(state)} />;
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
