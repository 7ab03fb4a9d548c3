import { historyWords } from "../../domain/command-words.ts";
import type { HistoryLine } from "../api/commands.ts";
import { OutsideText } from "../parts/outside-text.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { duration } from "../text/relative-time.ts";

/** Every attempt with how it ended and why, and what operators did, first to last. */
export function CommandHistory({ lines }: { lines: HistoryLine[] }) {
  return (
    <ol className="history-list">
      {lines.map((line, index) => (
        <li key={index}>
          <span className="history-what">{whatHappened(line)}</span>
          <span className="history-why">
            {line.code === null ? null : (
              <>
                <code className={line.move === "fail" || line.move === "give-up" ? "tone-bad" : "muted"}>
                  {line.code}
                </code>{" "}
              </>
            )}
            {line.because === null ? null : <OutsideText>{line.because}</OutsideText>}
            {line.started_at === null && line.because === null ? <span className="muted">by {line.actor}</span> : null}
          </span>
          <span className="muted numeric history-at">
            {line.started_at === null ? null : <span>{duration(line.started_at, line.at)}</span>}
            <TimeAgo at={line.at} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function whatHappened({ move, attempt, started_at: startedAt }: HistoryLine): string {
  const word = historyWords[move] ?? move;
  return startedAt === null ? word : `Attempt ${attempt}: ${word.toLowerCase()}`;
}
