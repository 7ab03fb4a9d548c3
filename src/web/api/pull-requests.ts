import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { getPullRequest, pullRequestRow } from "../../operations/pull-requests.ts";
import { readJson } from "./request.ts";

/** A row of `GET /api/v1/prs`. */
export type PullRequestRow = z.output<typeof pullRequestRow>;

/** How the runs on the head commit stand. */
export type CiCounts = PullRequestRow["ci"];

export type PullRequest = z.output<(typeof getPullRequest)["output"]>;

/** One end of a revert: the pull request or commit at the other end, and how it is known. */
export type RevertLink = PullRequest["reverts"][number];

/** What a person calls the state: a merged one that was reverted is reverted, an open draft is a draft. */
export type PullRequestCondition = "open" | "draft" | "merged" | "closed" | "reverted";

export function conditionOf(
  pullRequest: Pick<PullRequestRow, "state" | "draft" | "reverted_at">,
): PullRequestCondition {
  if (pullRequest.state === "merged" && pullRequest.reverted_at !== null) return "reverted";
  return pullRequest.state === "open" && pullRequest.draft ? "draft" : pullRequest.state;
}

/** One pull request with its runs, what reverted it and what it reverts. */
export function usePullRequest(id: string) {
  return useQuery({
    queryKey: ["prs", "one", id],
    queryFn: ({ signal }) => readJson<PullRequest>(`/api/v1/prs/${encodeURIComponent(id)}`, signal),
  });
}
