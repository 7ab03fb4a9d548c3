import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { systemClock, systemSteadyClock } from "../../src/domain/clock.ts";
import { cancelCommand } from "../../src/queue/cancel.ts";
import { createQueueClock } from "../../src/queue/queue-clock.ts";
import type { StoreLocation } from "../../src/store/open-store.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import type { MakeDatabase } from "./database.ts";
import { commandOf, put, statesOf } from "./queue-at-hand.ts";

/** Real processes on one database, some of them killed. */
export function exerciseQueueProcesses(makeDatabase: MakeDatabase): void {
  describe("processes that work off one queue", () => {
    test("four of them do each command once, and never two of one repository at a time", async () => {
      await using scene = await sceneOf(makeDatabase);
      const { store, clock } = scene;
      const children = await Promise.all(Array.from({ length: 4 }, () => scene.startWorker()));

      const ids: number[] = [];
      for (let index = 0; index < 40; index += 1)
        ids.push(await put(store, clock, { repository: `acme/r${index % 5}` }));
      await Promise.all(ids.map((id) => scene.hears(`end ${id}`)));
      await Promise.all(children.map((child) => child.stop()));

      const journal = await scene.journal();
      expect(journal).toHaveLength(80);
      for (const [repository, lines] of Map.groupBy(journal, ({ repository: name }) => name)) {
        const expected = ids
          .filter((_, index) => repository.endsWith(`r${index % 5}`))
          .flatMap((id) => [`begin ${id}`, `end ${id}`]);
        expect(lines.map(({ what, id }) => `${what} ${id}`)).toEqual(expected);
      }
      expect(await statesOf(store, ids)).toEqual(ids.map(() => "succeeded"));
    });

    test("a command whose process is killed with SIGKILL is done by another", async () => {
      await using scene = await sceneOf(makeDatabase);
      const { store, clock } = scene;
      const victim = await scene.startWorker();
      const id = await put(store, clock, { payload: { hang: true } });
      const behind = await put(store, clock);
      await scene.hears(`begin ${id}`);

      const heir = await scene.startWorker();
      victim.process.kill("SIGKILL");
      await scene.hears(`end ${behind}`);
      await heir.stop();

      expect(await commandOf(store, id)).toMatchObject({ state: "succeeded", attempt: 2, crashes: 1, fence: 2 });
      expect((await scene.journal()).map(({ what, id: of }) => `${what} ${of}`)).toEqual([
        `begin ${id}`,
        `begin ${id}`,
        `end ${id}`,
        `begin ${behind}`,
        `end ${behind}`,
      ]);
    });

    test("a process that is stopped hands back what it cannot finish, and ends", async () => {
      await using scene = await sceneOf(makeDatabase);
      const { store, clock } = scene;
      const child = await scene.startWorker();
      const hung = await put(store, clock, { payload: { hang: true } });
      await scene.hears(`begin ${hung}`);

      const { code, lines } = await child.stop();

      expect([code, lines.at(-1)]).toEqual([0, "stopped"]);
      expect(lines).toContain(`stopped ${hung} stopping`);
      expect(await commandOf(store, hung)).toMatchObject({
        state: "queued",
        attempt: 0,
        crashes: 0,
        lease_owner: null,
      });
    });

    test("a cancel reaches the process that runs the command", async () => {
      await using scene = await sceneOf(makeDatabase);
      const { store, clock } = scene;
      const child = await scene.startWorker();
      const id = await put(store, clock, { payload: { hang: true } });
      await scene.hears(`begin ${id}`);

      await store.transaction((queries) => cancelCommand(id, { actor: "ann" }, queries, clock));
      await scene.hears(`stopped ${id} cancelled`);
      await child.stop();

      expect((await commandOf(store, id)).state).toBe("cancelled");
    });
  });
}

type Worker = {
  process: ChildProcess;
  /** Stops it politely and waits for its end. */
  stop: () => Promise<{ code: number | null; lines: string[] }>;
};

/** A database, and worker processes on it whose words are heard together. */
async function sceneOf(makeDatabase: MakeDatabase) {
  const database = await makeDatabase();
  const store = await database.open();
  const folder = await temporaryDirectory();
  const path = join(folder.path, "journal");
  const heard = new Set<string>();
  const waiting = new Map<string, () => void>();
  const children: Worker[] = [];

  return {
    store,
    clock: createQueueClock(store.engine, { clock: systemClock, steadyMs: systemSteadyClock }),
    startWorker: async (): Promise<Worker> => {
      const worker = await startWorker(database.location, path, (line) => {
        heard.add(line);
        waiting.get(line)?.();
      });
      children.push(worker);
      return worker;
    },
    hears: async (line: string): Promise<void> => {
      if (!heard.has(line)) await new Promise<void>((resolve) => waiting.set(line, resolve));
    },
    journal: async () =>
      (await readFile(path, "utf8"))
        .trim()
        .split("\n")
        .map((line) => {
          const [repository = "", what = "", id = ""] = line.split(" ");
          return { repository, what, id };
        }),
    [Symbol.asyncDispose]: async () => {
      for (const child of children) child.process.kill("SIGKILL");
      await database[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function startWorker(location: StoreLocation, journal: string, onLine: (line: string) => void): Promise<Worker> {
  const program = fileURLToPath(new URL("./worker-child.ts", import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(location), journal], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      onLine(line);
      if (line === "ready") resolve();
    });
    child.once("close", (code) => reject(new Error(`A worker ended with ${code} before it was ready`)));
  });
  return {
    process: child,
    stop: async () => {
      child.kill("SIGTERM");
      const [code] = (await ended) as [number | null];
      return { code, lines };
    },
  };
}
