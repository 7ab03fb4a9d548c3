import type { Decision } from "../domain/decision.ts";
import type { PushFact } from "../domain/fact.ts";
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
  const rule = "record-push";
  await deps.commits.add(fact.commits.map((commit) => ({
    repository_id: repository.id,
    sha: commit.sha,
    subject: subjectOf(commit.message),
    message: commit.message,
    author_name: commit.authorName,
    author_email: commit.authorEmail,
    url: commit.url,
    committed_at: commit.committedAt,
  })));
  const touched: ChangeRef[] = [];
  for (const commit of fact.commits) {
    if (commit.reverts.length === 0) continue;
    await deps.reverts.replace(repository.id, { kind: "commit", ref: commit.sha }, commit.reverts.map(targetOf));
    touched.push({ kind: "commit", ref: commit.sha });
  }
  if (fact.toDefaultBranch) touched.push(...(await land(repository, fact, deps)));
  await settleReverts(repository.id, touched, deps);
  return { rule, verdict: fact.commits.length === 0 ? "unchanged" : "recorded", because: describe(fact) };
}

async function land(repository: RepositoryRow, fact: PushFact, deps: Deps): Promise<ChangeRef[]> {
  const landed: ChangeRef[] = [];
  for (const row of await deps.commits.findAll(repository.id, fact.commits.map((commit) => commit.sha))) {
    const isEarlier = row.landed_at === null || fact.pushedAt < row.landed_at || (fact.pushedAt === row.landed_at && fact.afterSha < (row.landed_by_sha ?? ""));
    if (!isEarlier) continue;
    await deps.commits.setLanded(row.id, fact.pushedAt, fact.afterSha);
    landed.push({ kind: "commit", ref: row.sha });
  }
  return landed;
}

function subjectOf(message: string): string {
  return message.split("\n", 1)[0]?.slice(0, 500) ?? "";
}

function describe(fact: PushFact): string {
  const listed = fact.commits.length;
  const cut = fact.commitsCount > listed ? `; the forge lists ${listed} of ${fact.commitsCount}, the rest is not known yet` : "";
  return `${listed} ${listed === 1 ? "commit" : "commits"} on ${fact.branch}${cut}.`;
}
