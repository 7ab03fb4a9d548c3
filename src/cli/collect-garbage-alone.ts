import { setFlagsFromString } from "node:v8";

/**
 * Lets the collector of long-lived garbage work on the thread that made it, without helper threads. Each webhook's body is memory outside V8's heap, which
 * sets off a collection of a heap of some thirty megabytes every few hundred bodies; helpers woken that often took a tenth of two cores and made nothing
 * shorter (docs/benchmarks.md). For a process that serves; call it first.
 */
export function collectGarbageAlone(): void {
  setFlagsFromString("--no-concurrent-marking");
}
