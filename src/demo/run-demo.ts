import { setMaxListeners } from "node:events";
import { styleText } from "node:util";
import type { RunningService } from "../app.ts";
import { systemClock } from "../domain/clock.ts";
import { type Counts, countsWhenDigested } from "./ask-service.ts";
import type { SenderSecrets } from "./outgoing-delivery.ts";
import { scenario } from "./scenario.ts";
import { tellStory, type ToldStep } from "./tell-story.ts";

export type DemoOptions = { dataDir: string; speed: number; secrets: SenderSecrets };

/**
 * Tells the story to a service that runs, with a line for each step, and says at the end what to look at. Resolves to false when the service
 * answered otherwise than it should. Ends early when `stopping` is aborted.
 */
export async function runDemo(
  service: RunningService,
  options: DemoOptions,
  stopping: AbortSignal,
  print: (text: string) => void,
): Promise<boolean> {
  setMaxListeners(0, stopping);
  print(greeting(service, options));
  const asExpected = await tellStory(scenario, options.speed, stopping, {
    clock: systemClock,
    secrets: options.secrets,
    receiverUrl: service.receiverUrl,
    onStep: (told) => print(stepLine(told)),
  });
  if (stopping.aborted) return asExpected;
  const counts = await countsWhenDigested(service.appUrl ?? "", options.dataDir, stopping);
  print(lastWords(counts, service, options, asExpected));
  return asExpected && counts.deliveries_received === 0;
}

function greeting(service: RunningService, { speed, dataDir }: DemoOptions): string {
  const seconds = Math.ceil((scenario.at(-1)?.atSeconds ?? 0) / speed);
  return [
    "",
    `${styleText("bold", "Pullwright's demo.")}  Ctrl-C stops it.`,
    "",
    "  GitHub, GitLab, CircleCI and Jenkins are played here; what they send is signed and travels over HTTP to a real service.",
    `  The story takes ${seconds < 100 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`}. Open the dashboard now to see it happen:`,
    "",
    `  Sign in     ${styleText("cyan", service.signInLink() ?? "")}`,
    styleText("dim", "              (works once, within ten minutes)"),
    `  Webhooks    ${service.receiverUrl}`,
    `  Data        ${dataDir}`,
    "",
    "",
  ].join("\n");
}

function stepLine({ atSeconds, line, answers }: ToldStep): string {
  const time = `${Math.floor(atSeconds / 60)}:${String(atSeconds % 60).padStart(2, "0")}`;
  const said = answers
    .map(({ status, word }) =>
      status === 202 && word === "accepted"
        ? ""
        : word === "INVALID_SIGNATURE"
          ? `: refused, ${status}`
          : `: ${status} ${word}`,
    )
    .filter((text) => text !== "");
  const isWrong = answers.some((answer) => !answer.asExpected);
  const mark = isWrong
    ? styleText("red", "✗")
    : answers.some(({ status }) => status >= 400)
      ? styleText("yellow", "!")
      : styleText("green", "✓");
  return `  ${styleText("dim", time)}  ${mark} ${line}${[...new Set(said)].join("")}\n`;
}

function lastWords(counts: Counts, service: RunningService, { dataDir }: DemoOptions, asExpected: boolean): string {
  const folder = /^[\w./~-]+$/.test(dataDir) ? dataDir : `'${dataDir.replaceAll("'", "'\\''")}'`;
  const command = (text: string, what: string): string =>
    `  pullwright ${text.padEnd(24)} --data-dir ${folder}   ${styleText("dim", what)}`;
  return [
    "",
    styleText("bold", "The story is told."),
    `  ${counts.prs_open} pull requests are open, ${counts.prs_merged_7d} were merged, ${counts.prs_reverted_7d} of those are reverted; ${counts.deliveries_dead} delivery is set aside.`,
    ...(asExpected
      ? []
      : [styleText("red", "  Some deliveries were answered otherwise than they should be; they are marked with ✗.")]),
    ...(counts.deliveries_received === 0
      ? []
      : [styleText("red", `  ${counts.deliveries_received} deliveries still wait to be digested.`)]),
    "",
    "Look at:",
    `  ${service.appUrl}   ${styleText("dim", "the dashboard; to sign in again:")}`,
    `  ${styleText("cyan", service.signInLink() ?? "")}`,
    command("prs", "what came of every pull request"),
    command("prs --state reverted", "what did not hold"),
    command("runs --status failure", "what was red"),
    command("deliveries --state dead", "what could not be understood"),
    command("why 1", "what one delivery became"),
    "",
    "",
  ].join("\n");
}
