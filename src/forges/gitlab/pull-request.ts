import { Commits, MergeRequests } from "@gitbeaker/rest";
import { z } from "zod";
import { commitIdDigits } from "../commit-id-digits.ts";
import { fitText } from "../fit-text.ts";
import { ForgeCallError } from "../forge-call-error.ts";
import type { CallOptions, ForgePullRequest, ForgeRepositoryRef, NewPullRequest, PullRequestFilter } from "../forge.ts";
import type { NewlyMade } from "../newly-made.ts";
import { readAnswer } from "../read-answer.ts";
import {
  branchField,
  idField,
  instantField,
  mustBe,
  mustBePageOf,
  numberField,
  shaField,
  urlField,
  userField,
} from "./answer-fields.ts";
import type { GitlabClient } from "./client.ts";
import { bareTitle, markedTitle } from "./draft-mark.ts";
import { readRepository } from "./repository.ts";
import { descriptionCharactersMax } from "./text-limits.ts";

/** Opens a merge request from a branch of the project itself. Sent once; a second one for the same branches is refused by GitLab as a conflict. */
export async function openPullRequest(
  client: GitlabClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  request: NewPullRequest,
  options: CallOptions | undefined,
): Promise<ForgePullRequest> {
  const opened = await client.inProject(
    ref,
    (now) => ({
      what: `Opening a merge request in ${now.slug}`,
      kind: "write",
      send: (resources) =>
        new MergeRequests(resources).create(
          now.slug,
          request.headBranch,
          request.baseBranch,
          markedTitle(request.title, request.draft),
          { description: fitText(request.body, descriptionCharactersMax) },
        ),
      accept: (data) => {
        const pullRequest = readPullRequestOf(now, data);
        mustBe("source branch", pullRequest.headBranch, request.headBranch);
        mustBe("target branch", pullRequest.baseBranch, request.baseBranch);
        return pullRequest;
      },
    }),
    options,
  );
  newlyMade.add(nameOf(ref, opened.number));
  return opened;
}

export function readPullRequest(
  client: GitlabClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  number: number,
  options: CallOptions | undefined,
): Promise<ForgePullRequest> {
  return client.inProject(
    ref,
    (now) => ({
      what: `Reading ${now.slug}!${number}`,
      kind: "read",
      isNew: newlyMade.has(nameOf(ref, number)),
      send: (resources) => new MergeRequests(resources).show(now.slug, number),
      accept: (data) => numbered(readPullRequestOf(now, data), number),
    }),
    options,
  );
}

/**
 * Newest first. GitLab counts a branch of the same name in a fork too; that is looked at again here. What is just being merged (`locked`) is in the list
 * of all and in no other.
 */
export async function listPullRequests(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  { state, headBranch, baseBranch, limit = limitUnlessTold }: PullRequestFilter,
  options: CallOptions | undefined,
): Promise<ForgePullRequest[]> {
  const word = stateWords[state];
  return await client.list(
    ref,
    (now, page) => ({
      what: `Listing merge requests of ${now.slug}`,
      send: (resources) =>
        new MergeRequests(resources).all({
          projectId: now.slug,
          ...(word === null ? {} : { state: word }),
          ...(headBranch === undefined ? {} : { sourceBranch: headBranch }),
          ...(baseBranch === undefined ? {} : { targetBranch: baseBranch }),
          orderBy: "created_at",
          sort: "desc",
          page,
          perPage: 100,
        }),
      accept: (data) =>
        readAnswer(z.array(mergeRequestAnswer), data)
          .map((found) => belonging(now, found))
          .filter(({ pullRequest: found, isFromFork }) => {
            if (state !== "all" && found.state !== state) return false;
            if (baseBranch !== undefined && found.baseBranch !== baseBranch) return false;
            return headBranch === undefined || (found.headBranch === headBranch && !isFromFork);
          })
          .map(({ pullRequest }) => pullRequest),
    }),
    options,
    limit,
  );
}

/** The merge requests of the project that a commit belongs to, newest first; a hundred at most. A commit that is not there has none. */
export async function listPullRequestsOfCommit(
  client: GitlabClient,
  ref: ForgeRepositoryRef,
  sha: string,
  options: CallOptions | undefined,
): Promise<ForgePullRequest[]> {
  const commitSha = commitIdDigits(sha);
  const asked = client.list(
    ref,
    (now, page) => ({
      what: `Listing merge requests of ${commitSha.slice(0, 12)} in ${now.slug}`,
      send: (resources) => new Commits(resources).allMergeRequests(now.slug, commitSha, { page, perPage: 100 }),
      accept: (data) => readAnswer(z.array(mergeRequestAnswer), data).map((found) => belonging(now, found).pullRequest),
    }),
    options,
    limitUnlessTold,
  );
  try {
    return (await asked).toSorted((a, b) => b.number - a.number);
  } catch (error) {
    if (!(error instanceof ForgeCallError) || error.kind !== "not-found") throw error;
    // A project that is hidden from the credential answers the same; then this throws.
    await readRepository(client, ref, options);
    return [];
  }
}

/**
 * Changes what is given and leaves the rest. A second call changes nothing more. Of one that was merged GitLab lets the state be, without a word: the
 * answer has it.
 */
export async function changePullRequest(
  client: GitlabClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  number: number,
  { title, body, state }: { title?: string; body?: string; state?: "open" | "closed" },
  options: CallOptions | undefined,
): Promise<ForgePullRequest> {
  // GitLab refuses to change nothing.
  if (title === undefined && body === undefined && state === undefined)
    return await readPullRequest(client, newlyMade, ref, number, options);
  // The mark of a draft is in the title, and only GitLab knows whether it is one at this time.
  const isDraft = title !== undefined && (await readPullRequest(client, newlyMade, ref, number, options)).draft;
  return await client.inProject(
    ref,
    (now) => ({
      what: `Changing ${now.slug}!${number}`,
      kind: "write",
      send: (resources) =>
        new MergeRequests(resources).edit(now.slug, number, {
          ...(title === undefined ? {} : { title: markedTitle(title, isDraft) }),
          ...(body === undefined ? {} : { description: fitText(body, descriptionCharactersMax) }),
          ...(state === undefined ? {} : { stateEvent: state === "closed" ? "close" : "reopen" }),
        }),
      accept: (data) => numbered(readPullRequestOf(now, data), number),
    }),
    options,
  );
}

const limitUnlessTold = 100;

const stateWords = { open: "opened", closed: "closed", merged: "merged", all: null } as const;

function nameOf(ref: ForgeRepositoryRef, number: number): string {
  return `${ref.slug.toLowerCase()}!${number}`;
}

function readPullRequestOf(ref: ForgeRepositoryRef, data: unknown): ForgePullRequest {
  return belonging(ref, readAnswer(mergeRequestAnswer, data)).pullRequest;
}

function belonging(ref: ForgeRepositoryRef, answer: MergeRequestAnswer): MergeRequestAnswer {
  mustBePageOf(ref.slug, answer.pullRequest.number, answer.pullRequest.url);
  return answer;
}

function numbered(pullRequest: ForgePullRequest, number: number): ForgePullRequest {
  mustBe("number", pullRequest.number, number);
  return pullRequest;
}

type MergeRequestAnswer = z.output<typeof mergeRequestAnswer>;

const mergeRequestAnswer = z
  .object({
    id: idField,
    iid: numberField,
    web_url: urlField,
    title: z.string(),
    description: z.string().nullish(),
    state: z.enum(["opened", "closed", "merged", "locked"]),
    draft: z.boolean().optional(),
    // What `draft` was called before 14.0.
    work_in_progress: z.boolean().optional(),
    author: userField.nullish(),
    source_branch: branchField,
    target_branch: branchField,
    source_project_id: idField.nullish(),
    target_project_id: idField,
    sha: shaField.nullish(),
    merge_commit_sha: shaField.nullish(),
    squash_commit_sha: shaField.nullish(),
    created_at: instantField,
    updated_at: instantField,
    merged_at: instantField.nullish(),
    closed_at: instantField.nullish(),
  })
  .transform((answer): { pullRequest: ForgePullRequest; isFromFork: boolean } => {
    const isMerged = answer.state === "merged";
    const draft = answer.draft ?? answer.work_in_progress ?? false;
    const mergedAt = isMerged ? (answer.merged_at ?? null) : null;
    return {
      isFromFork: answer.source_project_id !== answer.target_project_id,
      pullRequest: {
        number: answer.iid,
        id: answer.id,
        url: answer.web_url,
        title: bareTitle(answer.title, draft),
        body: answer.description ?? "",
        // `locked` is what it is while the merge itself runs.
        state: isMerged ? "merged" : answer.state === "closed" ? "closed" : "open",
        draft,
        author: answer.author ?? null,
        headBranch: answer.source_branch,
        // Empty where the branch is gone and had brought no commit.
        headSha: answer.sha ?? "",
        headRepositoryId: answer.source_project_id ?? null,
        baseBranch: answer.target_branch,
        // With a squash that is the squash commit, which carries the change. Before the merge both belong to a trial.
        mergeCommitSha: isMerged ? (answer.squash_commit_sha ?? answer.merge_commit_sha ?? null) : null,
        openedAt: answer.created_at,
        updatedAt: answer.updated_at,
        mergedAt,
        // As on GitHub, a merge closes; GitLab names that time otherwise.
        closedAt: answer.closed_at ?? mergedAt,
      },
    };
  });
