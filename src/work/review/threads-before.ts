import type { RepositoryRef } from "../../domain/repository-ref.ts";
import type { KnownFinding } from "../../domain/review.ts";
import type { Forge } from "../../forges/forge.ts";
import { ourThreads } from "./our-threads.ts";
import type { ReviewMemory } from "./review-memory.ts";

/** What is known of a pull request before it is reviewed again. */
export type Before = {
  known: KnownFinding[];
  /** Findings that have a thread, and where it is. */
  threads: Map<string, { id: string; url: string | null; isResolved: boolean }>;
  /** Findings that had a thread once; one whose comment a person deleted has none now, and gets no other. */
  posted: ReadonlySet<string>;
};

export type ThreadsBeforeDeps = {
  forge: Forge;
  memory: Pick<ReviewMemory, "known" | "dismiss">;
  isMarked: (text: string) => boolean;
  signal: AbortSignal;
};

/**
 * Reads what is remembered, and what has happened to our threads since: one that somebody else resolved is dismissed and never said again. A thread that we do not
 * remember, because the store came back from a backup, is found by its mark.
 */
export async function threadsBefore(
  { ref, number, pullRequestKey }: { ref: RepositoryRef; number: number; pullRequestKey: string },
  deps: ThreadsBeforeDeps,
): Promise<Before> {
  const { forge, memory, signal } = deps;
  const me = await forge.whoAmI({ signal });
  const present = await ourThreads(ref, number, deps);
  const known = await memory.known(pullRequestKey);
  const dismissed = new Set(
    present
      .filter(({ thread }) => thread.isResolved && thread.resolvedBy !== null && thread.resolvedBy.id !== me.id)
      .map(({ findingId }) => findingId),
  );
  const newly = known.filter(({ id, state }) => state !== "dismissed" && dismissed.has(id)).map(({ id }) => id);
  if (newly.length > 0) await memory.dismiss(pullRequestKey, newly);
  const threads = new Map(
    present.map(({ findingId, thread: { id, url, isResolved } }) => [findingId, { id, url, isResolved }]),
  );
  return {
    threads,
    posted: new Set(known.flatMap(({ id, threadId }) => (threadId === null ? [] : [id]))),
    known: known.map((finding) => ({
      ...finding,
      state: dismissed.has(finding.id) ? "dismissed" : finding.state,
      threadId: threads.get(finding.id)?.id ?? finding.threadId,
      url: threads.get(finding.id)?.url ?? finding.url,
    })),
  };
}
