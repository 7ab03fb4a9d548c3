import { createHash } from "node:crypto";
import type { GitRepositories } from "../../../src/demo/local-forge/git-repositories.ts";
import type { Emulator } from "./emulator.ts";
import type { FakeCheckRun, FakeReview, FakeStatus, FakeThread } from "./review-state.ts";

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
  /** The real repositories behind this GitHub, where there are some. */
  git: () => GitRepositories | null;
  /** Users that were asked for, as they are shown: nobody changes here. */
  accounts: Map<string, Record<string, unknown>>;
  /** Larger than 32 bits, as those of today's reviews and comments are. */
  nextId: () => number;
  now: () => Date;
  announce: (repository: FakeRepository, event: string, payload: object) => void;
};

/** `key` is the number of a pull request or an issue, the id of a comment or a thread. */
export type MadeKind = "pull-request" | "issue" | "comment" | "thread";

export type FakeRole = "none" | "read" | "triage" | "write" | "maintain" | "admin";

export type FakeRepository = {
  id: number;
  slug: string;
  /** Calls under these are led on. */
  formerSlugs: string[];
  /** The id of the repository that it is a fork of. */
  forkOf: number | null;
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
  /** By login, where it is another than `write` for a member and what everybody has for a stranger. */
  roles: Record<string, FakeRole>;
  reviews: FakeReview[];
  threads: FakeThread[];
  checkRuns: FakeCheckRun[];
  statuses: FakeStatus[];
};

export type FakeToken = {
  token: string;
  login: string;
  access: "read" | "write";
  standing: "good" | "revoked";
  /** Ids; null for all that the user can see. */
  repositoryIds: number[] | null;
  kind: "personal" | "installation";
  /** Of an installation: as whom and with which rights. */
  app?: { id: number; permissions: Record<string, string> };
};

export type FakeHook = { id: number; repositoryId: number; url: string; secret: string };

export function newRepository(
  given: Pick<FakeRepository, "id" | "slug" | "isPrivate" | "defaultBranch" | "branches" | "members"> & {
    forkOf?: number;
  },
): FakeRepository {
  return {
    forkOf: null,
    formerSlugs: [],
    isArchived: false,
    lockedNumbers: [],
    headShas: {},
    mergeCommits: {},
    roles: {},
    reviews: [],
    threads: [],
    checkRuns: [],
    statuses: [],
    ...given,
    branches: { ...given.branches },
  };
}

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
