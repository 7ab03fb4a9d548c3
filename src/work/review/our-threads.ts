import type { Forge, ForgeRepositoryRef, ForgeThread } from "../../forges/forge.ts";

/** A thread that we began, and the finding that it is about. */
export type OurThread = { findingId: string; thread: ForgeThread };

export type OurThreadsDeps = {
  forge: Forge;
  /** Whether a text bears a mark of ours, whatever it was made for. */
  isMarked: (text: string) => boolean;
  signal: AbortSignal;
};

/** The line of a comment that says which finding it is about. */
export function findingMark(findingId: string): string {
  return `<!-- pullwright:finding id=${findingId} -->`;
}

/** Our threads on a pull request, oldest first: begun by our own account, with a mark that only we can make. Others can paste a mark, not write as us. */
export async function ourThreads(
  ref: ForgeRepositoryRef,
  number: number,
  { forge, isMarked, signal }: OurThreadsDeps,
): Promise<OurThread[]> {
  const [me, threads] = [await forge.whoAmI({ signal }), await forge.listThreads(ref, number, { signal })];
  return threads.flatMap((thread) => {
    const [first] = thread.comments;
    if (first?.author?.id !== me.id || !isMarked(first.body)) return [];
    const findingId = /<!-- pullwright:finding id=(f_[0-9a-f]{10}) -->/.exec(first.body)?.[1];
    return findingId === undefined ? [] : [{ findingId, thread }];
  });
}
