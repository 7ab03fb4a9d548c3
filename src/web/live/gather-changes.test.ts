import { expect, test } from "vitest";
import { gatherChanges } from "./gather-changes.ts";

test("the first change is handed on at once", () => {
  const { gatherer, batches } = gathered();

  gatherer.add(["prs"]);

  expect(batches).toEqual([["prs"]]);
});

test("a flood becomes one batch per interval, each change once", () => {
  const { gatherer, batches, tick } = gathered();

  gatherer.add(["prs"]);
  for (let message = 0; message < 1_000; message += 1) gatherer.add(["prs", "runs"]);
  tick();

  expect(batches).toEqual([["prs"], ["prs", "runs"]]);
});

test("nothing is handed on while the last batch is being worked on, and nothing is lost", () => {
  const { gatherer, batches, tick, setReady } = gathered();
  gatherer.add(["prs"]);

  setReady(false);
  gatherer.add(["runs"]);
  tick();
  expect(batches).toEqual([["prs"]]);

  setReady(true);
  tick();
  expect(batches).toEqual([["prs"], ["runs"]]);
});

test("after a quiet interval the next change is handed on at once again", () => {
  const { gatherer, batches, tick } = gathered();

  gatherer.add(["prs"]);
  tick();
  gatherer.add(["runs"]);

  expect(batches).toEqual([["prs"], ["runs"]]);
});

test("a stopped gatherer hands nothing on", () => {
  const { gatherer, batches, tick } = gathered();
  gatherer.add(["prs"]);

  gatherer.add(["runs"]);
  gatherer.stop();
  tick();

  expect(batches).toEqual([["prs"]]);
});

/** A gatherer whose time is moved by hand. */
function gathered() {
  const batches: string[][] = [];
  let waiting: (() => void) | null = null;
  let ready = true;
  const gatherer = gatherChanges<string>(500, (batch) => batches.push([...batch]), {
    later: (run) => {
      waiting = run;
      return () => (waiting = null);
    },
    ready: () => ready,
  });
  return {
    gatherer,
    batches,
    setReady: (value: boolean) => (ready = value),
    tick: () => {
      const run = waiting;
      waiting = null;
      run?.();
    },
  };
}
