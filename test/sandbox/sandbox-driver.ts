import { connect } from "node:net";
import { readFileSync } from "node:fs";
import { createSandbox, type SandboxOptions } from "../../src/sandbox/create-sandbox.ts";
import type { Mount, SandboxEnding, SandboxLimits, SandboxStanding } from "../../src/sandbox/sandbox.ts";

// sandbox-driver.ts < JSON    Runs one program in a sandbox, in a process of its own: so that it can be done as another user, and so that a test can kill it.

/** What a test asks for. What it leaves out is harmless. */
export type DriverQuestion = {
  sandbox: SandboxOptions["sandbox"];
  walls: NonNullable<SandboxOptions["walls"]>;
  temporaryDir: string;
  file: string;
  args: string[];
  env?: Record<string, string>;
  cwd?: string;
  stdin?: string;
  readOnly?: Mount[];
  writable?: Mount[];
  model?: { socketPath: string; port: number };
  limits?: Partial<SandboxLimits>;
  /** Gives up as soon as the program says this word. */
  abortOn?: string;
};

export type DriverAnswer = {
  standing: SandboxStanding;
  /** Null when it was refused. */
  ending: SandboxEnding | null;
  refused: string | null;
  stdout: string;
  stderr: string;
  warnings: string[];
  tookMs: number;
};

const generousLimits: SandboxLimits = {
  timeoutMs: 30_000,
  memoryBytesMax: 1_073_741_824,
  cpuMsMax: 60_000,
  processesMax: 256,
  fileBytesMax: 67_108_864,
  openFilesMax: 512,
  outputBytesMax: 8_388_608,
  writtenBytesMax: 134_217_728,
};

if (process.argv[1] === import.meta.filename) {
  const question = JSON.parse(readFileSync(0, "utf8")) as DriverQuestion;
  const hooked = process.env["TELL_START_TO"];
  process.stdout.write(JSON.stringify(await answer(question, hooked ?? null)));
}

async function answer(question: DriverQuestion, tellStartTo: string | null): Promise<DriverAnswer> {
  const warnings: string[] = [];
  const { sandbox: wanted, walls, temporaryDir } = question;
  const sandbox = createSandbox(
    { sandbox: wanted, walls, temporaryDir },
    { steadyClock: () => performance.now(), warn: (message) => warnings.push(message) },
  );
  const standing = await sandbox.probe();
  const said = { stdout: "", stderr: "" };
  const abort = new AbortController();
  const begin = performance.now();
  let ending: SandboxEnding | null = null;
  let refused: string | null = null;
  try {
    ending = await sandbox.run({
      file: question.file,
      args: question.args,
      env: { PATH: "/opt/node/bin:/usr/bin:/bin", HOME: "/home/agent", ...question.env },
      cwd: question.cwd ?? "/tmp",
      stdin: Buffer.from(question.stdin ?? ""),
      readOnly: question.readOnly ?? [],
      writable: question.writable ?? [],
      model: question.model ?? null,
      limits: { ...generousLimits, ...question.limits },
      signal: abort.signal,
      onOutput: (stream, bytes) => {
        said[stream] = (said[stream] + Buffer.from(bytes).toString("utf8")).slice(-1_000_000);
        if (question.abortOn !== undefined && said.stdout.includes(question.abortOn)) abort.abort();
        if (tellStartTo !== null && said.stdout.includes("started")) connect(tellStartTo).end("started");
      },
    });
  } catch (error) {
    refused = (error as { code?: string }).code ?? String(error);
  }
  const plainEnding = ending?.kind === "could-not-start" ? { ...ending, cause: String(ending.cause) } : ending;
  return { standing, ending: plainEnding, refused, ...said, warnings, tookMs: performance.now() - begin };
}
