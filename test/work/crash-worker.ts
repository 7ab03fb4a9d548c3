import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { WordToWorker } from "./work-child.ts";
import type { Workshop } from "./workshop.ts";

/** A worker in a process of its own, as its parent sees it. */
export type Worker = {
  process: ChildProcess;
  tell: (word: WordToWorker) => void;
  /** Begins to work; a second call does nothing. */
  begin: () => void;
  listen: (onStep: (step: string) => void) => void;
  gone: Promise<unknown>;
  said: () => string[];
  end: () => Promise<void>;
};

/** Starts the process, which then waits for its word to begin. */
export async function startWorker(program: string, shop: Workshop, settings: Record<string, string>): Promise<Worker> {
  const child = fork(program, { stdio: ["ignore", "pipe", "inherit", "ipc"], execArgv: [] });
  // When all that it said has been heard, not only when it is gone.
  const gone = once(child, "close");
  const said: string[] = [];
  let onStep = (_step: string): void => {};
  const stopFollowing = shop.time.follow((aheadMs) => {
    if (child.connected) child.send({ aheadMs } satisfies WordToWorker, () => {});
  });
  void gone.then(stopFollowing);
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on("line", (line) => {
    const [word = "", rest = ""] = line.split(" ", 2);
    if (word === "step") onStep(rest);
    else if (word === "changed") shop.changed();
    else if (word === "ahead") shop.time.setAhead(Number(rest));
    else if (word === "ready") ready.resolve();
    else said.push(line);
  });
  void gone.then(() => ready.reject(new Error("A worker's process ended before it was ready")));
  await ready.promise;
  const tell = (word: WordToWorker): void => void child.send(word, () => {});
  let hasBegun = false;
  return {
    process: child,
    tell,
    begin: () => {
      if (hasBegun) return;
      hasBegun = true;
      const { time, database, environment } = shop;
      tell({ start: { location: database.location, environment: environment(settings), aheadMs: time.aheadMs() } });
    },
    listen: (heard) => {
      onStep = heard;
    },
    gone,
    said: () => said,
    end: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
