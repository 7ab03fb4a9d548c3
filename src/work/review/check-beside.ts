import type { CommandOutcome } from "../../domain/command.ts";
import type { CheckReport } from "../../forges/forge.ts";
import { reportReviewCheck } from "./post-review.ts";
import type { ReviewDeps, ReviewScene } from "./review-scene.ts";

/** Beside which commit something is said. */
export type CheckedHead = { headSha: string; url: string; key: string };

/**
 * Says something beside the commit on behalf of this attempt, of each state once: an attempt that waits for a model a hundred times says it once. The same after a
 * crash is the same.
 */
export async function sayBeside(
  { headSha, url, key }: CheckedHead,
  check: Pick<CheckReport, "state" | "title" | "summary">,
  { command, ref, place }: ReviewScene,
  deps: ReviewDeps,
): Promise<void> {
  const occasion = `command-${command.id}-${command.attempt}-${check.state}`;
  await reportReviewCheck({ ...check, ref, pullRequestKey: key, headSha, url, occasion }, [], {
    ...deps,
    forge: place.forge,
  });
}

/**
 * Nobody is to take a review that waits or broke for one that goes on: it may be cancelled, or another take its place, and then nobody says so. Whoever takes it up
 * again puts it right.
 */
export async function withoutLeavingItOpen(
  at: CheckedHead,
  scene: ReviewScene,
  act: () => Promise<CommandOutcome>,
  deps: ReviewDeps,
): Promise<CommandOutcome> {
  const say = async (title: string, because: string): Promise<void> => {
    if (deps.signal.aborted) return;
    const said = deps.gateFor(scene.repository.url).line(because, 600);
    const summary = said.kind === "passed" ? said.text : "Why is in the log of the service.";
    // What the command ends with is said elsewhere too, whatever comes of this.
    await sayBeside(at, { state: "neutral", title, summary }, scene, deps).catch(() => {});
  };
  try {
    const outcome = await act();
    const isOpen = outcome.kind === "wait" || (outcome.kind === "failed" && outcome.code === "OUTCOME_UNKNOWN");
    if (isOpen) await say("INCONCLUSIVE: the review has not ended yet", outcome.because);
    return outcome;
  } catch (error) {
    await say("INCONCLUSIVE: the review failed", error instanceof Error ? error.message : String(error));
    throw error;
  }
}
