/** Collects what changed and hands it on in batches; see `gatherChanges`. */
export type ChangeGatherer<Change> = { add: (changes: Iterable<Change>) => void; stop: () => void };

export type GatherChangesDeps = {
  /** Runs something later and returns how to call it off. */
  later: (run: () => void, delayMs: number) => () => void;
  /** False while the last batch is still being worked on; the next one then waits another round. */
  ready: () => boolean;
};

/**
 * Hands changes on at most once per interval, each once, the first at once: a flood of messages becomes a few refetches a second, and a
 * slow server is never asked again before it answered.
 */
export function gatherChanges<Change>(
  intervalMs: number,
  handOn: (changes: Set<Change>) => void,
  deps: GatherChangesDeps,
): ChangeGatherer<Change> {
  let gathered = new Set<Change>();
  let callOff: (() => void) | null = null;

  function handOver(): void {
    callOff = null;
    if (gathered.size === 0) return;
    if (deps.ready()) {
      const batch = gathered;
      gathered = new Set();
      handOn(batch);
    }
    callOff = deps.later(handOver, intervalMs);
  }

  return {
    add(changes) {
      for (const change of changes) gathered.add(change);
      if (callOff === null) handOver();
    },
    stop() {
      callOff?.();
      callOff = null;
      gathered.clear();
    },
  };
}
