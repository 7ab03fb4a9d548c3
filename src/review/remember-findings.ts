import type { KnownFinding } from "../domain/review.ts";
import type { MatchedFindings } from "./match-findings.ts";

/**
 * What is to be remembered after a review of this head: what was found is open (also what was resolved before: then it keeps its thread), what is gone is
 * resolved, what was not looked at stays as it was under its file's present name. A dismissed one stays dismissed. A second time changes nothing.
 */
export function rememberFindings(known: KnownFinding[], matched: MatchedFindings, headSha: string): KnownFinding[] {
  const found: KnownFinding[] = matched.found.map(({ finding, known: before }) => ({
    ...finding,
    state: "open",
    firstSeenSha: before?.firstSeenSha ?? headSha,
    lastConfirmedSha: headSha,
    threadId: before?.threadId ?? null,
    url: before?.url ?? null,
  }));
  const resolved = matched.resolved.map((each): KnownFinding => ({ ...each, state: "resolved" }));
  const changed = new Map(
    [...matched.unread, ...matched.moved, ...matched.dismissed, ...resolved, ...found].map((each) => [each.id, each]),
  );
  const before = known.map((each) => changed.get(each.id) ?? each);
  const ids = new Set(known.map(({ id }) => id));
  return [...before, ...found.filter(({ id }) => !ids.has(id))];
}
