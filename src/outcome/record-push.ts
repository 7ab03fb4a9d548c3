import type { Decision } from "../domain/decision.ts";
import type { PushedCommit, PushFact } from "../domain/fact.ts";
import type { LandedCommit, Landing, NewCommit } from "../store/commits.ts";
import type { RepositoryRow } from "../store/repositories.ts";
import type { ChangeRef } from "../store/reverts.ts";
import type { StoreQueries } from "../store/store.ts";
import { targetOf } from "./record-pull-request.ts";
import { settleReverts } from "./settle-reverts.ts";

type Deps = Pick<StoreQueries, "pullRequests" | "commits" | "reverts">;

/**
 * Keeps the commits that a push lists and, for the default branch, when they landed: the earliest push that brought them counts, so a second
 * push or a repeat changes nothing.
 */
export async function recordPush(repository: RepositoryRow, fact: PushFact, deps: Deps): Promise<Decision> {
  const listed = [
    ...new Map(fact.commits.map((commit, index) => [commit.sha, { commit, landing: landingOf(fact, index) }])).values(),
  ];
  const shas = listed.map(({ commit }) => commit.sha);
  const known = new Map((await deps.commits.findLanded(repository.id, shas)).map((row) => [row.sha, row]));
  const touched: ChangeRef[] = [];
  let mentioned = 0;

  const unknown = listed.filter(({ commit }) => !known.has(commit.sha));
  await deps.commits.add(unknown.map(({ commit, landing }) => rowOf(repository, commit, landing)));
  for (const { commit, landing } of listed) {
    const row = known.get(commit.sha);
    const seen = row === undefined ? {} : news(row, commit, landing);
    if (row !== undefined && Object.keys(seen).length > 0) await deps.commits.update(row.id, seen);
    const isLandedNow = landing !== null && (row === undefined || seen.landed_at !== undefined);
    if (isLandedNow) touched.push({ kind: "commit", ref: commit.sha });
    // Where it was thought to have landed before, its siblings are now without it.
    if (isLandedNow && typeof row?.landed_by_sha === "string") touched.push({ kind: "commit", ref: row.landed_by_sha });
    const mentions = commit.reverts.slice(0, mentionsMax - mentioned);
    mentioned += mentions.length;
    if (mentions.length === 0) continue;
    // What a commit says it says for good; a payload that has cut its message takes nothing back.
    await deps.reverts.add(repository.id, { kind: "commit", ref: commit.sha }, mentions.map(targetOf));
    touched.push({ kind: "commit", ref: commit.sha });
  }
  await settleReverts(repository.id, touched, deps);
  return { rule: "record-push", verdict: listed.length === 0 ? "unchanged" : "recorded", because: describe(fact) };
}

/** No honest push takes back so much; whoever holds the secret must not be able to fill the store with one. */
const mentionsMax = 2000;

/** Forges list the commits of a push from the oldest to the newest; the newest is the head, and is there also when the list is cut. */
function landingOf(fact: PushFact, index: number): Landing | null {
  if (!fact.toDefaultBranch) return null;
  return {
    landed_at: fact.pushedAt,
    landed_by_sha: fact.afterSha,
    landed_branch: fact.branch,
    landed_depth: fact.commits.length - 1 - index,
    landed_with: Math.max(fact.commitsCount, fact.commits.length),
  };
}

function rowOf(repository: RepositoryRow, commit: PushedCommit, landing: Landing | null): NewCommit {
  return {
    repository_id: repository.id,
    sha: commit.sha,
    subject: subjectOf(commit.message),
    message: commit.message,
    author_name: commit.authorName,
    author_email: commit.authorEmail,
    url: commit.url,
    committed_at: commit.committedAt,
    ...(landing ?? {
      landed_at: null,
      landed_by_sha: null,
      landed_branch: null,
      landed_depth: null,
      landed_with: null,
    }),
  };
}

/** What a push adds to a known commit. Two addresses, from before and after a rename, lead to the same page: either will do, if it is always the same. */
function news(
  row: LandedCommit,
  commit: PushedCommit,
  landing: Landing | null,
): Partial<Landing & Pick<LandedCommit, "url" | "committed_at">> {
  const isEarlier =
    landing !== null &&
    (row.landed_at === null ||
      landing.landed_at < row.landed_at ||
      (landing.landed_at === row.landed_at && landing.landed_by_sha < (row.landed_by_sha ?? "")));
  return {
    ...(isEarlier ? landing : {}),
    ...(commit.url !== null && commit.url > (row.url ?? "") ? { url: commit.url } : {}),
    ...(commit.committedAt < row.committed_at ? { committed_at: commit.committedAt } : {}),
  };
}

function subjectOf(message: string): string {
  return message.split("\n", 1)[0]?.slice(0, 500) ?? "";
}

function describe(fact: PushFact): string {
  const listed = fact.commits.length;
  const cut =
    fact.commitsCount > listed ? `; the forge lists ${listed} of ${fact.commitsCount}, the rest is not known yet` : "";
  return `${listed} ${listed === 1 ? "commit" : "commits"} on ${fact.branch}${cut}.`;
}
