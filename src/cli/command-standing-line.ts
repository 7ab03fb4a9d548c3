import type { CommandStanding } from "../domain/command-standing.ts";
import { exactTime } from "./short-time.ts";

/** Where a command stands, in one line: what keeps it and until when, or how it ended and why. */
export function standingLine(standing: CommandStanding): string {
  switch (standing.kind) {
    case "paused":
      return "Its workflow is paused.";
    case "waits":
      return `${withCode(standing)}Goes on at ${exactTime(standing.until)}.`;
    case "is-next":
      return "Waits for its turn.";
    case "runs":
      return standing.since === null ? "Runs." : `Runs since ${exactTime(standing.since)}.`;
    case "stops":
      return "Is being stopped.";
    case "ended":
      return withCode(standing).trimEnd();
  }
}

function withCode({ code, because }: { code: string | null; because: string | null }): string {
  if (because === null) return code === null ? "" : `${code} `;
  return code === null ? `${because} ` : `${code}: ${because} `;
}
