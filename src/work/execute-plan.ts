import { mkdir, mkdtemp, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import type { Agent } from "../agents/agent.ts";
import { removeTree } from "../child/remove-tree.ts";
import { type Clock, instantOf } from "../domain/clock.ts";
import type { ClaimedCommand, CommandOutcome } from "../domain/command.ts";
import { PullwrightError } from "../domain/error.ts";
import { repositoryKeyOf, type RepositoryRef } from "../domain/repository-ref.ts";
import type { CopyChanges, Git } from "../git/git.ts";
import type { Redact } from "../redact/redact.ts";
import { type Artifacts, openArtifacts } from "./artifacts.ts";
import { readExecutePlanPayload } from "./execute-plan-payload.ts";
import { findCommitLog } from "./find-commit-log.ts";
import type { FindForgePlace, ForgePlace } from "./forge-place.ts";
import { openWorkKeeper } from "./kept-work.ts";
import { outcomeOfForgeError } from "./outcome-of-forge-error.ts";
import { commitLogName, planPrompt } from "./plan-prompt.ts";
import { waitForAgent } from "./wait-for-agent.ts";

export type ExecutePlanDeps = {
  git: Pick<Git, "openMirror" | "changesOfCopy">;
  placeOf: FindForgePlace;
  readRepository: (text: string) => RepositoryRef;
  defaultRepository: string | null;
  agent: Agent;
  timeoutMs: number;
  redact: Redact;
  clock: Clock;
  signal: AbortSignal;
  reach: (step: string) => void;
  workingDirectory: string;
  exportsDir: string;
  workDir: string;
};

/** A repository that does not fit is for a program of the operator's, in a checkout of its own. */
const copyLimits = { filesMax: 50_000, bytesMax: 200 * 1024 * 1024, fileBytesMax: 50 * 1024 * 1024 };
const workLimits = { filesMax: 2000, fileBytesMax: 10 * 1024 * 1024, totalBytesMax: 100 * 1024 * 1024 };

/**
 * Has an agent carry out a plan in a plain copy of the base branch, where it can reach nothing else, and keeps what it changed: as bytes, compared by us. What it says
 * is in its commit log. A second attempt after the work was kept finds it there, and asks no model again.
 */
export async function executePlan(command: ClaimedCommand, deps: ExecutePlanDeps): Promise<CommandOutcome> {
  try {
    return await execute(command, deps);
  } catch (error) {
    const outcome = outcomeOfForgeError(error, command, deps.clock);
    if (outcome === null) throw error;
    return outcome;
  }
}

async function execute(command: ClaimedCommand, deps: ExecutePlanDeps): Promise<CommandOutcome> {
  const payload = await readExecutePlanPayload(command.payload, deps.workingDirectory);
  const issueDir = payload.issue_dir ?? join(deps.exportsDir, command.workflowId);
  const artifacts = await openArtifacts(issueDir, "codex_implementation");
  const done = await doneBefore(command, artifacts);
  if (done !== null) return outcomeOf(done, issueDir);

  const named = payload.repository ?? deps.defaultRepository;
  if (named === null)
    throw new PullwrightError(
      "REPOSITORY_URL_INVALID",
      "Nothing says which repository the plan is for: name it as `repository`.",
    );
  const ref = deps.readRepository(named);
  const place = deps.placeOf(ref);
  const baseBranch = payload.base_branch ?? place.settings.baseBranch;
  await using copy = await makeCopy(ref, baseBranch, place, deps);
  deps.reach("plan.copied");

  const prompt = planPrompt({
    workflowId: command.workflowId,
    repository: ref.slug,
    baseBranch,
    baseSha: copy.baseSha,
    plan: payload.plan,
    fence: crypto.randomUUID().replaceAll("-", ""),
  });
  await artifacts.write("plan_prompt.md", `${prompt}\n`);
  deps.reach("agent.before");
  const answer = await deps.agent.ask({
    prompt,
    answerSchema: null,
    filesDir: copy.filesDir,
    may: "write",
    timeoutMs: deps.timeoutMs,
    signal: deps.signal,
    logPath: join(artifacts.folder, "agent_implementation.log"),
  });
  deps.reach("agent.after");
  if (answer.kind === "failed") {
    const { code, because } = answer;
    return waitForAgent(answer, command, deps.clock) ?? { kind: "failed", code, because, artifacts: logsOf(artifacts) };
  }

  const log = await readLog(copy.filesDir);
  const folder = join(artifacts.folder, `work-${command.id}`);
  await using keeper = await openWorkKeeper(folder);
  const changes = await deps.git.changesOfCopy({
    directory: copy.filesDir,
    exported: copy.exported,
    leaveOut: [commitLogName],
    limits: workLimits,
    keep: keeper.keep,
  });
  if (changes.summary.length === 0)
    return { kind: "failed", code: "EMPTY_DIFF", because: nothingChanged(changes), artifacts: logsOf(artifacts) };
  const at = instantOf(deps.clock());
  await keeper.finish({
    repository: `${ref.host}/${ref.slug}`,
    baseBranch,
    baseSha: copy.baseSha,
    at,
    files: [
      ...changes.kept.map((file) => ({ kind: "put" as const, ...file })),
      ...changes.deleted.map((path) => ({ kind: "delete" as const, path })),
    ],
    summary: changes.summary,
    skipped: changes.skipped,
  });
  deps.reach("work.kept");
  const result: ImplementationResult = {
    status: "success",
    command_id: command.id,
    workflow_id: command.workflowId,
    repository: `${ref.host}/${ref.slug}`,
    base_branch: baseBranch,
    base_sha: copy.baseSha,
    work: basename(folder),
    files: changes.summary.map(({ path }) => path),
    skipped: changes.skipped,
    agent: deps.agent.name,
    usage: answer.usage,
    commit_log_path: await artifacts.write(commitLogName, deps.redact(log)),
    result_path: join(artifacts.folder, resultName),
    created_at: at,
  };
  await artifacts.writeJson(resultName, result);
  deps.reach("implementation.written");
  return outcomeOf(result, issueDir);
}

const resultName = "implementation_result.json";

type ImplementationResult = z.output<typeof implementationResult>;
const implementationResult = z.looseObject({
  status: z.literal("success"),
  command_id: z.int(),
  workflow_id: z.string(),
  repository: z.string(),
  base_branch: z.string(),
  base_sha: z.string(),
  work: z.string(),
  files: z.array(z.string()),
  skipped: z.array(z.object({ path: z.string(), because: z.string() })),
  agent: z.string(),
  usage: z.object({
    model: z.string().nullable(),
    inputTokens: z.number().nullable(),
    cachedInputTokens: z.number().nullable(),
    outputTokens: z.number().nullable(),
    costUsd: z.number().nullable(),
  }),
  commit_log_path: z.string(),
  result_path: z.string(),
  created_at: z.string(),
});

/** What an earlier attempt of this command kept. */
async function doneBefore(command: ClaimedCommand, { folder }: Artifacts): Promise<ImplementationResult | null> {
  const text = await readFile(join(folder, resultName), "utf8").catch(() => null);
  if (text === null) return null;
  const parsed = implementationResult.safeParse(JSON.parse(text));
  return parsed.success && parsed.data.command_id === command.id ? parsed.data : null;
}

function outcomeOf(result: ImplementationResult, issueDir: string): CommandOutcome {
  const { files, skipped, usage, repository, base_sha: baseSha } = result;
  const left = skipped.length === 0 ? "" : ` ${skipped.length} left out.`;
  return {
    kind: "succeeded",
    because: `${files.length} file${files.length === 1 ? "" : "s"} changed.${left}`,
    artifacts: { commit_log: result.commit_log_path, implementation_result: result.result_path },
    result: {
      repository,
      base_sha: baseSha,
      issue_dir: issueDir,
      files: files.slice(0, 200),
      agent: result.agent,
      usage,
    },
  };
}

type Copy = AsyncDisposable & { baseSha: string; filesDir: string; exported: Awaited<ReturnType<ExportFiles>> };
type ExportFiles = Awaited<ReturnType<Git["openMirror"]>>["exportFiles"];

function makeCopy(
  ref: RepositoryRef,
  baseBranch: string,
  place: ForgePlace,
  { git, workDir, signal }: ExecutePlanDeps,
): Promise<Copy> {
  return place.withRemote(ref, ({ remote, looking }) =>
    looking(async () => {
      await using mirror = await git.openMirror({ repositoryKey: repositoryKeyOf(ref), remote, signal });
      const { sha: baseSha } = await mirror.fetchCommit({ branch: baseBranch });
      await using made = new AsyncDisposableStack();
      await mkdir(workDir, { recursive: true, mode: 0o700 });
      const folder = await mkdtemp(join(workDir, "plan-"));
      made.defer(() => removeTree(folder));
      const filesDir = join(folder, "src");
      const exported = await mirror.exportFiles({
        commitSha: baseSha,
        into: filesDir,
        files: "all",
        limits: copyLimits,
      });
      const kept = made.move();
      return { baseSha, filesDir, exported, [Symbol.asyncDispose]: () => kept.disposeAsync() };
    }),
  );
}

/**
 * What the agent wrote of its work, in its copy and nowhere else.
 *
 * @throws PullwrightError COMMIT_LOG_MISSING, CHECKOUT_UNSAFE for a link
 */
async function readLog(filesDir: string): Promise<string> {
  const { log } = await findCommitLog({ named: join(filesDir, commitLogName), folders: [], root: filesDir });
  return `${log.text}\n`;
}

function logsOf({ folder }: Artifacts): Record<string, string> {
  return { agent_implementation_log: join(folder, "agent_implementation.log") };
}

function nothingChanged({ skipped }: CopyChanges): string {
  if (skipped.length === 0) return "The agent changed nothing.";
  const [first] = skipped;
  return `Nothing that the agent changed may be taken: ${first?.path ?? ""}: ${first?.because ?? ""}, and ${skipped.length - 1} more.`;
}
