import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import type { CiRunRow } from "../store/ci-runs.ts";
import type { PullRequestRow } from "../store/pull-requests.ts";
import type { ChangeRef, RevertRow } from "../store/reverts.ts";
import { ciRunRow, showCiRun } from "./ci-runs.ts";
import { listInput, listOutput, readList } from "./list.ts";
import { operation, type OperationDeps } from "./operation.ts";
import { parseSince, sinceInput } from "./since.ts";
import { wholeNumber } from "./whole-number.ts";

export const pullRequestRow = z
  .object({
    id: z.number().int(),
    provider: z.enum(["github", "gitlab"]),
    repo_slug: z.string(),
    repository_id: z.number().int(),
    pr_number: z.number().int(),
    title: z.string().nullable(),
    state: z.enum(["open", "merged", "closed"]),
    draft: z.boolean(),
    author: z.string().nullable(),
    url: z.string().nullable(),
    base_branch: z.string().nullable(),
    head_branch: z.string().nullable(),
    head_sha: z.string().nullable(),
    merge_commit_sha: z.string().nullable(),
    opened_at: z.string().nullable(),
    closed_at: z.string().nullable(),
    merged_at: z.string().nullable(),
    reverted_at: z.string().nullable(),
    updated_at: z.string(),
    truth_wanted: z
      .boolean()
      .describe("Two facts claim the same moment, or the time of the merge is unknown, so the forge will be asked."),
    ci: z
      .object({
        success: z.number().int(),
        failure: z.number().int(),
        pending: z.number().int(),
        other: z.number().int(),
      })
      .describe("The last attempt of each run on the head commit."),
  })
  .meta({ id: "PullRequest" });

const revertLink = z
  .object({
    kind: z.enum(["pull-request", "commit"]),
    ref: z.string(),
    id: z.number().int().nullable(),
    title: z.string().nullable(),
    at: z.string().nullable().describe("When it took effect; null when it has not."),
    evidence: z.string(),
  })
  .meta({ id: "RevertLink" });

const pullRequestDetail = pullRequestRow
  .extend({
    raw_json: z.string(),
    runs: z.array(ciRunRow),
    reverted_by: z.array(revertLink),
    reverts: z.array(revertLink),
  })
  .meta({ id: "PullRequestDetail" });

export const listPullRequests = operation({
  name: "listPullRequests",
  kind: "read",
  summary: "Pull requests and merge requests with what came of them, last changed first.",
  input: z.object({
    ...listInput,
    repo: z.string().max(300).optional(),
    state: z.enum(["open", "closed", "merged", "reverted"]).optional(),
    since: sinceInput,
  }),
  output: listOutput(pullRequestRow),
  run: async ({ repo, state, since, ...page }, { store, clock }) => {
    const named = { ...(repo === undefined ? {} : { repo }), ...(state === undefined ? {} : { state }) };
    const from = parseSince(since, clock);
    const filter = { ...named, ...(from === undefined ? {} : { since: from }) };
    const list = await readList("prs", { ...named, since }, page, {
      page: (request) => store.pullRequests.list(filter, request),
      count: () => store.pullRequests.count(filter),
    });
    const runs = await store.ciRuns.onCommits([
      ...new Set(list.data.flatMap((row) => (row.head_sha === null ? [] : [row.head_sha]))),
    ]);
    return { ...list, data: list.data.map((row) => showPullRequest(row, runs)) };
  },
});

export const getPullRequest = operation({
  name: "getPullRequest",
  kind: "read",
  summary: "One pull request with its CI runs, what reverted it and what it reverts.",
  input: z.object({ id: wholeNumber(1) }),
  output: pullRequestDetail,
  run: async ({ id }, { store }) => {
    const stored = await store.pullRequests.get(id);
    if (stored === undefined)
      throw new PullwrightError(
        "RESOURCE_NOT_FOUND",
        `There is no pull request with the id ${id}; ids are in the list.`,
      );
    const { registers: _registers, raw_json, ...row } = stored;
    const commits = [row.head_sha, row.merge_commit_sha].filter((sha) => sha !== null);
    const runs = (await store.ciRuns.onCommits(commits)).filter((run) => run.repository_id === row.repository_id);
    return { ...showPullRequest(row, runs), raw_json, runs: runs.map(showCiRun), ...(await revertLinks(row, store)) };
  },
});

function showPullRequest(row: PullRequestRow, runs: CiRunRow[]): z.output<typeof pullRequestRow> {
  const { commits_count: _commits, changed_files_count: _files, ...shown } = row;
  const onHead = runs.filter((run) => run.repository_id === row.repository_id && run.commit_sha === row.head_sha);
  return {
    ...shown,
    draft: row.draft !== 0,
    truth_wanted: row.truth_wanted !== 0,
    ci: countByStatus(lastAttempts(onHead)),
  };
}

function lastAttempts(runs: CiRunRow[]): CiRunRow[] {
  const last = new Map<string, CiRunRow>();
  for (const run of runs) {
    const key = JSON.stringify([run.provider, run.kind, run.run_id]);
    const other = last.get(key);
    if (other === undefined || run.run_attempt > other.run_attempt) last.set(key, run);
  }
  return [...last.values()];
}

function countByStatus(runs: CiRunRow[]): { success: number; failure: number; pending: number; other: number } {
  const counts = { success: 0, failure: 0, pending: 0, other: 0 };
  for (const { status } of runs) {
    if (status === "success" || status === "failure") counts[status] += 1;
    else if (status === "pending" || status === "in_progress") counts.pending += 1;
    else counts.other += 1;
  }
  return counts;
}

async function revertLinks(row: PullRequestRow, store: OperationDeps["store"]) {
  const itself: ChangeRef[] = [
    { kind: "pull-request", ref: String(row.pr_number) },
    ...(row.merge_commit_sha === null ? [] : [{ kind: "commit", ref: row.merge_commit_sha } as const]),
  ];
  const [of, by] = [[] as RevertRow[], [] as RevertRow[]];
  for (const change of itself) {
    of.push(...(await store.reverts.of(row.repository_id, change)));
    by.push(...(await store.reverts.by(row.repository_id, change)));
  }
  const reverted_by = await Promise.all(
    of.map((edge) => linkTo({ kind: edge.reverter_kind, ref: edge.reverter_ref }, edge.evidence)),
  );
  const reverts = await Promise.all(
    by.map((edge) => linkTo({ kind: edge.target_kind, ref: edge.target_ref }, edge.evidence)),
  );
  return { reverted_by: onceEach(reverted_by), reverts: onceEach(reverts) };

  /** A commit that merged a pull request is shown as that pull request. */
  async function linkTo(change: ChangeRef, evidence: string) {
    const merged =
      change.kind === "commit"
        ? (await store.pullRequests.mergedByPrefix(row.repository_id, [change.ref]))[0]
        : undefined;
    const pullRequest =
      merged ??
      (change.kind === "pull-request"
        ? await store.pullRequests.find(row.repository_id, Number(change.ref))
        : undefined);
    if (pullRequest !== undefined)
      return {
        kind: "pull-request" as const,
        ref: String(pullRequest.pr_number),
        id: pullRequest.id,
        title: pullRequest.title,
        at: pullRequest.merged_at,
        evidence,
      };
    const commit =
      change.kind === "commit" ? (await store.commits.findByPrefix(row.repository_id, change.ref))[0] : undefined;
    return {
      ...change,
      ref: commit?.sha ?? change.ref,
      id: commit?.id ?? null,
      title: commit?.subject ?? null,
      at: commit?.landed_at ?? null,
      evidence,
    };
  }
}

function onceEach<Link extends { kind: string; ref: string }>(links: Link[]): Link[] {
  return [...new Map(links.map((link) => [`${link.kind} ${link.ref}`, link])).values()];
}
