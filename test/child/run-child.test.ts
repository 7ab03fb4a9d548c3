import { pbkdf2 } from "node:crypto";
import { access, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runChild, type Child, type ChildResult } from "../../src/child/run-child.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "pullwright-child-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function shell(script: string, rest: Partial<Child> = {}): Promise<ChildResult> {
  return runChild({
    file: "/bin/sh",
    args: ["-c", script],
    env: { PATH: "/usr/bin:/bin" },
    cwd: directory,
    stdout: { keep: "all", bytesMax: 1_000_000 },
    timeoutMs: 60_000,
    graceMs: 300,
    ...rest,
  });
}

/** Whether any process has this word in its command line. */
async function isRunning(word: string): Promise<boolean> {
  for (const id of await readdir("/proc")) {
    if (!/^\d+$/.test(id)) continue;
    const [line, status] = await Promise.all(
      ["cmdline", "stat"].map((name) => readFile(`/proc/${id}/${name}`, "latin1").catch(() => "")),
    );
    if (line?.includes(word) === true && !/\) [ZX] /.test(status ?? "")) return true;
  }
  return false;
}

/** A number nobody else sleeps for. */
function uniqueSeconds(): string {
  return `3600.${Math.random().toString().slice(2, 14)}`;
}

describe("a program", () => {
  test("is run with its arguments and its environment, and nothing else", async () => {
    const result = await runChild({
      file: "/usr/bin/env",
      args: [],
      env: { ONLY: "this" },
      cwd: "/",
      stdout: { keep: "all", bytesMax: 1000 },
      timeoutMs: 10_000,
    });

    expect(result).toMatchObject({ kind: "exited", code: 0, stderr: "" });
    expect(result.stdout.toString()).toBe("ONLY=this\n");
  });

  test("says how it ended, what it said and what it complained about", async () => {
    const result = await shell("echo out; echo err >&2; exit 7");

    expect(result).toMatchObject({ kind: "exited", code: 7, stderr: "err\n", stdoutBytes: 4, stderrBytes: 4 });
    expect(result.stdout.toString()).toBe("out\n");
  });

  test("that a signal ended says which", async () => {
    expect(await shell("kill -9 $$")).toMatchObject({ kind: "exited", code: 137 });
  });

  test("reads what it is given, whether at once or piece by piece, and may read none of it", async () => {
    async function* pieces() {
      for (let index = 0; index < 1000; index += 1) yield Buffer.alloc(1000, 97);
      await Promise.resolve();
    }

    expect((await shell("cat", { stdin: Buffer.from("given") })).stdout.toString()).toBe("given");
    expect((await shell("wc -c", { stdin: pieces() })).stdout.toString().trim()).toBe("1000000");
    expect(await shell("exit 3", { stdin: pieces() })).toMatchObject({ kind: "exited", code: 3 });
    expect((await shell("cat")).stdout.toString()).toBe("");
  });

  test("whose input fails is ended, and the failure is the caller's", async () => {
    async function* broken() {
      yield Buffer.from("x");
      await Promise.resolve();
      throw new Error("the input broke");
    }

    await expect(shell("cat", { stdin: broken() })).rejects.toThrow("the input broke");
  });

  test("that is not there, cannot be executed, or has nowhere to run is told apart from one that failed", async () => {
    const plain = join(directory, "plain");
    await writeFile(plain, "x");

    expect(await shell("", { file: "/nowhere/at-all" })).toMatchObject({ kind: "could-not-start" });
    expect(await shell("", { file: plain })).toMatchObject({ kind: "could-not-start" });
    expect(await shell("true", { cwd: "/nowhere" })).toMatchObject({ kind: "could-not-start" });
  });
});

describe("a program that goes on and on", () => {
  test("is ended when its time is up", async () => {
    const seconds = uniqueSeconds();

    expect(await shell(`exec sleep ${seconds}`, { timeoutMs: 100 })).toMatchObject({ kind: "timed-out" });
    expect(await isRunning(seconds)).toBe(false);
  });

  test("and will not hear of ending is killed, with all that it started", async () => {
    const seconds = uniqueSeconds();
    const script = `trap '' TERM; (trap '' TERM; sleep ${seconds}) & sleep ${seconds} & echo started; wait; wait`;
    const abort = new AbortController();

    const running = shell(script, {
      signal: abort.signal,
      stdout: { keep: "none", onBytes: () => abort.abort() },
    });

    expect(await running).toMatchObject({ kind: "aborted" });
    expect(await isRunning(seconds)).toBe(false);
  });

  test("leaves nobody behind when it ends well itself", async () => {
    const seconds = uniqueSeconds();

    const result = await shell(`sleep ${seconds} & echo done`);

    expect(result).toMatchObject({ kind: "exited", code: 0 });
    expect(result.stdout.toString()).toBe("done\n");
    expect(await isRunning(seconds)).toBe(false);
  });

  test("cannot hold us by an output that somebody in another group keeps open", async () => {
    const seconds = uniqueSeconds();
    const pidFile = join(directory, "escaped");
    const escaped = `setsid sh -c 'echo $$ >${pidFile}; exec sleep ${seconds}' & until [ -s ${pidFile} ]; do :; done; echo done`;

    const result = await shell(escaped);

    expect(result).toMatchObject({ kind: "exited", code: 0 });
    expect(result.stdout.toString()).toBe("done\n");
    process.kill(Number(await readFile(pidFile, "utf8")), "SIGKILL");
  });

  test("is not even started for whoever has gone", async () => {
    const mark = join(directory, "started");

    expect(await shell(`touch ${mark}`, { signal: AbortSignal.abort() })).toMatchObject({ kind: "aborted" });
    await expect(access(mark)).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a program that says too much", () => {
  test("is ended where all of it was wanted", async () => {
    const result = await shell("yes", { stdout: { keep: "all", bytesMax: 10_000 } });

    expect(result).toMatchObject({ kind: "too-much-output" });
    expect(result.stdout.length).toBeLessThanOrEqual(10_000);
  });

  test("is heard out where its beginning and end are enough, and what lies between is counted", async () => {
    const result = await shell("echo begin; head -c 5000000 /dev/zero | tr '\\0' x; echo end", {
      stdout: { keep: "head-and-tail", bytesMax: 1000 },
    });

    const text = result.stdout.toString();
    expect(result).toMatchObject({ kind: "exited", stdoutBytes: 5_000_010 });
    expect(text).toMatch(/^begin\nx{494}\n\[… 4999010 bytes left out …\]\nx{496}end\n$/);
  });

  test("may fill a file no further than was said, and our memory not at all", async () => {
    const path = join(directory, "noise");
    const bytes = 1_000_000_000;
    const before = process.memoryUsage().rss;
    let most = 0;
    const watching = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);

    const result = await shell(`head -c ${bytes} /dev/zero; echo complaint >&2`, {
      stdout: { keep: "file", path, bytesMax: 1_000_000 },
      stderr: { keep: "file", path: `${path}.err`, bytesMax: 1_000_000 },
    });
    clearInterval(watching);

    expect(result).toMatchObject({ kind: "exited", code: 0, stdoutBytes: bytes });
    expect((await stat(path)).size).toBeLessThan(1_000_100);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(`${path}.err`, "utf8")).toBe("complaint\n");
    expect(most - before).toBeLessThan(100_000_000);
  });

  test("waits while its reader is slow, and loses nothing", async () => {
    let bytes = 0;
    const result = await shell("head -c 3000000 /dev/zero", {
      stdout: {
        keep: "none",
        onBytes: async (chunk) => {
          bytes += chunk.length;
          await new Promise((resolve) => setImmediate(resolve));
        },
      },
    });

    expect(result).toMatchObject({ kind: "exited", stdoutBytes: 3_000_000 });
    expect(bytes).toBe(3_000_000);
  });

  test("that ends before the file for its words is open is heard all the same", async () => {
    const path = join(directory, "early");
    // Files are opened by the same few threads.
    const busy = Array.from({ length: 12 }, () => promisify(pbkdf2)("x", "y", 100_000, 32, "sha512"));

    const [result] = await Promise.all([
      shell("echo out; echo err >&2; exit 3", {
        stdout: { keep: "file", path, bytesMax: 1000 },
        stderr: { keep: "file", path: `${path}.err`, bytesMax: 1000 },
      }),
      ...busy,
    ]);

    expect(result).toMatchObject({ kind: "exited", code: 3 });
    expect(await readFile(path, "utf8")).toBe("out\n");
    expect(await readFile(`${path}.err`, "utf8")).toBe("err\n");
  });

  test("to a file that is there already overwrites nothing", async () => {
    const path = join(directory, "there");
    await writeFile(path, "precious");

    const script = "head -c 3000000 /dev/zero; sleep 0";
    await expect(shell(script, { stdout: { keep: "file", path, bytesMax: 10 } })).rejects.toMatchObject({
      code: "EEXIST",
    });
    expect(await readFile(path, "utf8")).toBe("precious");
  });
});

test("a program may use no more than it was given", async () => {
  const limits = { openFilesMax: 32, fileBytesMax: 1024, coreBytesMax: 0 };

  const result = await shell("ulimit -n; ulimit -c; head -c 100000 /dev/zero > large; wc -c < large", { limits });

  expect(result.stdout.toString().trim().split(/\s+/)).toEqual(["32", "0", "1024"]);
});
