import { constants } from "node:fs";
import { access, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { z } from "zod";
import { type ChildResult, runChild } from "../child/run-child.ts";
import type { ClaimedCommand, CommandOutcome, CommandProducts } from "../domain/command.ts";
import type { ErrorCode } from "../domain/error.ts";
import { redactDeep } from "../redact/redact-deep.ts";
import type { Redact } from "../redact/redact.ts";
import { createRedactStream } from "../redact/redact-stream.ts";

/** A program that performs commands of one type instead of a built-in worker. */
export type WorkerProgram = {
  /** A path, or a name to be found on PATH. */
  command: string;
  args: string[];
  /** What it sees of the operator's environment besides PATH, HOME, LANG and TMPDIR; it sees nothing else. */
  environment: Record<string, string>;
  timeoutMs: number;
};

export type RunProgramDeps = {
  /** PATH, HOME, LANG and TMPDIR as they are here. */
  environment: { PATH?: string; HOME?: string; LANG?: string; TMPDIR?: string };
  /** Where the program starts, and what relative paths of it mean. */
  workingDirectory: string;
  /** Where its output and its result go, in a folder for each command. */
  logsDir: string;
  /** Told as soon as there is something to look at. */
  onLog: (path: string) => Promise<void>;
  redact: Redact;
  signal: AbortSignal;
  reach: (step: string) => void;
};

/** Of each stream so much is kept, half of it the beginning and half the end. */
const outputBytesMax = 1024 * 1024;
const resultBytesMax = 1024 * 1024;
/** So much of what it last said stands in the reason of a failure. */
const lastWordsCharactersMax = 300;

/**
 * Performs a command by an operator's program: starts it with the command in its arguments and environment, and reads the result file that it writes. It has
 * succeeded when it ended with 0 and its result says so. Whatever it does, hang, shout or lie, is its own failure and nobody else's. A second attempt has
 * files of its own.
 *
 * @throws the signal's reason when the command is told to stop; by then the program and all that it started are gone
 */
export async function runProgram(
  command: ClaimedCommand,
  program: WorkerProgram,
  deps: RunProgramDeps,
): Promise<CommandOutcome> {
  const file = await findProgram(program.command, deps);
  if (file === null)
    return { kind: "failed", code: "WORKER_NOT_CONFIGURED", because: `There is no program ${program.command} to run.` };
  const files = await filesOf(command, deps);
  await deps.onLog(files.stdout);
  deps.reach("program.noted");
  const kept = (path: string) =>
    ({ keep: "file", path, bytesMax: outputBytesMax, through: createRedactStream(deps.redact) }) as const;
  await using payload = await handOver(command.payload, files.payload);
  const ended = await runChild({
    file,
    args: [...program.args, ...payload.args],
    env: {
      ...deps.environment,
      ...program.environment,
      ...protocol(command, { ...payload.said, RESULT_PATH: files.result }),
    },
    cwd: deps.workingDirectory,
    stdout: kept(files.stdout),
    stderr: kept(files.stderr),
    timeoutMs: program.timeoutMs,
    signal: deps.signal,
    limits: { coreBytesMax: 0 },
    onStart: () => deps.reach("program.started"),
  });
  deps.reach("program.ended");
  const products = { artifacts: { stdout: files.stdout, stderr: files.stderr } };
  return outcomeOf(ended, command, files, { program, products }, deps);
}

type Files = { stdout: string; stderr: string; result: string; payload: string };

/** The fence is another one for each claim, so that no two attempts share a file, and none finds what an earlier one left. */
async function filesOf({ id, fence }: ClaimedCommand, { logsDir }: RunProgramDeps): Promise<Files> {
  const folder = join(logsDir, String(id));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const named = (name: string): string => join(folder, `${fence}.${name}`);
  return {
    stdout: named("stdout.log"),
    stderr: named("stderr.log"),
    result: named("result.json"),
    payload: named("payload.json"),
  };
}

/** Linux takes no argument of 128 KiB or more. */
const argumentBytesMax = 100_000;

/** The payload as an argument; one that is too large for that in a file, for as long as the program runs. */
async function handOver(
  payload: Record<string, unknown>,
  path: string,
): Promise<AsyncDisposable & { args: string[]; said: Record<string, string> }> {
  const json = JSON.stringify(payload);
  if (Buffer.byteLength(json) <= argumentBytesMax)
    return { args: ["--payload", json], said: {}, [Symbol.asyncDispose]: async () => {} };
  await writeFile(path, json, { mode: 0o600, flag: "wx" });
  return {
    args: ["--payload-file", path],
    said: { PAYLOAD_PATH: path },
    [Symbol.asyncDispose]: () => rm(path, { force: true }),
  };
}

/** Both names of each: programs that were written for Sprinter run as they are. */
function protocol({ id, type, workflowId }: ClaimedCommand, paths: Record<string, string>): Record<string, string> {
  const said = { COMMAND_ID: String(id), COMMAND_TYPE: type, WORKFLOW_ID: workflowId, ...paths };
  return Object.fromEntries(
    ["PULLWRIGHT", "SPRINTER"].flatMap((prefix) =>
      Object.entries(said).map(([name, value]) => [`${prefix}_WORKER_${name}`, value]),
    ),
  );
}

async function outcomeOf(
  ended: ChildResult,
  command: ClaimedCommand,
  files: Files,
  { program, products }: { program: WorkerProgram; products: CommandProducts },
  deps: RunProgramDeps,
): Promise<CommandOutcome> {
  const again = (code: ErrorCode, because: string): CommandOutcome => ({ kind: "retry", code, because, ...products });
  const never = (code: ErrorCode, because: string): CommandOutcome => ({ kind: "failed", code, because, ...products });
  switch (ended.kind) {
    case "aborted":
      throw deps.signal.reason;
    case "could-not-start":
      return never("WORKER_NOT_CONFIGURED", `${program.command} cannot be started: ${messageOf(ended.cause)}`);
    case "timed-out":
      return again(
        "WORKER_TIMED_OUT",
        `${program.command} ran over its ${Math.round(program.timeoutMs / 1000)} seconds.`,
      );
    case "too-much-output":
      return again("WORKER_FAILED", `${program.command} said more than it may.`);
    case "exited": {
      const result = await readResult(command, files.result, deps.redact);
      deps.reach("program-result.read");
      if (ended.code !== 0) {
        const words = (result.kind === "read" ? result.result.error : null) ?? (await lastWords(files.stderr));
        return again("WORKER_FAILED", deps.redact(`${program.command} ended with ${ended.code}. ${words}`.trim()));
      }
      if (result.kind === "missing")
        return again("WORKER_NO_RESULT", `${program.command} ended well and wrote no result.`);
      if (result.kind === "invalid") return never("WORKER_RESULT_INVALID", deps.redact(result.because));
      const { success, error, artifacts } = redactDeep(result.result, deps.redact);
      if (!success || (error !== null && error !== ""))
        return again("WORKER_FAILED", `${program.command} says that it failed. ${error ?? ""}`.trim());
      return {
        kind: "succeeded",
        because: `${program.command} did it.`,
        artifacts: { ...pathsIn(artifacts), ...products.artifacts },
        result: artifacts,
      };
    }
  }
}

/** What a program writes. Fields that say what we know ourselves may be left out, but not be wrong. */
const workerResult = z.object({
  command_id: z.coerce.string().optional(),
  workflow_id: z.string().optional(),
  command_type: z.string().optional(),
  success: z.boolean(),
  returncode: z.number().int().nullish(),
  started_at: z.string().nullish(),
  finished_at: z.string().nullish(),
  artifacts: z.record(z.string(), z.unknown()).default({}),
  error: z.string().nullable().default(null),
  stdout_path: z.string().nullish(),
  stderr_path: z.string().nullish(),
});

type ReadResult =
  | { kind: "read"; result: z.output<typeof workerResult> }
  | { kind: "missing" }
  | { kind: "invalid"; because: string };

/** The file stays for who looks for it, and like every other that stays it holds no secret. */
async function readResult(command: ClaimedCommand, path: string, redact: Redact): Promise<ReadResult> {
  const text = await readSmallFile(path);
  if (text.kind !== "read") return text;
  await keepRedacted(path, text.text, redact);
  let json: unknown;
  try {
    json = JSON.parse(text.text);
  } catch {
    return { kind: "invalid", because: "The result file is not JSON." };
  }
  const parsed = workerResult.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      kind: "invalid",
      because: `The result file's ${issue?.path.join(".") || "content"} is wrong: ${issue?.message}`,
    };
  }
  const { command_id: id, workflow_id: workflowId, command_type: type } = parsed.data;
  const expected = [String(command.id), command.workflowId, command.type];
  const other = [id, workflowId, type].find((said, index) => said !== undefined && said !== expected[index]);
  if (other !== undefined)
    return { kind: "invalid", because: `The result file is about ${other}, not about command ${command.id}.` };
  return { kind: "read", result: parsed.data };
}

async function keepRedacted(path: string, text: string, redact: Redact): Promise<void> {
  const kept = redact(text);
  if (kept === text) return;
  await writeFile(`${path}.redacted`, kept, { mode: 0o600, flag: "wx" });
  await rename(`${path}.redacted`, path);
}

/** Neither a link nor a pipe is read, and no more than a result may have: the program chose what lies there. */
async function readSmallFile(
  path: string,
): Promise<{ kind: "read"; text: string } | Exclude<ReadResult, { kind: "read" }>> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT"
      ? { kind: "missing" }
      : { kind: "invalid", because: `The result file cannot be read: ${code}.` };
  }
  try {
    const stat = await file.stat();
    if (!stat.isFile()) return { kind: "invalid", because: "The result file is no file." };
    if (stat.size > resultBytesMax)
      return { kind: "invalid", because: `The result file has ${stat.size} bytes; ${resultBytesMax} is the most.` };
    // It may still grow: what was measured is read, and no more.
    const bytes = Buffer.alloc(stat.size);
    const { bytesRead } = await file.read(bytes, 0, stat.size, 0);
    return { kind: "read", text: bytes.toString("utf8", 0, bytesRead) };
  } finally {
    await file.close();
  }
}

/** The end of what it said on its standard error. */
async function lastWords(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    const bytes = Buffer.alloc(Math.min(size, 4096));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString("utf8", 0, bytesRead).trim().slice(-lastWordsCharactersMax);
  } finally {
    await file.close();
  }
}

/** What among the artifacts is a path, for people to follow. */
function pathsIn(artifacts: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(artifacts).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string" && isAbsolute(entry[1]),
    ),
  );
}

async function findProgram(command: string, { environment, workingDirectory }: RunProgramDeps): Promise<string | null> {
  const places = /[/\\]/.test(command)
    ? [resolve(workingDirectory, command)]
    : (environment.PATH ?? "")
        .split(delimiter)
        .flatMap((folder) => (isAbsolute(folder) ? [join(folder, command)] : []));
  for (const place of places) {
    const isThere = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return place;
  }
  return null;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
