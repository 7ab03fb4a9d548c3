import { join } from "node:path";
import type { Change } from "../../domain/change.ts";
import { promptArtifact } from "../../review/prompt-artifact.ts";
import type { PromptSubject } from "../../review/prompt.ts";
import { type Artifacts, openArtifacts } from "../artifacts.ts";
import type { ReviewerSaid } from "./ask-reviewer.ts";
import type { DecidedReview } from "./review-memory.ts";

/** Opens `github_review/`, whatever the forge: seed 001's name. */
export function openReviewArtifacts(issueDir: string): Promise<Artifacts> {
  return openArtifacts(issueDir, "github_review");
}

/** What was asked, what was said and what is to be posted. Written before it is posted; a second time over the first. */
export async function writeReviewArtifacts(
  artifacts: Artifacts,
  {
    subject,
    change,
    said,
    review,
  }: { subject: PromptSubject & { url: string }; change: Change; said: ReviewerSaid; review: DecidedReview },
): Promise<void> {
  const asked = { subject, files: change.files, prompts: said.prompts };
  await artifacts.write("review_prompt.md", promptArtifact(asked));
  await artifacts.write("review.md", `${review.posting.summary}\n`);
  await artifacts.write(
    "github_comment_payload.json",
    asJson({ body: review.posting.summary, inline: review.posting.inline }),
  );
}

/** The last of the artifacts: how it ended. */
export function writeReviewResult(
  artifacts: Artifacts,
  workflowId: string,
  review: DecidedReview,
  { commentUrl, createdAt, notes }: { commentUrl: string | null; createdAt: string; notes: string[] },
): Promise<string> {
  const { result, code } = review;
  const at = (name: string): string => join(artifacts.folder, name);
  return artifacts.write(
    "review_result.json",
    asJson({
      status: code === null ? "success" : "failed",
      workflow_id: workflowId,
      pr_number: review.number,
      html_url: review.url,
      comment_url: commentUrl,
      verdict: result.verdict,
      because: result.because,
      code,
      head_sha: result.headSha,
      base_sha: result.baseSha,
      diff_sha256: result.diffSha256,
      round: review.round,
      findings: result.findings,
      coverage: result.coverage,
      usage: result.usage,
      agent: result.agent,
      notes,
      issue_dir: join(artifacts.folder, ".."),
      prompt_path: at("review_prompt.md"),
      review_path: at("review.md"),
      log_path: at("agent_review.log"),
      comment_payload_path: at("github_comment_payload.json"),
      result_path: at("review_result.json"),
      returncode: code === null ? 0 : 1,
      created_at: createdAt,
    }),
  );
}

/** Where there was nothing to review. */
export async function writeSkippedReview(
  artifacts: Artifacts,
  { workflowId, reason, createdAt }: { workflowId: string; reason: string; createdAt: string },
): Promise<string> {
  const skipped = {
    status: "skipped",
    workflow_id: workflowId,
    reason,
    result_path: join(artifacts.folder, "review_result.json"),
    created_at: createdAt,
  };
  return artifacts.write("review_result.json", asJson(skipped));
}

function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
