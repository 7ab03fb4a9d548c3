/** How many bytes of bodies may be in memory at once, over all requests: being read, or read and not yet stored. */
export type BodyBudget = {
  /** Takes bytes when there is room and nobody of the same size class waits; answers whether it did. */
  tryTake: (bytes: number, size: BodySize) => boolean;
  /**
   * Waits in line for bytes. `whenOver(true)`: they are taken. `whenOver(false)`: the wait was too long, or the line is full. Never called
   * before `wait` returns. What it returns leaves the line, and does nothing once the wait is over.
   */
  wait: (bytes: number, size: BodySize, whenOver: (taken: boolean) => void) => () => void;
  giveBack: (bytes: number) => void;
  inUse: () => number;
};

/**
 * Small bodies are charged as their bytes come, so that a thousand idle senders who announce much hold nothing. Large ones are charged whole
 * before their first byte is read, so that two half-read ones can never wait for each other.
 */
export type BodySize = "small" | "large";

type Waiter = { bytes: number; whenOver: (taken: boolean) => void; timer: NodeJS.Timeout };

/** Room that large bodies may not use, so that a flood of them leaves the usual traffic alone. */
const shareForSmall = 1 / 8;

export function createBodyBudget(limits: { bytesMax: number; waitMsMax?: number; waitersMax?: number }): BodyBudget {
  const { bytesMax, waitMsMax = 5_000, waitersMax = 128 } = limits;
  const bytesForLarge = Math.floor(bytesMax * (1 - shareForSmall));
  const lines: Record<BodySize, Waiter[]> = { small: [], large: [] };
  let used = 0;

  function hasRoom(bytes: number, size: BodySize): boolean {
    // A body that is larger than the budget itself still gets its turn, alone.
    return used + bytes <= (size === "small" ? bytesMax : bytesForLarge) || used === 0;
  }

  function serve(line: Waiter[], size: BodySize): void {
    while (line[0] !== undefined && hasRoom(line[0].bytes, size)) {
      const waiter = line.shift() as Waiter;
      clearTimeout(waiter.timer);
      used += waiter.bytes;
      waiter.whenOver(true);
    }
  }

  return {
    tryTake(bytes, size) {
      if (lines[size].length > 0 || !hasRoom(bytes, size)) return false;
      used += bytes;
      return true;
    },
    wait(bytes, size, whenOver) {
      const line = lines[size];
      const leave = (): void => {
        clearTimeout(waiter.timer);
        const place = line.indexOf(waiter);
        if (place === -1) return;
        line.splice(place, 1);
        // Who stood behind a large one may fit.
        serve(line, size);
      };
      const giveUp = (): void => {
        leave();
        whenOver(false);
      };
      const lineIsFull = line.length >= waitersMax;
      const waiter: Waiter = { bytes, whenOver, timer: setTimeout(giveUp, lineIsFull ? 0 : waitMsMax) };
      if (!lineIsFull) line.push(waiter);
      return leave;
    },
    giveBack(bytes) {
      used -= bytes;
      if (lines.small.length > 0) serve(lines.small, "small");
      if (lines.large.length > 0) serve(lines.large, "large");
    },
    inUse: () => used,
  };
}
