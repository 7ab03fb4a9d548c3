import { z } from "zod";
import { PullwrightError } from "../../domain/error.ts";
import { readPayload } from "../read-payload.ts";

/** What `review_pull_request` is asked with; seed 001's names. Unknown fields are kept out, not refused: a chain may hand on more than one worker needs. */
export const reviewPayload = z.object({
  /** `https://host/owner/repo` or `owner/repo`; else the configuration says. */
  repository: z.string().max(2048).optional(),
  pr_number: z.int().positive().optional(),
  /** The head to review; its first seven digits will do. With no `pr_number`, the pull request that the commit belongs to. */
  commit_sha: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/i, "has 7 to 64 hex digits")
    .transform((sha) => sha.toLowerCase())
    .optional(),
  /** Where the artifacts go, in `github_review/`. */
  issue_dir: z.string().min(1).max(4096).optional(),
  /** Whether somebody asked for this very review: then neither its round nor where it comes from keeps it from being done. */
  asked: z.boolean().optional(),
  /** Whether nothing is to be posted and nothing remembered: the artifacts have it all. */
  dry_run: z.boolean().optional(),
});

export type ReviewPayload = z.output<typeof reviewPayload>;

/** @throws PullwrightError PAYLOAD_INVALID naming the field */
export function readReviewPayload(payload: Record<string, unknown>): ReviewPayload {
  const data = readPayload(reviewPayload, payload);
  if (data.pr_number === undefined && data.commit_sha === undefined)
    throw new PullwrightError("PAYLOAD_INVALID", "Name what to review: `pr_number` or `commit_sha`.");
  return data;
}
