import { randomUUID } from "node:crypto";
import { access, chmod, constants, lstat, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import { PullwrightError } from "../domain/error.ts";
import { askCredentialHelper, type PersonsEnvironment } from "./ask-credential-helper.ts";
import { changesOfCheckout, type ChangesWanted, type CheckoutChanges } from "./changes-of-checkout.ts";
import type { Person } from "./commit-text.ts";
import { makeJobFolder, removeFoldersOfTheDead } from "./job-folder.ts";
import { changesOfCopy, type CopyChanges, type CopyChangesWanted } from "./changes-of-copy.ts";
import { openMirror, type Mirror, type MirrorRequest } from "./mirror.ts";
import { createNetworkTurns } from "./network-turns.ts";
import { probeGit, type GitProbe } from "./probe.ts";
import { baseOfCheckout, readCheckout, type Checkout as CheckoutFacts } from "./read-checkout.ts";
import type { GitSurroundings } from "./run-git.ts";
import { createSpool } from "./spool.ts";

export type { ChangesWanted, ChangeSummary, CheckoutChanges } from "./changes-of-checkout.ts";
export type { CopyChanges } from "./changes-of-copy.ts";
export type { CheckoutRemote } from "./checkout-config.ts";
export type { Person } from "./commit-text.ts";
export type { FileChange } from "./file-change.ts";
export type { Mirror, MirrorRequest } from "./mirror.ts";
export type { GitProbe } from "./probe.ts";
export type { Remote, RemoteAuth } from "./remote.ts";

export type GitOptions = {
  /** Absolute; without it the usual places are looked at. */
  gitPath?: string;
  /** Absolute; for remotes that are reached with a key. */
  sshPath?: string;
  /** An empty directory of ours, in which git finds no settings of anybody. */
  homeDir: string;
  mirrorsDir: string;
  /** For what lives no longer than a job. */
  workDir: string;
  /** Certificates of a private authority, in PEM, instead of the system's. */
  caFile?: string;
  /** `http://host:port`, for networks that let nothing else out. */
  proxy?: string;
  /** Whether a remote on this machine may be reached without TLS. */
  allowLoopbackHttp: boolean;
  author: Person;
  localTimeoutMs?: number;
  networkTimeoutMs?: number;
  /** Between asking git to end and killing it. */
  graceMs?: number;
  /** How long a job waits for another process that holds the repository's mirror. */
  lockWaitMs?: number;
};

export type GitDeps = {
  /** Called at named points of what has an effect: `fetch.before`, `push.after`, …; a crash test ends the process there. */
  reach: (step: string) => void;
  redact: (text: string) => string;
  clock: Clock;
};

export type Checkout = CheckoutFacts & {
  /**
   * The newest commit of HEAD's history that is on the remote's branch, as far as the checkout knows; HEAD when it knows nothing of that branch.
   *
   * @throws {PullwrightError} BASE_NOT_ON_REMOTE when there is no commit yet
   */
  baseSha: (remote: string, baseBranch: string) => Promise<string>;
};

type Cancel = { signal?: AbortSignal };

export type Git = {
  /** @throws {PullwrightError} GIT_UNAVAILABLE */
  probe: (cancel?: Cancel) => Promise<GitProbe>;
  openMirror: (request: MirrorRequest) => Promise<Mirror>;
  /** What a person's own credential helper gives for a host, null when there is none; see ask-credential-helper.ts. */
  askCredentialHelper: (host: string, environment: PersonsEnvironment) => Promise<string | null>;
  readCheckout: (directory: string, cancel?: Cancel) => Promise<Checkout>;
  /** The bytes of the changes can be asked for until the result is disposed of. */
  changesOfCheckout: (
    checkout: CheckoutFacts,
    wanted: ChangesWanted,
    cancel?: Cancel,
  ) => Promise<CheckoutChanges & AsyncDisposable>;
  /** What was changed in a copy that `exportFiles` made; runs no git. */
  changesOfCopy: (wanted: CopyChangesWanted) => Promise<CopyChanges>;
};

/** Everything that Pullwright does with git. Holds no process and no file open between calls. */
export function createGit(options: GitOptions, deps: GitDeps): Git {
  const turns = createNetworkTurns(2);
  let ready: Promise<string> | null = null;

  return {
    probe: (cancel = {}) => inJob(cancel, probeGit),

    openMirror: async (request) =>
      openMirror(request, {
        mirrorsDir: options.mirrorsDir,
        workDir: options.workDir,
        allowLoopbackHttp: options.allowLoopbackHttp,
        lockWaitMs: options.lockWaitMs ?? 120_000,
        sshPath: options.sshPath ?? "/usr/bin/ssh",
        author: options.author,
        surroundings: await always(),
        turns,
        clock: deps.clock,
        reach: deps.reach,
      }),

    askCredentialHelper: async (host, environment) => askCredentialHelper(host, (await always()).gitPath, environment),

    readCheckout: async (directory, cancel = {}) => {
      const checkout = await inJob(cancel, (surroundings) => readCheckout(directory, surroundings));
      const baseSha = (remote: string, branch: string) =>
        inJob(cancel, (surroundings) => baseOfCheckout(checkout, { remote, branch }, surroundings));
      return { ...checkout, baseSha };
    },

    changesOfCopy,

    changesOfCheckout: async (checkout, wanted, cancel = {}) => {
      await using job = await openJob(cancel);
      const spool = job.use(await createSpool(join(job.surroundings.temporaryDir, `kept-${randomUUID()}`)));
      const changes = await changesOfCheckout(checkout, wanted, job.surroundings, spool);
      const kept = job.keep();
      return { ...changes, [Symbol.asyncDispose]: () => kept.disposeAsync() };
    },
  };

  async function inJob<T>(cancel: Cancel, act: (surroundings: GitSurroundings) => Promise<T>): Promise<T> {
    await using job = await openJob(cancel);
    return await act(job.surroundings);
  }

  /** A temporary directory, and what is to be removed with it. */
  async function openJob({ signal }: Cancel) {
    const surroundings = await always();
    const stack = new AsyncDisposableStack();
    const temporaryDir = await makeJobFolder(options.workDir);
    stack.defer(() => rm(temporaryDir, { recursive: true, force: true, maxRetries: 3 }));
    return {
      surroundings: { ...surroundings, temporaryDir, signal },
      use: <T extends AsyncDisposable>(resource: T) => stack.use(resource),
      keep: () => stack.move(),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  }

  async function always(): Promise<Omit<GitSurroundings, "temporaryDir" | "signal">> {
    ready ??= prepare(options, deps.clock).catch((error: unknown) => {
      ready = null;
      throw error;
    });
    return {
      gitPath: await ready,
      homeDir: options.homeDir,
      caFile: options.caFile ?? null,
      proxy: options.proxy ?? null,
      localTimeoutMs: options.localTimeoutMs ?? 60_000,
      networkTimeoutMs: options.networkTimeoutMs ?? 300_000,
      graceMs: options.graceMs ?? 5000,
      redact: deps.redact,
    };
  }
}

/** Makes the directories, removes what killed processes left in them, and finds git. */
async function prepare({ homeDir, mirrorsDir, workDir, gitPath }: GitOptions, clock: Clock): Promise<string> {
  for (const directory of [homeDir, mirrorsDir, workDir]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(directory, 0o700);
  }
  await removeFoldersOfTheDead(workDir);
  await removeLeftovers(workDir, /^git-/, clock);
  await removeLeftovers(mirrorsDir, /\.git\.(new|aside)-/, clock);
  const places = gitPath === undefined ? usualPlaces : [gitPath];
  for (const path of places) {
    if (await isExecutable(path)) return path;
  }
  throw new PullwrightError("GIT_UNAVAILABLE", `There is no git at ${places.join(", ")}.`);
}

/** No job runs for a day. What other machines' processes left is known by that alone. */
const leftOverAfterMs = 86_400_000;

async function removeLeftovers(directory: string, name: RegExp, clock: Clock): Promise<void> {
  for (const entry of await readdir(directory)) {
    const path = join(directory, entry);
    const stats = name.test(entry) ? await lstat(path).catch(() => null) : null;
    const isLeftOver = stats !== null && clock().getTime() - stats.mtimeMs > leftOverAfterMs;
    if (isLeftOver) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

const usualPlaces = ["/usr/bin/git", "/usr/local/bin/git", "/opt/homebrew/bin/git", "/opt/local/bin/git"];

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
