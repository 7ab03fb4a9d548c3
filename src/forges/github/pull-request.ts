import { z } from "zod";
import { commitIdDigits } from "../commit-id-digits.ts";
import { WrongAnswer } from "../forge-call.ts";
import type { CallOptions, ForgePullRequest, ForgeRepositoryRef, NewPullRequest, PullRequestFilter } from "../forge.ts";
import { fitText, fitTitle } from "../fit-text.ts";
import type { NewlyMade } from "../newly-made.ts";
import { readAnswer } from "../read-answer.ts";
import {
  idField,
  instantField,
  mustBe,
  mustHavePage,
  numberField,
  shaField,
  slugField,
  urlField,
  userField,
} from "./answer-fields.ts";
import { type GithubClient, ownerAndName } from "./client.ts";
import { isNoCommit } from "./commit.ts";
import { bodyCharactersMax, titleCharactersMax } from "./text-limits.ts";

/** Opens a pull request from a branch of the repository itself. Sent once; a second one for the same branches is refused by GitHub as a conflict. */
export async function openPullRequest(
  client: GithubClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  request: NewPullRequest,
  options: CallOptions | undefined,
): Promise<ForgePullRequest> {
  const opened = await client.inRepository(
    ref,
    (now) => ({
      what: `Opening a pull request in ${now.slug}`,
      kind: "write",
      route: "POST /repos/{owner}/{repo}/pulls",
      parameters: {
        ...ownerAndName(now),
        title: fitTitle(request.title, titleCharactersMax),
        body: fitText(request.body, bodyCharactersMax),
        head: request.headBranch,
        base: request.baseBranch,
        draft: request.draft,
      },
      accept: (data) => {
        const pullRequest = readPullRequestOf(now, data);
        if (pullRequest.headBranch !== request.headBranch || pullRequest.baseBranch !== request.baseBranch)
          throw new WrongAnswer("its branches are others than were asked for");
        return pullRequest;
      },
    }),
    options,
  );
  newlyMade.add(nameOf(ref, opened.number));
  return opened;
}

export function readPullRequest(
  client: GithubClient,
  newlyMade: NewlyMade,
  ref: ForgeRepositoryRef,
  number: number,
  options: CallOptions | undefined,
): Promise<ForgePullRequest> {
  return client.inRepository(
    ref,
    (now) => ({
      what: `Reading ${now.slug}#${number}`,
      kind: "read",
      isNew: newlyMade.has(nameOf(ref, number)),
      route: "GET /repos/{owner}/{repo}/pulls/{pull_number}",
      parameters: { ...ownerAndName(now), pull_number: number },
      accept: (data) => numbered(readPullRequestOf(now, data), number),
    }),
    options,
  );
}

/** Newest first. GitHub does not tell merged from closed in its filter, and takes a head branch that it does not understand for none: both are looked at again here. */
export async function listPullRequests(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  { state, headBranch, baseBranch, limit = limitUnlessTold }: PullRequestFilter,
  options: CallOptions | undefined,
): Promise<ForgePullRequest[]> {
  return await client.list(
    ref,
    (now) => ({
      what: `Listing pull requests of ${now.slug}`,
      kind: "read",
      route: "GET /repos/{owner}/{repo}/pulls",
      parameters: {
        ...ownerAndName(now),
        state: state === "merged" ? "closed" : state,
        ...(headBranch === undefined ? {} : { head: `${ownerAndName(now).owner}:${headBranch}` }),
        ...(baseBranch === undefined ? {} : { base: baseBranch }),
        sort: "created",
        direction: "desc",
        per_page: 100,
      },
      accept: (data) =>
        readAnswer(z.array(pullRequestAnswer), data)
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

/**
 * The pull requests that a commit belongs to, newest first; a hundred at most. GitHub tells open and merged ones, and of a fork's commit also those that
 * are in other repositories, which are left out.
 */
export async function listPullRequestsOfCommit(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  sha: string,
  options: CallOptions | undefined,
): Promise<ForgePullRequest[]> {
  const commitSha = commitIdDigits(sha);
  const asked = client.list(
    ref,
    (now) => ({
      what: `Listing pull requests of ${commitSha.slice(0, 12)} in ${now.slug}`,
      kind: "read",
      route: "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
      parameters: { ...ownerAndName(now), commit_sha: commitSha, per_page: 100 },
      accept: (data) =>
        readAnswer(z.array(pullRequestAnswer), data)
          .filter(({ slug }) => slug.toLowerCase() === now.slug.toLowerCase())
          .map((found) => belonging(now, found).pullRequest),
    }),
    options,
    limitUnlessTold,
  );
  try {
    return (await asked).toSorted((a, b) => b.number - a.number);
  } catch (error) {
    if (isNoCommit(error)) return [];
    throw error;
  }
}

/** Changes what is given and leaves the rest. A second call changes nothing more. */
export function changePullRequest(
  client: GithubClient,
  ref: ForgeRepositoryRef,
  number: number,
  { title, body, state }: { title?: string; body?: string; state?: "open" | "closed" },
  options: CallOptions | undefined,
): Promise<ForgePullRequest> {
  return client.inRepository(
    ref,
    (now) => ({
      what: `Changing ${now.slug}#${number}`,
      kind: "write",
      route: "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
      parameters: {
        ...ownerAndName(now),
        pull_number: number,
        ...(title === undefined ? {} : { title: fitTitle(title, titleCharactersMax) }),
        ...(body === undefined ? {} : { body: fitText(body, bodyCharactersMax) }),
        ...(state === undefined ? {} : { state }),
      },
      accept: (data) => numbered(readPullRequestOf(now, data), number),
    }),
    options,
  );
}

const limitUnlessTold = 100;

function nameOf(ref: ForgeRepositoryRef, number: number): string {
  return `${ref.slug.toLowerCase()}!${number}`;
}

function readPullRequestOf(ref: ForgeRepositoryRef, data: unknown): ForgePullRequest {
  return belonging(ref, readAnswer(pullRequestAnswer, data)).pullRequest;
}

function belonging(ref: ForgeRepositoryRef, answer: PullRequestAnswer): PullRequestAnswer {
  mustBe("repository", answer.slug, ref.slug);
  mustHavePage(answer.pullRequest.url, `/pull/${answer.pullRequest.number}`);
  return answer;
}

function numbered(pullRequest: ForgePullRequest, number: number): ForgePullRequest {
  mustBe("number", pullRequest.number, number);
  return pullRequest;
}

type PullRequestAnswer = z.output<typeof pullRequestAnswer>;

const branchField = z.string().min(1).max(1024);

const pullRequestAnswer = z
  .object({
    number: numberField,
    id: idField,
    html_url: urlField,
    title: z.string(),
    body: z.string().nullable(),
    state: z.enum(["open", "closed"]),
    draft: z.boolean().optional(),
    user: userField.nullable(),
    head: z.object({ ref: branchField, sha: shaField, repo: z.object({ id: idField }).nullable() }),
    base: z.object({ ref: branchField, repo: z.object({ id: idField, full_name: slugField }) }),
    merge_commit_sha: shaField.nullable(),
    created_at: instantField,
    updated_at: instantField,
    merged_at: instantField.nullable(),
    closed_at: instantField.nullable(),
  })
  .transform((answer): { pullRequest: ForgePullRequest; slug: string; isFromFork: boolean } => {
    const { head, base, merged_at: mergedAt } = answer;
    return {
      slug: base.repo.full_name,
      isFromFork: head.repo?.id !== base.repo.id,
      pullRequest: {
        number: answer.number,
        id: answer.id,
        url: answer.html_url,
        title: answer.title,
        body: answer.body ?? "",
        state: mergedAt === null ? answer.state : "merged",
        draft: answer.draft ?? false,
        author: answer.user,
        headBranch: head.ref,
        headSha: head.sha,
        headRepositoryId: head.repo?.id ?? null,
        baseBranch: base.ref,
        // Until it is merged this is the commit of a trial merge, which nobody ever sees.
        mergeCommitSha: mergedAt === null ? null : answer.merge_commit_sha,
        openedAt: answer.created_at,
        updatedAt: answer.updated_at,
        mergedAt,
        closedAt: answer.closed_at,
      },
    };
  });
