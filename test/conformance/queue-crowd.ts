import { describe, expect, test } from "vitest";
import type { CommandState } from "../../src/domain/command.ts";
import type { Store } from "../../src/store/store.ts";
import type { MakeDatabase } from "./database.ts";
import { handClock, putMany, succeeded, type Work, workersAtHand } from "./queue-at-hand.ts";

const repositories = 200;
const commandsOfEach = 3;
/** Longer than all the others together need. */
const timeoutMs = 600_000;

/** Many repositories and few workers, of whom one hangs. */
export function exerciseQueueCrowd(makeDatabase: MakeDatabase): void {
  describe("two hundred repositories at once on eight workers, of whom one hangs", () => {
    test(
      "no two write to one repository, none starves, and who hangs delays nobody else",
      { timeout: 120_000 },
      async () => {
        await using database = await makeDatabase();
        const [one, other] = await database.openTwo();
        const clock = handClock();
        // Those of one repository came in a row: who takes the oldest first serves a few, and the others not at all.
        await putMany(
          one,
          clock,
          repositories * commandsOfEach,
          (index) => `acme/r${Math.floor(index / commandsOfEach)}`,
        );
        const slots = { create_pull_request: { instances: 4, timeoutMs } };
        const crews = [workersAtHand(one, clock, { slots }), workersAtHand(other, clock, { slots })];
        const working = (): Work[] => crews.flatMap((crew) => [...crew.working.values()]);
        const turn = async (): Promise<void> => {
          await Promise.all(crews.map((crew) => crew.turnAll()));
          // What one of them has just ended may be for the other, who has looked already.
          await Promise.all(crews.map((crew) => crew.turnAll()));
          for (const crew of crews) await crew.look();
          const running = working().map(keyOf);
          expect(new Set(running).size, "each writes to a repository of its own").toBe(running.length);
        };
        const done = new Map<string, number[]>();

        await turn();
        const hung = working()[0];
        for (;;) {
          const others = working().filter((work) => work !== hung);
          if (others.length === 0) break;
          const unfinished =
            repositories - 1 - [...done.values()].filter((ids) => ids.length === commandsOfEach).length;
          expect(others.length, "nobody is idle while there is work").toBe(Math.min(7, unfinished));
          for (const work of others) {
            done.set(keyOf(work), [...(done.get(keyOf(work)) ?? []), work.command.id]);
            work.resolve(succeeded);
          }
          const turns = [...done.values()].map((ids) => ids.length);
          const fewest = done.size < repositories - 1 ? 0 : Math.min(...turns);
          expect(Math.max(...turns) - fewest, "nobody has a third turn before all had their first").toBeLessThan(3);
          clock.pass(1000);
          await turn();
        }

        // However long it hung: whose lease is renewed keeps it.
        for (const crew of crews) expect(await crew.rescue()).toBe(0);
        for (const ids of done.values()) expect(ids, "in the order of queueing").toEqual(ids.toSorted((a, b) => a - b));
        expect(await countsOf(one)).toEqual({
          succeeded: (repositories - 1) * commandsOfEach,
          running: 1,
          queued: commandsOfEach - 1,
        });
        expect(hung?.signal.aborted).toBe(false);
        clock.pass(timeoutMs);
        await turn();
        expect(hung?.signal.reason).toMatchObject({ kind: "timed-out" });
      },
    );
  });
}

function keyOf({ command }: Work): string {
  return command.repositoryKey ?? "";
}

async function countsOf({ commands }: Store): Promise<Partial<Record<CommandState, number>>> {
  const states = ["succeeded", "running", "queued"] as const;
  return Object.fromEntries(
    await Promise.all(states.map(async (state) => [state, await commands.count({ state })] as const)),
  );
}
