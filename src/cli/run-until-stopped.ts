import { collectGarbageAlone } from "./collect-garbage-alone.ts";
import { reportFailure } from "./report-failure.ts";

/** How long a stop may take before the process ends anyway; everything acknowledged is on the disk by then. */
const stopMsMax = 9_500;
/** A terminal's Ctrl-C may reach the process twice, through npm and by itself. */
const sameSignalMs = 1000;

/** What a program that runs beside the service may do: hear of the stop, and ask for it. */
export type Running = { stopping: AbortSignal; stop: () => void };

/** Starts a service and waits for SIGINT or SIGTERM; a second one, a while later, does not wait for the polite stop. */
export async function runUntilStopped<Service extends { stop: () => Promise<void> }>(
  start: (onDied: (error: Error) => void) => Promise<Service>,
  started: (service: Service, running: Running) => void,
): Promise<void> {
  collectGarbageAlone();
  const end = Promise.withResolvers<void>();
  const stopping = new AbortController();
  let died: Error | null = null;
  const service = await start((error) => {
    died = error;
    end.resolve();
  });
  let firstAt: number | null = null;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (firstAt !== null && performance.now() - firstAt > sameSignalMs) process.exit(130);
      firstAt ??= performance.now();
      end.resolve();
    });
  }
  started(service, { stopping: stopping.signal, stop: end.resolve });
  await end.promise;
  stopping.abort();
  setTimeout(() => process.exit(1), stopMsMax).unref();
  if (died !== null) process.exitCode = reportFailure(died);
  await service.stop().catch((error: unknown) => {
    process.exitCode = reportFailure(error);
  });
}
