import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { PullwrightError, type ErrorCode } from "../domain/error.ts";
import type { AgentUsage } from "../domain/review.ts";
import type { Mount, SandboxEnding, SandboxLimits } from "../sandbox/sandbox.ts";
import { removeTree } from "../child/remove-tree.ts";
import type { AgentAnswer, AgentQuestion } from "./agent.ts";
import { inside } from "./agent-environment.ts";
import { upstreamOf } from "./model-credential.ts";
import type { AgentDeps, AgentOptions, Credentials, InstalledAgent } from "./create-agent.ts";
import type { AgentCommandLine, AgentSaid, Manner } from "./manner.ts";
import type { CredentialFound } from "./model-credential.ts";
import { openModelProxy, type ModelBudget, type ModelProxy } from "./model-proxy.ts";
import type { ModelProvider } from "./model-request.ts";
import { noUsage, usageOf } from "./model-usage.ts";
import { readResultFile, resultBytesMax } from "./result-file.ts";
import { openTranscript } from "./transcript.ts";

export type AskLimits = Omit<SandboxLimits, "timeoutMs" | "cpuMsMax">;

type AskSurroundings = AgentDeps & {
  options: AgentOptions;
  credentials: Credentials;
  findAgain: (provider: ModelProvider) => Promise<CredentialFound>;
};

/**
 * Asks an agent once: shows it the files, gives it the prompt and a way to its model, keeps what it says, and reads its answer when nothing of it runs any more. Asking
 * twice asks two agents that know nothing of each other.
 *
 * @throws the signal's reason when it is aborted
 */
export async function askInSandbox(
  question: AgentQuestion,
  manner: Manner,
  installed: InstalledAgent,
  deps: AskSurroundings,
): Promise<AgentAnswer> {
  const folder = await mkdtemp(join(deps.options.temporaryDir, "ask-"));
  const transcript = await openTranscript(question.logPath, deps.secrets.redact);
  const hopeless = new AbortController();
  let proxy: ModelProxy | null = null;
  try {
    const line = manner.commandLine(question, installed.has);
    const socketPath = join(folder, "model.sock");
    if (Object.keys(deps.credentials).length > 0)
      proxy = await openModelProxy(
        { socketPath, upstreams: upstreamsOf(deps), budget: { ...usualBudget, ...deps.options.budget } },
        { ...deps, onHopeless: () => hopeless.abort() },
      );
    const said = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const ending = await deps.sandbox.run({
      file: installed.program.file,
      args: line.args,
      env: line.env,
      cwd: inside.files,
      stdin: Buffer.from(question.prompt, "utf8"),
      ...(await mountsOf(question, line, installed, folder)),
      model: proxy === null ? null : { socketPath, port: inside.modelPort },
      limits: limitsOf(question, deps.options.limits),
      signal: AbortSignal.any([question.signal, hopeless.signal]),
      onOutput: (stream, bytes) => {
        said[stream].push(Buffer.from(bytes));
        transcript.write(stream, bytes);
      },
    });
    question.signal.throwIfAborted();
    const words = {
      stdout: Buffer.concat(said.stdout).toString("utf8"),
      stderr: Buffer.concat(said.stderr).toString("utf8"),
      result: await readResultFile(join(folder, "out", "answer")),
    };
    return answerOf(ending, words, manner, { proxy, redact: deps.secrets.redact, isHopeless: hopeless.signal.aborted });
  } catch (error) {
    if (error instanceof PullwrightError) return failed(error.code, error.message, null, noUsage);
    throw error;
  } finally {
    await proxy?.close();
    await transcript.close();
    await removeTree(folder);
  }
}

const usualBudget: ModelBudget = {
  requestsMax: 300,
  requestBytesMax: 33_554_432,
  requestBytesInAllMax: 1_073_741_824,
  answerBytesInAllMax: 268_435_456,
  tokensMax: 30_000_000,
};

function upstreamsOf({ credentials, findAgain }: AskSurroundings) {
  return Object.fromEntries(
    Object.entries(credentials).map(([provider, first]) => [
      provider,
      upstreamOf(first, () => findAgain(provider as ModelProvider)),
    ]),
  );
}

async function mountsOf(
  question: AgentQuestion,
  line: AgentCommandLine,
  installed: InstalledAgent,
  folder: string,
): Promise<{ readOnly: Mount[]; writable: Mount[] }> {
  const out = join(folder, "out");
  const given = join(folder, "given");
  await Promise.all([out, given].map((path) => mkdir(path)));
  const shown: Mount[] = [];
  for (const { inside: path, text } of line.files) {
    const outside = join(given, basename(path));
    await writeFile(outside, text, { mode: 0o644 });
    shown.push({ outside, inside: path, madeForIt: true });
  }
  const files: Mount = { outside: question.filesDir, inside: inside.files, madeForIt: true };
  return {
    readOnly: [...installed.program.mounts, ...installed.shown, ...shown, ...(question.may === "read" ? [files] : [])],
    writable: [{ outside: out, inside: inside.out }, ...(question.may === "write" ? [files] : [])],
  };
}

/** Two processors' worth of the time that it has. */
function limitsOf({ timeoutMs, may }: AgentQuestion, own: Partial<AskLimits> | undefined): SandboxLimits {
  return {
    timeoutMs,
    cpuMsMax: 2 * timeoutMs,
    memoryBytesMax: 2_147_483_648,
    processesMax: 256,
    fileBytesMax: 67_108_864,
    openFilesMax: 512,
    outputBytesMax: 8_388_608,
    writtenBytesMax: may === "write" ? 536_870_912 : 67_108_864,
    ...own,
  };
}

const becauseCharactersMax = 500;

type Judge = { proxy: ModelProxy | null; redact: (text: string) => string; isHopeless: boolean };

function answerOf(
  ending: SandboxEnding,
  words: Omit<AgentSaid, "exitCode">,
  manner: Manner,
  { proxy, redact, isHopeless }: Judge,
): AgentAnswer {
  const read = manner.readAnswer({ ...words, exitCode: ending.kind === "exited" ? ending.code : -1 });
  const usage = usageFrom(proxy, read.usage);
  const because = read.kind === "failed" ? redact(read.because).slice(0, becauseCharactersMax) : "";
  const modelFailed = proxy?.failure() ?? null;
  const last = `The agent's last words: ${lastWordsOf(words, redact)}`;
  switch (ending.kind) {
    case "could-not-start":
      return failed("AGENT_FAILED", redact(`The sandbox did not come up: ${messageOf(ending.cause)}`), null, usage);
    case "timed-out":
      return failed("AGENT_TIMED_OUT", `The agent ran over its time and was ended. ${last}`, null, usage);
    case "over-limit":
      return failed(
        "AGENT_OVER_LIMIT",
        `The agent ran over the limit ${ending.limit} and was ended. ${last}`,
        null,
        usage,
      );
    case "aborted":
      return modelFailed === null || !isHopeless
        ? failed("AGENT_FAILED", `The agent was ended. ${last}`, null, usage)
        : { ...failureOfModel(modelFailed), usage };
    case "exited": {
      if (read.kind === "failed" && proxy?.isOverBudget() === true)
        return failed("AGENT_OVER_LIMIT", `The agent asked more of its model than it may. ${because}`, null, usage);
      if (read.kind === "failed" && modelFailed !== null && read.code === "AGENT_FAILED") {
        const failure = failureOfModel(modelFailed);
        return { ...failure, because: `${failure.because} ${because}`, usage };
      }
      if (read.kind === "failed") return failed(read.code, because, null, usage);
      if (isNothing(read.text))
        return failed("AGENT_EMPTY", `The agent ended well and answered nothing. ${last}`, null, usage);
      if (Buffer.byteLength(read.text) > resultBytesMax)
        return failed("AGENT_OVER_LIMIT", `The answer has more than ${resultBytesMax} bytes.`, null, usage);
      return { kind: "answered", text: read.text, usage };
    }
  }
}

/** What its provider counted; what the agent says itself only where nobody else does. */
function usageFrom(proxy: ModelProxy | null, own: AgentUsage): AgentUsage {
  const counted = usageOf(proxy?.answers() ?? []);
  return counted.inputTokens === null ? own : counted;
}

function failureOfModel({
  status,
  retryAfterMs,
}: {
  status: number;
  retryAfterMs: number | null;
}): Extract<AgentAnswer, { kind: "failed" }> {
  const at = (code: ErrorCode, because: string) => failed(code, because, retryAfterMs, noUsage);
  if (status === 429 || status === 529) return at("AGENT_RATE_LIMITED", "The model's provider wants fewer questions.");
  if (status === 402) return at("AGENT_RATE_LIMITED", "The account at the model's provider has no money left.");
  if (status === 401 || status === 403)
    return at(
      "AGENT_UNAVAILABLE",
      `The model's provider refuses the key (${status}): check it, or sign the agent in again.`,
    );
  if (status === 0 || status >= 500)
    return at(
      "AGENT_UNAVAILABLE",
      status === 0 ? "The model cannot be reached." : `The model's provider fails (${status}).`,
    );
  return at("AGENT_FAILED", `The model's provider refuses the question (${status}).`);
}

/** Nothing, white space, or a fence around it. */
function isNothing(text: string): boolean {
  return text.replace(/^\s*(```|~~~)[\w-]*[ \t]*$/gm, "").trim() === "";
}

function lastWordsOf({ stdout, stderr }: { stdout: string; stderr: string }, redact: (text: string) => string): string {
  // Masked before it is cut: half a secret would not be known for one.
  const words = redact(stderr.trim() === "" ? stdout : stderr).trim();
  return words === "" ? "none." : words.slice(-300);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function failed(
  code: ErrorCode,
  because: string,
  retryAfterMs: number | null,
  usage: AgentUsage,
): Extract<AgentAnswer, { kind: "failed" }> {
  return { kind: "failed", code, because: because.trim(), retryAfterMs, usage };
}
