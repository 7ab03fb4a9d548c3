import { copyFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Change } from "../../domain/change.ts";
import type { ClaimedCommand } from "../../domain/command.ts";
import type { Redact } from "../../redact/redact.ts";
import { promptArtifact } from "../../review/prompt-artifact.ts";
import type { PromptSubject } from "../../review/prompt.ts";
import { diffTextOf } from "../../review/unified-diff.ts";
import { type Artifacts, openArtifacts } from "../artifacts.ts";
import type { ReviewerSaid } from "./ask-reviewer.ts";
import type { DecidedReview } from "./review-memory.ts";

/** Opens `github_review/`, whatever the forge: seed 001's name. */
export function openReviewArtifacts(issueDir: string): Promise<Artifacts> {
  return openArtifacts(issueDir, "github_review");
}

/**
 * A folder of its own for what one attempt of a command reviewed: `github_review/` has the last review of a workflow, and the pages of those before it must not show
 * another one's diff. Always in our own folder, never in a checkout.
 */
export function openKeptReview(
  exportsDir: string,
  command: Pick<ClaimedCommand, "id" | "workflowId" | "fence">,
): Promise<Artifacts> {
  return openArtifacts(join(exportsDir, command.workflowId, "github_review"), `command-${command.id}-${command.fence}`);
}

/**
 * What was read, what was asked, what was said and what is to be posted, in each of these folders. Written before it is posted; a second time over the first. People's
 * words may hold secrets, and are masked.
 */
export async function writeReviewArtifacts(
  folders: Artifacts[],
  {
    subject,
    change,
    said,
    review,
  }: { subject: PromptSubject & { url: string }; change: Change; said: ReviewerSaid; review: DecidedReview },
  redact: Redact,
): Promise<void> {
  const prompt = redact(promptArtifact({ subject, files: change.files, prompts: said.prompts }));
  const diff = redact(diffTextOf(change));
  const { summary, inline } = review.posting;
  for (const folder of folders) {
    await folder.write("review_prompt.md", prompt);
    await folder.write("review.diff", diff);
    await folder.write("review.md", `${summary}\n`);
    await folder.writeJson("github_comment_payload.json", { body: summary, inline });
    for (const path of said.logPaths) await bring(path, folder);
  }
}

/** An agent that could not be started wrote no log. */
async function bring(path: string, { folder }: Artifacts): Promise<void> {
  const to = join(folder, basename(path));
  if (to === path) return;
  await copyFile(path, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
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
  return artifacts.writeJson("review_result.json", {
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
    diff_path: at("review.diff"),
    result_path: at("review_result.json"),
    returncode: code === null ? 0 : 1,
    created_at: createdAt,
  });
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
  return artifacts.writeJson("review_result.json", skipped);
}
