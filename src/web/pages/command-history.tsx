import { historyWords } from "../../domain/command-words.ts";
import type { Command, HistoryLine } from "../api/commands.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { OutsideText } from "../parts/outside-text.tsx";
import { ClockTime, TimeUntil, useNow } from "../parts/time-ago.tsx";
import { duration, lengthBetween } from "../text/relative-time.ts";

/** Every attempt with when it began, how long it took, how it ended and why, and what operators did, first to last; at the end what is to come. */
export function CommandHistory({ command }: { command: Command }) {
  return (
    <ol className="history-list">
      {command.history.map((line, index) => (
        <li key={index}>
          <Mark {...(looks[line.move] ?? unknownLook)} />
          <ClockTime at={line.started_at ?? line.at} />
          <span className="history-what">{whatHappened(line)}</span>
          <span className="history-why">
            <Reason line={line} />
          </span>
          <span className="muted numeric history-took">
            {line.started_at === null ? null : `took ${lengthBetween(line.started_at, line.at)}`}
          </span>
        </li>
      ))}
      <NextLine command={command} />
    </ol>
  );
}

type LineLook = { icon: IconName; tone: "good" | "bad" | "warm" | "busy" | "quiet" };

/** By the names of the moves in queue/lifecycle.ts. */
const looks: Readonly<Record<string, LineLook>> = {
  enqueue: { icon: "inbox", tone: "quiet" },
  succeed: { icon: "check", tone: "good" },
  skip: { icon: "skipped", tone: "quiet" },
  fail: { icon: "cross", tone: "bad" },
  "try-again": { icon: "replay", tone: "warm" },
  "hand-back": { icon: "pause", tone: "quiet" },
  rescue: { icon: "replay", tone: "warm" },
  "give-up": { icon: "cross", tone: "bad" },
  cancel: { icon: "cancelled", tone: "quiet" },
  stop: { icon: "cancelled", tone: "quiet" },
  withdraw: { icon: "cancelled", tone: "quiet" },
  retry: { icon: "replay", tone: "quiet" },
};

const unknownLook: LineLook = { icon: "other", tone: "quiet" };

function Mark({ icon, tone }: LineLook) {
  return (
    <span className={`history-mark tone-${tone}`}>
      <Icon name={icon} />
    </span>
  );
}

function whatHappened({ move, attempt, started_at: startedAt }: HistoryLine): string {
  const word = historyWords[move] ?? move;
  return startedAt === null ? word : `Attempt ${attempt}: ${word.toLowerCase()}`;
}

function Reason({ line: { code, because, move, actor, started_at: startedAt } }: { line: HistoryLine }) {
  return (
    <>
      {code === null ? null : (
        <>
          <code className={move === "fail" || move === "give-up" ? "tone-bad" : "muted"}>{code}</code>{" "}
        </>
      )}
      {because === null ? null : <OutsideText>{because}</OutsideText>}
      {startedAt === null && because === null ? <span className="muted">by {actor}</span> : null}
    </>
  );
}

/** The attempt that runs, or the one that waits for its time. */
function NextLine({ command: { state, attempt, paused, started_at, available_at } }: { command: Command }) {
  const now = useNow().toISOString();
  if (state === "running" && started_at !== null)
    return (
      <li>
        <Mark icon="running" tone="busy" />
        <ClockTime at={started_at} />
        <span className="history-what">Attempt {attempt}: running</span>
        <span className="history-why muted">for {duration(started_at, now) ?? "0 s"}</span>
      </li>
    );
  if (state !== "queued" || paused || available_at <= now) return null;
  return (
    <li>
      <Mark icon="clock" tone="quiet" />
      <ClockTime at={available_at} />
      <span className="history-what">Attempt {attempt + 1}: to begin</span>
      <span className="history-why muted">
        <TimeUntil at={available_at} />
      </span>
    </li>
  );
}
