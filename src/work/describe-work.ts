import type { ClaimedCommand } from "../domain/command.ts";
import { PullwrightError } from "../domain/error.ts";
import type { ChangeSummary } from "../git/git.ts";
import type { CommitLog } from "./commit-log.ts";
import type { CreatePullRequestPayload } from "./create-pull-request-payload.ts";
import { commitMessageOf, type DescribedWork } from "./pull-request-text.ts";
import type { TakeWorkDeps } from "./take-work.ts";

/** What was found of the work; `leaking` are the files that hold a secret of ours. */
export type FoundWork = {
  log: CommitLog;
  summary: ChangeSummary[];
  skipped: { path: string; because: string }[];
  leaking: string[];
};

/**
 * Puts work into words: for the pull request, and for the commit.
 *
 * @throws PullwrightError SECRET_IN_WORK when a file or one of the texts holds a secret of ours
 */
export function describeWork(
  command: ClaimedCommand,
  payload: CreatePullRequestPayload,
  { log, summary, skipped, leaking }: FoundWork,
  { redact, holdsSecret, baseUrl }: Pick<TakeWorkDeps, "redact" | "holdsSecret" | "baseUrl">,
): { described: DescribedWork; message: string } {
  const texts = [log.text, payload.title ?? "", payload.session_id ?? "", ...summary.map(({ path }) => path)];
  const where = texts.some(holdsSecret) ? [...leaking, "the texts (commit log, title or a file's name)"] : leaking;
  if (where.length > 0)
    throw new PullwrightError(
      "SECRET_IN_WORK",
      `A secret that Pullwright holds is in ${where.slice(0, 5).join(", ")}.`,
    );
  const described: DescribedWork = {
    workflowId: command.workflowId,
    title: payload.title === undefined ? null : redact(payload.title),
    log: { text: redact(log.text), headline: log.headline === null ? null : redact(log.headline) },
    changes: summary,
    notes: skipped.map(({ path, because }) => `${path}: ${because}`),
    sessionId: payload.session_id ?? null,
    url: baseUrl === null ? null : `${baseUrl}/workflows/${encodeURIComponent(command.workflowId)}`,
  };
  return { described, message: commitMessageOf(described) };
}
