import type { Kysely, Selectable } from "kysely";
import type { Instant } from "../domain/clock.ts";
import type { FindingState, KnownFinding, Priority } from "../domain/review.ts";
import type { Schema } from "./schema.ts";

export type FindingQueries = ReturnType<typeof findingQueries>;

/** What is remembered of the findings of a pull request. Their ids are unique in it. */
export function findingQueries(db: Kysely<Schema>) {
  return {
    /** All of them, in the order in which they were found first. */
    async ofPullRequest(pullRequestKey: string): Promise<KnownFinding[]> {
      const rows = await db
        .selectFrom("findings")
        .selectAll()
        .where("pull_request_key", "=", pullRequestKey)
        .orderBy("number")
        .execute();
      return rows.map(read);
    },

    /** Adds them, or brings those that are there up to date. What a person dismissed stays dismissed. */
    async save(pullRequestKey: string, findings: KnownFinding[], at: Instant): Promise<void> {
      for (const finding of findings) {
        const { id, ...columns } = written(finding);
        await db
          .insertInto("findings")
          .values({ pull_request_key: pullRequestKey, id, ...columns, updated_at: at })
          .onConflict((conflict) =>
            conflict.columns(["pull_request_key", "id"]).doUpdateSet((eb) => ({
              ...columns,
              state: eb
                .case()
                .when("findings.state", "=", "dismissed")
                .then<FindingState>("dismissed")
                .else(finding.state)
                .end(),
              updated_at: at,
            })),
          )
          .execute();
      }
    },

    /** A person's word. False when there is no such finding. */
    async setState(pullRequestKey: string, id: string, state: FindingState, at: Instant): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable("findings")
        .set({ state, updated_at: at })
        .where("pull_request_key", "=", pullRequestKey)
        .where("id", "=", id)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

function written(finding: KnownFinding) {
  return {
    id: finding.id,
    title: finding.title,
    body: finding.body,
    priority: finding.priority,
    confidence_percent: finding.confidence === null ? null : Math.round(finding.confidence * 100),
    path: finding.path,
    start_line: finding.startLine,
    end_line: finding.endLine,
    suggestion: finding.suggestion,
    code_sha256: finding.codeSha256,
    state: finding.state,
    first_seen_sha: finding.firstSeenSha,
    last_confirmed_sha: finding.lastConfirmedSha,
    thread_id: finding.threadId,
    url: finding.url,
  };
}

function read(row: Selectable<Schema["findings"]>): KnownFinding {
  return {
    id: row.id,
    title: row.title,
    body: row.body,
    priority: row.priority as Priority,
    confidence: row.confidence_percent === null ? null : row.confidence_percent / 100,
    path: row.path,
    startLine: row.start_line,
    endLine: row.end_line,
    suggestion: row.suggestion,
    codeSha256: row.code_sha256,
    state: row.state,
    firstSeenSha: row.first_seen_sha,
    lastConfirmedSha: row.last_confirmed_sha,
    threadId: row.thread_id,
    url: row.url,
  };
}
