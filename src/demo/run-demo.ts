import { setMaxListeners } from "node:events";
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import type { RunningService } from "../app.ts";
import { systemClock } from "../domain/clock.ts";
import { askService, type Counts, countsWhenDigested } from "./ask-service.ts";
import type { LocalForge } from "./local-forge/local-forge.ts";
import type { SenderSecrets } from "./outgoing-delivery.ts";
import { scenario } from "./scenario.ts";
import { shownStoryLine, type StoryLine } from "./story-line.ts";
import { tellStory, type ToldStep } from "./tell-story.ts";
import { tellWork } from "./tell-work.ts";
import { leakyFile, leakyPlan } from "./work-at-shop.ts";

export type DemoOptions = {
  dataDir: string;
  speed: number;
  secrets: SenderSecrets;
  /** Without one the story leaves out what needs it, and says what is `missing`. */
  forge: LocalForge | null;
  missing: string | null;
  /** The service and the forge stay when the story is told, for people to look around. */
  goesOn: boolean;
};

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
  const { speed, secrets, forge, dataDir } = options;
  setMaxListeners(0, stopping);
  print(greeting(service, options));
  const asked = askService(service.appUrl ?? "", dataDir);
  const begun = performance.now();
  forge?.addHook(`${service.receiverUrl}/api/webhooks/gitlab`, secrets.gitlabSigningToken);
  const told = await Promise.all([
    tellStory(scenario, speed, stopping, {
      clock: systemClock,
      secrets,
      receiverUrl: service.receiverUrl,
      onStep: (step) => print(shownStoryLine(lineOfStep(step))),
    }),
    forge === null ||
      tellWork(speed, stopping, {
        forge,
        service: asked,
        checkoutsDir: checkoutsIn(dataDir),
        appUrl: service.appUrl ?? "",
        clock: systemClock,
        onLine: (line) => print(shownStoryLine({ ...line, atSeconds: ((performance.now() - begun) * speed) / 1000 })),
      }),
  ]);
  const asExpected = told.every((one) => one);
  if (stopping.aborted) return asExpected;
  const counts = await countsWhenDigested(asked, stopping);
  print(lastWords(counts, service, options, asExpected));
  return asExpected && counts.deliveries_received === 0;
}

/** By its real path: where a folder above is a link, the service finds no commit log behind it. */
function checkoutsIn(dataDir: string): string {
  return join(realpathSync(dataDir), "checkouts");
}

function greeting(service: RunningService, { speed, dataDir, forge, missing }: DemoOptions): string {
  const seconds = Math.ceil((scenario.at(-1)?.atSeconds ?? 0) / speed);
  // However fast the story is told.
  const waits = forge !== null && seconds < 60 ? ", and the half minute that lies between two reviews" : "";
  return [
    "",
    `${styleText("bold", "Pullwright's demo.")}  Ctrl-C stops it.`,
    "",
    "  GitHub, GitLab, CircleCI and Jenkins are played here; what they send is signed and travels over HTTP to a real service.",
    missing === null
      ? "  One more forge has real repositories, on this machine: an agent's work is pushed there by git over https, opened, and reviewed."
      : styleText(
          "yellow",
          `  ${missing}, so no agent's work becomes a pull request, and nothing is reviewed: that is left out.`,
        ),
    `  The story takes ${seconds < 100 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`}${waits}. Open the dashboard now to see it happen:`,
    "",
    `  Sign in     ${styleText("cyan", service.signInLink() ?? "")}`,
    styleText("dim", "              (works once, within ten minutes)"),
    `  Webhooks    ${service.receiverUrl}`,
    ...(forge === null
      ? []
      : [
          `  Forge       ${forge.origin}/${forge.slug}`,
          styleText("dim", "              (its certificate is its own: the browser will ask)"),
        ]),
    `  Data        ${dataDir}`,
    "",
    "",
  ].join("\n");
}

function lineOfStep({ atSeconds, line, answers }: ToldStep): StoryLine {
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
  const mark = isWrong ? "wrong" : answers.some(({ status }) => status >= 400) ? "noted" : "fine";
  return { atSeconds, mark, text: [`${line}${[...new Set(said)].join("")}`] };
}

function lastWords(counts: Counts, service: RunningService, options: DemoOptions, asExpected: boolean): string {
  const { dataDir, forge } = options;
  const folder = /^[\w./~-]+$/.test(dataDir) ? dataDir : `'${dataDir.replaceAll("'", "'\\''")}'`;
  const command = (text: string, what: string): string =>
    `  pullwright ${text.padEnd(24)} --data-dir ${folder}   ${styleText("dim", what)}`;
  return [
    "",
    styleText("bold", "The story is told."),
    `  ${counts.prs_open} pull requests are open, ${counts.prs_merged_7d} were merged, ${counts.prs_reverted_7d} of those are reverted; ${counts.deliveries_dead} delivery is set aside.`,
    ...(asExpected ? [] : [styleText("red", "  Something came otherwise than it should; it is marked with ✗.")]),
    ...(counts.deliveries_received === 0
      ? []
      : [styleText("red", `  ${counts.deliveries_received} deliveries still wait to be digested.`)]),
    ...(forge !== null && options.goesOn ? [...whereReviewsAre(service, forge), ...whatWaits(service, options)] : []),
    "",
    "Look at:",
    `  ${service.appUrl}   ${styleText("dim", "the dashboard; to sign in again:")}`,
    `  ${styleText("cyan", service.signInLink() ?? "")}`,
    command("prs", "what came of every pull request"),
    command("prs --state reverted", "what did not hold"),
    command("runs --status failure", "what was red"),
    command("deliveries --state dead", "what could not be understood"),
    command("why 1", "what one delivery became"),
    ...(forge === null
      ? []
      : [
          command("workflows", "what agents were asked for"),
          command("reviews", "what was found in pull requests"),
          command("audit", "what was done outside"),
        ]),
    "",
    "",
  ].join("\n");
}

/** In two places: as people at the forge read them, and with all that they were made of. */
function whereReviewsAre({ appUrl }: RunningService, forge: LocalForge): string[] {
  if (forge.mergeRequests().length === 0) return [];
  return [
    "",
    `${styleText("bold", "The reviews")} can be read where they were posted, and on the dashboard with the prompt and all that the reviewer printed:`,
    ...forge.mergeRequests().map((request) => `  ${styleText("cyan", forge.pageOf(request))}`),
    `  ${styleText("cyan", `${appUrl ?? ""}/reviews`)}`,
  ];
}

/** The story leaves one thing to do. */
function whatWaits({ appUrl }: RunningService, { dataDir }: DemoOptions): string[] {
  const { workflowId } = leakyPlan;
  return [
    "",
    `${styleText("bold", `${workflowId} waits for you.`)}  Its agent wrote the forge's token into a file, so nothing was sent. Take the token out of`,
    `  ${join(checkoutsIn(dataDir), workflowId, leakyFile)}`,
    "and press Try again at",
    `  ${styleText("cyan", `${appUrl ?? ""}/workflows/${workflowId}`)}`,
  ];
}
