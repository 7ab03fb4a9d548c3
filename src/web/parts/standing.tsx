import { commandStanding } from "../../domain/command-standing.ts";
import type { CommandRow } from "../api/commands.ts";
import { duration } from "../text/relative-time.ts";
import { OutsideText } from "./outside-text.tsx";
import { TimeUntil, useNow } from "./time-ago.tsx";

/** Where a command stands: what keeps it and until when, for how long it runs, or why it ended as it did. */
export function Standing({ command }: { command: CommandRow }) {
  const now = useNow().toISOString();
  const standing = commandStanding(command, now);
  switch (standing.kind) {
    case "paused":
      return "Waits for its work to be resumed";
    case "waits":
      return (
        <>
          {standing.because === null ? "Begins " : "Goes on "}
          <TimeUntil at={standing.until} />
          {standing.because === null ? null : (
            <>
              : <OutsideText>{standing.because}</OutsideText>
            </>
          )}{" "}
          {standing.code === null ? null : <code className="muted">{standing.code}</code>}
        </>
      );
    case "is-next":
      return "Waits for its turn";
    case "runs": {
      const length = duration(standing.since, now);
      return length === null ? "Runs" : `Runs for ${length}`;
    }
    case "stops":
      return "Is being stopped";
    case "ended":
      return (
        <>
          {standing.code === null ? null : <code className="tone-bad">{standing.code}</code>}{" "}
          {standing.because === null ? null : <OutsideText>{standing.because}</OutsideText>}
        </>
      );
  }
}
