import { link, mkdir, readdir, readFile, rename, stat, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../domain/clock.ts";
import { PullwrightError } from "../domain/error.ts";
import { isNoRoom } from "./no-room.ts";
import { isRunning, ownIdentity, type ProcessIdentity } from "./process-identity.ts";

export type MirrorLock = AsyncDisposable;

type Wait = { waitMs: number; signal: AbortSignal | undefined; clock: Clock };

/** A holder on another machine or in another container is seen only by this: it touches its file. */
const touchEveryMs = 10_000;
const silentForMs = 60_000;

const askAgainMs = 50;

/**
 * Takes the lock in a directory, and waits for a holder that runs. What a process held that runs no more is taken over.
 *
 * Each holder has a file with the next number, made in one step together with its content, so of two that want a number one gets it. The highest number
 * is the lock. It is never removed, only marked as given back; so whoever was slow and makes a lower one finds the higher, and withdraws.
 *
 * @throws {PullwrightError} GIT_TIMED_OUT when the holder keeps it longer than `waitMs`
 */
export async function takeMirrorLock(directory: string, { waitMs, signal, clock }: Wait): Promise<MirrorLock> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const own = await ownIdentity();
  for (let waitedMs = 0; ; waitedMs += askAgainMs) {
    signal?.throwIfAborted();
    const highest = await highestNumber(directory);
    if (highest === 0 || (await isFree(join(directory, String(highest)), own, clock))) {
      const held = await tryNumber(directory, highest + 1, own, clock);
      if (held !== null) return held;
      continue;
    }
    if (waitedMs >= waitMs) {
      throw new PullwrightError(
        "GIT_TIMED_OUT",
        "Another Pullwright process works on this repository's mirror for too long.",
      );
    }
    await pause(askAgainMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function tryNumber(
  directory: string,
  number: number,
  own: ProcessIdentity,
  clock: Clock,
): Promise<MirrorLock | null> {
  const file = join(directory, String(number));
  const written = await writeAside(directory, JSON.stringify(own));
  try {
    await link(written, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
    throw error;
  } finally {
    await unlink(written);
  }
  if ((await highestNumber(directory)) !== number) {
    await unlink(file);
    return null;
  }
  await removeOver(directory, number, clock);

  const touching = setInterval(() => void utimes(file, clock(), clock()).catch(() => undefined), touchEveryMs);
  touching.unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(touching);
      try {
        await rename(await writeAside(directory, givenBack), file);
      } catch (error) {
        if (!isNoRoom(error)) throw error;
        await utimes(file, givenBackAt, givenBackAt);
      }
    },
  };
}

const givenBack = "given back";
/** Says the same where there is no room for words. */
const givenBackAt = 0;

async function writeAside(directory: string, text: string): Promise<string> {
  const path = join(directory, `new-${crypto.randomUUID()}`);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

async function isFree(file: string, own: ProcessIdentity, clock: Clock): Promise<boolean> {
  const text = await readFile(file, "utf8").catch(() => null);
  // Gone since it was listed: there is a higher one, which the next look finds.
  if (text === null) return false;
  if (text === givenBack) return true;
  const mtimeMs = (await stat(file).catch(() => null))?.mtimeMs;
  if (mtimeMs === undefined) return false;
  if (mtimeMs === givenBackAt) return true;
  const running = await isRunning(JSON.parse(text) as ProcessIdentity, own);
  if (running !== null) return !running;
  return clock().getTime() - mtimeMs > silentForMs;
}

async function highestNumber(directory: string): Promise<number> {
  const names = await readdir(directory);
  return Math.max(0, ...names.filter((name) => /^[0-9]+$/.test(name)).map(Number));
}

/** Lower numbers are over, and so is what a process left that was killed while it wrote one. */
async function removeOver(directory: string, number: number, clock: Clock): Promise<void> {
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const isOver = /^[0-9]+$/.test(name)
      ? Number(name) < number
      : clock().getTime() - ((await stat(path).catch(() => null))?.mtimeMs ?? 0) > leftOverAfterMs;
    if (isOver) await unlink(path).catch(() => undefined);
  }
}

const leftOverAfterMs = 3_600_000;
