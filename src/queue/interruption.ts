/**
 * Why a command that runs is told to stop; the reason of its AbortSignal. `cancelled`: somebody wants it ended. `lease-lost`: another worker has it, and
 * nothing that this one writes counts any more. `timed-out`: it ran over its time. `stopping`: the process ends, the command goes back to the queue.
 */
export class Interruption extends Error {
  readonly kind: "cancelled" | "lease-lost" | "timed-out" | "stopping";

  constructor(kind: Interruption["kind"], message: string) {
    super(message);
    this.name = "Interruption";
    this.kind = kind;
  }
}
