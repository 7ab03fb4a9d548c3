import { createHash } from "node:crypto";
import type { Emulator } from "./emulator.ts";

/** What this GitHub knows beside what the emulator keeps. */
export type World = {
  /** Where people look, without the API's prefix. */
  webUrl: string;
  /** Before each path of the API: empty, or `/api/v3` at an Enterprise server. */
  prefix: string;
  emulator: Emulator;
  repositories: FakeRepository[];
  tokens: FakeToken[];
  hooks: FakeHook[];
  /** What was made, with the number of the call that made it: `stale-reads` hides what is newer. */
  made: { call: number; kind: MadeKind; repositoryId: number; key: number }[];
  branchTip: (repository: FakeRepository, branch: string) => Promise<string | null>;
  now: () => Date;
  announce: (repository: FakeRepository, event: string, payload: object) => void;
};

/** `key` is the number of a pull request or an issue, the id of a comment. */
export type MadeKind = "pull-request" | "issue" | "comment";

export type FakeRepository = {
  id: number;
  slug: string;
  /** Calls under these are led on. */
  formerSlugs: string[];
  isPrivate: boolean;
  isArchived: boolean;
  defaultBranch: string;
  /** As long as no git server is attached. */
  branches: Record<string, string>;
  /** Who may see it when it is private; everybody without it. */
  members: string[] | null;
  lockedNumbers: number[];
  /** The tips that pull requests had when they were last looked at; a closed one keeps its. */
  headShas: Record<number, string>;
  mergeCommits: Record<number, string>;
};

export type FakeToken = {
  token: string;
  login: string;
  access: "read" | "write";
  standing: "good" | "revoked";
  /** Ids; null for all that the user can see. */
  repositoryIds: number[] | null;
  kind: "personal" | "installation";
};

export type FakeHook = { id: number; repositoryId: number; url: string; secret: string };

export function repositoryCalled(world: Pick<World, "repositories">, slug: string): FakeRepository {
  const found = findRepository(world, slug);
  if (found === undefined) throw new Error(`The fake GitHub has no repository ${slug}`);
  return found;
}

/** By its name of today; names have no case. */
export function findRepository(
  { repositories }: Pick<World, "repositories">,
  slug: string,
): FakeRepository | undefined {
  return repositories.find((one) => one.slug.toLowerCase() === slug.toLowerCase());
}

/** Forty digits that are always the same for the same words. */
export function shaFor(words: string): string {
  return createHash("sha1").update(words).digest("hex");
}
