export type WhileOpenDeps = {
  /** Tells once when events say that the pull request is closed; returns how to stop listening. */
  onceClosed: (tell: () => void) => () => void;
  /** The forge's own word: events come late, and in any order. */
  isClosed: () => Promise<boolean>;
  signal: AbortSignal;
};

/**
 * Does something for a pull request as long as that is open. When it is closed or merged meanwhile the act is told to stop, and what it would have given is null: a
 * reviewer costs money by the minute, and nobody will read what it says.
 *
 * @throws what the act throws for any other reason
 */
export async function whileOpen<Result>(
  act: (signal: AbortSignal) => Promise<Result>,
  { onceClosed, isClosed, signal }: WhileOpenDeps,
): Promise<Result | null> {
  const over = new AbortController();
  const stop = onceClosed(() => {
    // Where the forge cannot be asked the act goes on: it is asked again behind it.
    isClosed().then(
      (isSo) => (isSo ? over.abort(new Error("The pull request was closed.")) : undefined),
      () => {},
    );
  });
  try {
    return await act(AbortSignal.any([signal, over.signal]));
  } catch (error) {
    if (over.signal.aborted && !signal.aborted) return null;
    throw error;
  } finally {
    stop();
  }
}
