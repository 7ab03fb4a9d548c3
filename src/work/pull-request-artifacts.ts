import { join } from "node:path";
import type { RepositoryRef } from "../domain/repository-ref.ts";
import type { ForgePullRequest, ForgeRepository } from "../forges/forge.ts";
import { checkArtifactsFolder, openArtifacts } from "./artifacts.ts";

/** Work that became a pull request, as its artifacts tell of it. */
export type PublishedWork = {
  workflowId: string;
  ref: RepositoryRef;
  repository: ForgeRepository;
  branch: string;
  baseBranch: string;
  /** The name of git's remote. */
  remote: string;
  commitSha: string;
  pushedAt: string;
  changedFiles: string[];
  /** The artifacts go into `github_pr/` in it. */
  issueDir: string;
  commitLogPath: string;
};

/** What `create_pull_request` leaves in `github_pr/`, with the seed's names and fields, for people and for the next command. */
export type PullRequestArtifacts = {
  /** After the push: where the work is now, and the words for it. */
  writePushed: (description: string) => Promise<void>;
  /** At the end. Answers what the file says. */
  writeResult: (pullRequest: ForgePullRequest) => Promise<Record<string, unknown>>;
  /** What was written so far, by name. */
  paths: () => Record<string, string>;
};

/**
 * Opens the folder of the artifacts. Each is written whole or not at all, and over what an earlier attempt wrote.
 *
 * @throws PullwrightError CHECKOUT_UNSAFE
 */
export async function openPullRequestArtifacts(
  work: PublishedWork,
  deps: { reach: (step: string) => void },
): Promise<PullRequestArtifacts> {
  const { workflowId, ref, repository, branch, baseBranch, commitSha, changedFiles, issueDir } = work;
  const { folder, write, writeJson } = await openArtifacts(issueDir, folderName);
  const paths: Record<string, string> = {};
  return {
    paths: () => paths,

    writePushed: async (description) => {
      const state = {
        workflow_id: workflowId,
        branch,
        base_branch: baseBranch,
        remote: work.remote,
        commit_sha: commitSha,
        changed_files: changedFiles,
        pushed_at: work.pushedAt,
      };
      paths["push_state"] = await writeJson("push_state.json", state);
      deps.reach("push-state.written");
      paths["pr_description"] = await write("pr_description.md", `${description}\n`);
      deps.reach("description.written");
    },

    writeResult: async (pullRequest) => {
      const result = {
        status: "success",
        workflow_id: workflowId,
        repository: `${ref.host}/${repository.slug}`,
        branch,
        base_branch: baseBranch,
        commit_sha: commitSha,
        changed_files: changedFiles,
        pr_number: pullRequest.number,
        html_url: pullRequest.url,
        diff_url: ref.forge === "github" ? `${pullRequest.url}.diff` : `${pullRequest.url}/diffs`,
        draft: pullRequest.draft,
        issue_dir: issueDir,
        commit_log_path: work.commitLogPath,
        description_path: paths["pr_description"],
        push_state_path: paths["push_state"],
        result_path: join(folder, "github_pr_result.json"),
        created_at: pullRequest.openedAt,
      };
      paths["github_pr_result"] = await writeJson("github_pr_result.json", result);
      deps.reach("result.written");
      return result;
    },
  };
}

/**
 * Holds that the artifacts can be written, before anything is pushed. Makes nothing.
 *
 * @throws PullwrightError CHECKOUT_UNSAFE
 */
export async function checkPullRequestArtifacts(issueDir: string): Promise<void> {
  await checkArtifactsFolder(issueDir, folderName);
}

/** The seed's, at GitLab too. */
const folderName = "github_pr";
