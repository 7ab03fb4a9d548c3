import type { GitNetwork, GitPlace } from "./git-environment.ts";
import type { ObjectFormat } from "./object-id.ts";
import { gitFailed, runGit, type GitCommand, type GitSaid, type GitSurroundings } from "./run-git.ts";
import type { RemotePlace, Remote } from "./remote.ts";
import type { NetworkTurns } from "./network-turns.ts";

/** One job's hold on a mirror: everything that a verb (fetch, build, push) needs. */
export type MirrorSession = {
  gitDir: string;
  format: ObjectFormat;
  remote: Remote;
  remotePlace: RemotePlace;
  surroundings: GitSurroundings;
  askpassPath: string | null;
  sshPath: string;
  turns: NetworkTurns;
  /** What a credential is known by among the turns; says nothing of it. */
  credentialKey: string;
  /** Holds that the mirror's settings are still what we wrote; asked before every network command. */
  check: () => Promise<void>;
  reach: (step: string) => void;
};

type Command = Omit<GitCommand, "place" | "network"> & { place?: Partial<GitPlace> };

export function runInMirror(session: MirrorSession, command: Command): Promise<GitSaid> {
  return runGit({ ...command, place: { gitDir: session.gitDir, ...command.place } }, session.surroundings);
}

/** @throws {PullwrightError} GIT_FAILED for every end but a good one */
export async function runWellInMirror(session: MirrorSession, command: Command): Promise<Buffer> {
  const said = await runInMirror(session, command);
  if (said.code === 0) return said.stdout;
  throw gitFailed(command.args, said, session.surroundings.redact);
}

/** Talks to the remote, when it is this credential's turn. */
export async function runOverNetwork(session: MirrorSession, command: Command): Promise<GitSaid> {
  await session.check();
  const { remote, remotePlace: place, askpassPath, sshPath, surroundings } = session;
  const network: GitNetwork = { remote, place, askpassPath, sshPath };
  const done = await session.turns.take(session.credentialKey, surroundings.signal);
  try {
    return await runGit({ ...command, place: { gitDir: session.gitDir, ...command.place }, network }, surroundings);
  } finally {
    done();
  }
}
