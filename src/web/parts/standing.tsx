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
          <Because because={standing.because} code={standing.code} tone="muted" />
          {standing.because === null ? "Begins " : "Goes on "}
          <TimeUntil at={standing.until} />
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
        <Because
          because={standing.because}
          code={standing.code}
          tone={command.state === "failed" ? "tone-bad" : "muted"}
        />
      );
  }
}

function Because({ because, code, tone }: { because: string | null; code: string | null; tone: string }) {
  return (
    <>
      {code === null ? null : (
        <>
          <code className={tone}>{code}</code>{" "}
        </>
      )}
      {because === null ? null : (
        <>
          <OutsideText>{because}</OutsideText>{" "}
        </>
      )}
    </>
  );
}
