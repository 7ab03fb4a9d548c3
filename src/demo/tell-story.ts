import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";
import { createMadeUpForges, type Told } from "./made-up-forges.ts";
import { type SenderSecrets, signed } from "./outgoing-delivery.ts";
import type { Step } from "./step.ts";
import { lineOf } from "./step-line.ts";

/** How a step ended: its line, and for each delivery what came back beside what should have come. */
export type ToldStep = { atSeconds: number; line: string; answers: Answer[] };

export type Answer = { status: number; word: string; asExpected: boolean };

export type TellDeps = { clock: Clock; secrets: SenderSecrets; receiverUrl: string; onStep: (told: ToldStep) => void };

/**
 * Tells the story to the receiver over HTTP, each step at its time, `speed` times as fast as written; true when every answer was the expected one.
 * The forges' clocks run at the story's pace and end with ours, so that no event is of the future and none shares its second with another.
 * Ends early, without an error, when `stopping` is aborted.
 */
export async function tellStory(
  scenario: Step[],
  speed: number,
  stopping: AbortSignal,
  deps: TellDeps,
): Promise<boolean> {
  const lengthMs = (scenario.at(-1)?.atSeconds ?? 0) * 1000;
  const begunMs = wholeSecond(deps.clock().getTime() - lengthMs * (1 - 1 / speed));
  const forges = createMadeUpForges(new Date(begunMs));
  const begun = performance.now();
  const wrongSecrets = forgersSecrets(deps.secrets);
  let allAsExpected = true;

  for (const step of scenario) {
    const dueMs = (step.atSeconds * 1000) / speed - (performance.now() - begun);
    if (dueMs > 0) await wait(dueMs, undefined, { signal: stopping }).catch(() => {});
    if (stopping.aborted) return allAsExpected;
    const { told, happening } = forges.tell(step, new Date(begunMs + step.atSeconds * 1000));
    const answers: Answer[] = [];
    for (const one of told) answers.push(await send(one, one.isForged ? wrongSecrets : deps.secrets, deps));
    allAsExpected &&= answers.every((answer) => answer.asExpected);
    deps.onStep({ atSeconds: step.atSeconds, line: lineOf(step.act, happening), answers });
  }
  return allAsExpected;
}

async function send(
  { delivery, expects }: Told,
  secrets: SenderSecrets,
  { clock, receiverUrl }: TellDeps,
): Promise<Answer> {
  const { path, headers } = signed(delivery, secrets, clock());
  const response = await fetch(`${receiverUrl}${path}`, { method: "POST", headers, body: delivery.body });
  const body = (await response.json()) as { status?: string; detail?: { error_code?: string } };
  const word = body.status ?? body.detail?.error_code ?? "";
  return { status: response.status, word, asExpected: response.status === expects.status && word === expects.word };
}

function forgersSecrets({ gitlabSigningToken }: SenderSecrets): SenderSecrets {
  return { github: "a guess", gitlabSigningToken, ci: "a guess", circleci: "a guess" };
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
