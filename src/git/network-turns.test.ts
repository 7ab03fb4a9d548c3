import { expect, test } from "vitest";
import { createNetworkTurns } from "./network-turns.ts";

test("one credential is used by one at a time, and no more than two are at it altogether", async () => {
  const turns = createNetworkTurns(2);
  const begun: string[] = [];
  const take = async (credential: string, name: string) => {
    const done = await turns.take(credential, undefined);
    begun.push(name);
    return done;
  };

  const first = await take("a", "a1");
  const waiting = [take("a", "a2"), take("b", "b1"), take("c", "c1")];
  const second = await waiting[1];
  expect(begun).toEqual(["a1", "b1"]);

  first();
  first();
  await waiting[0];
  expect(begun).toEqual(["a1", "b1", "a2"]);
  second?.();
  await waiting[2];
  expect(begun).toEqual(["a1", "b1", "a2", "c1"]);
});

test("whoever gives up waiting is not waited for", async () => {
  const turns = createNetworkTurns(1);
  const done = await turns.take("a", undefined);
  const abort = new AbortController();
  const waiting = turns.take("a", abort.signal);

  abort.abort(new Error("gone"));
  await expect(waiting).rejects.toThrow("gone");
  await expect(turns.take("a", AbortSignal.abort(new Error("was gone")))).rejects.toThrow("was gone");

  done();
  (await turns.take("a", undefined))();
});
