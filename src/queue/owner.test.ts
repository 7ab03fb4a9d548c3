import { spawnSync } from "node:child_process";
import { hostname } from "node:os";
import { expect, test } from "vitest";
import { isGone, newOwner } from "./owner.ts";

test("two owners never have one name, also of one process", () => {
  expect(newOwner()).not.toBe(newOwner());
});

test("who runs is not gone, and of another machine nothing is known", () => {
  const [, boot, pid, start, word] = newOwner().split("/");

  expect(isGone(newOwner())).toBe(false);
  expect(isGone(["elsewhere", boot, "1", start, word].join("/"))).toBe(false);
  expect(isGone(["elsewhere", "another start", pid, start, word].join("/"))).toBe(false);
});

test("a process of this machine that has ended is gone", () => {
  const [, boot] = newOwner().split("/");
  const { pid } = spawnSync(process.execPath, ["--version"]);

  expect(isGone([hostname(), boot, pid, "1", "x"].join("/"))).toBe(true);
});

test.runIf(process.platform === "linux")("a process that got the number of one that ended is not that one", () => {
  const [host, boot, pid, start, word] = newOwner().split("/");

  expect(start).toMatch(/^\d+$/);
  expect(isGone([host, boot, pid, String(Number(start) - 1), word].join("/"))).toBe(true);
});

test.runIf(process.platform === "linux")("before the machine was started anew, nobody was who is now", () => {
  const [host, , pid, start, word] = newOwner().split("/");

  expect(isGone([host, "an earlier start", pid, start, word].join("/"))).toBe(true);
});

test("what is no owner's name is nobody that one could know", () => {
  for (const name of ["", "x", hostname(), `${hostname()}/b/not a number/1/x`]) expect(isGone(name)).toBe(false);
});
