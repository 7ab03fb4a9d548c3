import type { CiCounts } from "../api/pull-requests.ts";
import { counted } from "../text/quantity.ts";
import { Icon } from "./icon.tsx";
import { Absent } from "./time-ago.tsx";

/** The runs on a commit in the space of a word: what matters most as icon and number, and the proportions as a bar. */
export function CiStrip({ ci }: { ci: CiCounts }) {
  const total = ci.success + ci.failure + ci.pending + ci.other;
  if (total === 0) return <Absent word="no runs" />;
  const words = inWords(ci);
  const [icon, tone, number] =
    ci.failure > 0
      ? (["cross", "bad", ci.failure] as const)
      : ci.pending > 0
        ? (["clock", "busy", ci.pending] as const)
        : ci.success > 0
          ? (["check", "good", ci.success] as const)
          : (["skipped", "quiet", ci.other] as const);
  return (
    <span className="ci-strip" title={words}>
      <span className={`ci-strip-number tone-${tone}`} aria-hidden="true">
        <Icon name={icon} />
        {number === total ? total : `${number}/${total}`}
      </span>
      <span className="ci-strip-bar" aria-hidden="true">
        {ci.failure > 0 ? <span className="bar-failure" style={{ flexGrow: ci.failure }} /> : null}
        {ci.pending > 0 ? <span className="bar-pending" style={{ flexGrow: ci.pending }} /> : null}
        {ci.success > 0 ? <span className="bar-success" style={{ flexGrow: ci.success }} /> : null}
        {ci.other > 0 ? <span className="bar-other" style={{ flexGrow: ci.other }} /> : null}
      </span>
      <span className="heard">{words}</span>
    </span>
  );
}

function inWords(ci: CiCounts): string {
  const parts = [
    ci.failure > 0 ? `${ci.failure} failed` : null,
    ci.pending > 0 ? `${ci.pending} pending` : null,
    ci.success > 0 ? `${ci.success} passed` : null,
    ci.other > 0 ? `${ci.other} skipped or cancelled` : null,
  ].filter((part) => part !== null);
  return `${parts.join(", ")} of ${counted(ci.success + ci.failure + ci.pending + ci.other, "run")}`;
}
