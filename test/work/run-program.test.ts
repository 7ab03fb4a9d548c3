import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ClaimedCommand, CommandOutcome } from "../../src/domain/command.ts";
import { createRedact } from "../../src/redact/redact.ts";
import { runProgram, type RunProgramDeps, type WorkerProgram } from "../../src/work/run-program.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const programs = fileURLToPath(new URL("./programs", import.meta.url));

describe.skipIf(process.platform === "win32")("a worker program", () => {
  test.skipIf(!hasPython())("in Python, written for Sprinter, does a command and says what came of it", async () => {
    await using folder = await temporaryDirectory();

    const outcome = await run(folder.path, {
      command: "python3",
      args: [join(programs, "worker.py")],
      environment: { GREETING: "hello" },
    });

    expect(outcome).toMatchObject({
      kind: "succeeded",
      artifacts: { plan_path: "/plans/1.md" },
      result: { plan_path: "/plans/1.md", changed_files: ["a.txt"], greeting: "hello" },
    });
    expect(await read(outcome, "stdout")).toBe("working on A plan\n");
  });

  test("in shell does one too", async () => {
    await using folder = await temporaryDirectory();

    expect(await runShell(folder.path, "good")).toMatchObject({ kind: "succeeded", result: { answer: "42" } });
  });

  test("sees nothing of our environment but what it was named", async () => {
    await using folder = await temporaryDirectory();
    const printNames = "console.log(JSON.stringify(Object.keys(process.env).sort()))";

    const outcome = await run(folder.path, {
      command: process.execPath,
      args: ["-e", printNames, "--"],
      environment: { GREETING: "hello" },
    });

    const words = ["COMMAND_ID", "COMMAND_TYPE", "RESULT_PATH", "WORKFLOW_ID"];
    expect(JSON.parse(await read(outcome, "stdout"))).toEqual([
      "GREETING",
      "PATH",
      ...words.map((word) => `PULLWRIGHT_WORKER_${word}`),
      ...words.map((word) => `SPRINTER_WORKER_${word}`),
    ]);
  });

  test.each([
    ["says-failed", "retry", "WORKER_FAILED", "sh says that it failed. no disk, token [redacted]"],
    ["error-and-success", "retry", "WORKER_FAILED", "sh says that it failed. but not quite"],
    ["exits", "retry", "WORKER_FAILED", "sh ended with 3. it went wrong: [redacted]"],
    ["lies", "retry", "WORKER_NO_RESULT", "sh ended well and wrote no result."],
    ["no-json", "failed", "WORKER_RESULT_INVALID", "The result file is not JSON."],
    ["wrong-shape", "failed", "WORKER_RESULT_INVALID", expect.stringContaining("The result file's success is wrong")],
    ["other-command", "failed", "WORKER_RESULT_INVALID", "The result file is about 999, not about command 7."],
    ["link", "failed", "WORKER_RESULT_INVALID", "The result file cannot be read: ELOOP."],
    ["pipe", "failed", "WORKER_RESULT_INVALID", "The result file is no file."],
    ["folder", "failed", "WORKER_RESULT_INVALID", "The result file is no file."],
    ["huge", "failed", "WORKER_RESULT_INVALID", "The result file has 2000000 bytes; 1048576 is the most."],
  ])("that %s is a failure of its own", async (mode, kind, code, because) => {
    await using folder = await temporaryDirectory();

    const outcome = await runShell(folder.path, mode);

    expect(outcome).toMatchObject({ kind, code, because });
    expect(outcome).toMatchObject({ artifacts: { stdout: expect.any(String), stderr: expect.any(String) } });
  });

  test("that hangs and will not listen is ended with all that it started", async () => {
    await using folder = await temporaryDirectory();

    // On a busy machine it may be ended before it had begun to hang; then it gets more time.
    let pids: string[] = [];
    for (let fence = 1; pids.length === 0; fence += 1) {
      const outcome = await runShell(folder.path, "hangs", { timeoutMs: 200 * 4 ** (fence - 1) }, {}, { fence });
      expect(outcome).toMatchObject({ kind: "retry", code: "WORKER_TIMED_OUT" });
      const path = join(folder.path, "logs", "7", `${fence}.result.json.pids`);
      pids = (await readFile(path, "utf8").catch(() => "")).trim().split(" ").filter(Boolean);
    }

    expect(pids).toHaveLength(2);
    expect(pids.filter((pid) => isRunning(Number(pid)))).toEqual([]);
  });

  test("that is told to stop is gone when that is over", async () => {
    await using folder = await temporaryDirectory();
    const controller = new AbortController();
    const reason = new Error("cancelled");

    const running = runShell(
      folder.path,
      "hangs",
      {},
      { signal: controller.signal, onLog: async () => controller.abort(reason) },
    );

    await expect(running).rejects.toBe(reason);
  });

  test("that writes a gigabyte takes no memory for it, and the beginning and the end are kept", async () => {
    await using folder = await temporaryDirectory();
    const before = process.memoryUsage().rss;

    const outcome = await runShell(folder.path, "shouts");

    expect(outcome.kind).toBe("succeeded");
    const path = pathOf(outcome, "stdout");
    expect((await stat(path)).size).toBeLessThan(1_100_000);
    expect((await readFile(path, "utf8")).endsWith("the end\n")).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024);
  });

  test("that says a secret leaves none of it in what is kept, in however many pieces it came", async () => {
    await using folder = await temporaryDirectory();
    const secret = "hunter2-the-very-secret-of-acme";

    const outcome = await runShell(
      folder.path,
      "whispers",
      { environment: { SECRET: secret } },
      { redact: createRedact([secret]) },
    );

    expect(outcome).toMatchObject({ kind: "succeeded", result: { note: "[redacted]" } });
    expect(await read(outcome, "stdout")).toBe("the token is [redacted], keep it\n");
    expect(await read(outcome, "stderr")).toBe("[redacted]");
    const kept = join(folder.path, "logs", "7");
    for (const name of await readdir(kept)) expect(await readFile(join(kept, name), "utf8")).not.toContain(secret);
  });

  test("gets a payload that is too large for an argument in a file, which is gone afterwards", async () => {
    await using folder = await temporaryDirectory();
    const payload = { plan: "ä".repeat(400_000) };

    const outcome = await runShell(folder.path, "reads-file", {}, {}, { payload });

    expect(outcome).toMatchObject({ kind: "succeeded", result: { bytes: Buffer.byteLength(JSON.stringify(payload)) } });
    expect(await readdir(join(folder.path, "logs", "7"))).toEqual(["1.result.json", "1.stderr.log", "1.stdout.log"]);
  });

  test("that is not there is a matter of configuration", async () => {
    await using folder = await temporaryDirectory();

    for (const command of ["no-such-program", "./no-such-program", "/no/such/program"])
      expect(await run(folder.path, { command })).toMatchObject({ kind: "failed", code: "WORKER_NOT_CONFIGURED" });
  });

  test("is found beside the work as well as on PATH", async () => {
    await using folder = await temporaryDirectory();

    const outcome = await run(folder.path, { command: "./worker.sh", args: ["good"] }, { workingDirectory: programs });

    expect(outcome.kind).toBe("succeeded");
  });

  test("has files of its own at each attempt", async () => {
    await using folder = await temporaryDirectory();

    await runShell(folder.path, "good", {}, {}, { fence: 1 });
    const second = await runShell(folder.path, "lies", {}, {}, { fence: 2 });

    expect(second).toMatchObject({ code: "WORKER_NO_RESULT" });
    expect((await stat(join(folder.path, "logs", "7", "1.result.json"))).isFile()).toBe(true);
  });
});

const claimed: ClaimedCommand = {
  id: 7,
  type: "execute_plan",
  workflowId: "SCRUM-1",
  repositoryKey: null,
  payload: { title: "A plan" },
  attempt: 1,
  attemptsMax: 3,
  fence: 1,
  requestedBy: "operator",
  createdAt: "2026-01-02T03:04:05.678Z",
};

function runShell(
  folder: string,
  mode: string,
  program: Partial<WorkerProgram> = {},
  deps: Partial<RunProgramDeps> = {},
  command: Partial<ClaimedCommand> = {},
): Promise<CommandOutcome> {
  return run(folder, { command: "sh", args: [join(programs, "worker.sh"), mode], ...program }, deps, command);
}

function run(
  folder: string,
  program: Partial<WorkerProgram>,
  deps: Partial<RunProgramDeps> = {},
  command: Partial<ClaimedCommand> = {},
): Promise<CommandOutcome> {
  return runProgram(
    { ...claimed, ...command },
    { command: "sh", args: [], environment: {}, timeoutMs: 60_000, ...program },
    {
      environment: { PATH: process.env["PATH"] ?? "" },
      workingDirectory: folder,
      logsDir: join(folder, "logs"),
      onLog: async () => {},
      redact: createRedact([]),
      signal: new AbortController().signal,
      reach: () => {},
      ...deps,
    },
  );
}

async function read(outcome: CommandOutcome, stream: "stdout" | "stderr"): Promise<string> {
  return readFile(pathOf(outcome, stream), "utf8");
}

function pathOf(outcome: CommandOutcome, stream: "stdout" | "stderr"): string {
  return outcome.kind === "wait" ? "" : (outcome.artifacts?.[stream] ?? "");
}

/** A process that has ended may still be listed until its parent has heard of it. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

function hasPython(): boolean {
  try {
    execFileSync("python3", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
