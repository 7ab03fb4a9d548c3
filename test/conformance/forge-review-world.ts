import type { FileTree } from "../../src/demo/local-forge/git-repositories.ts";
import type { ForgeUser } from "../../src/forges/forge.ts";
import type { ForgeGit } from "./forge-git.ts";
import type { ForgeWorld } from "./forge-world.ts";

/** What somebody pushes to a branch. */
export type PersonsPush = {
  branch: string;
  message: string;
  from?: string;
  files: FileTree;
  isForced?: boolean;
};

/** A forge with a real repository behind it, in which pull requests are reviewed. */
export type ForgeReviewWorld = ForgeWorld & {
  git: ForgeGit;
  /** Somebody who may read, and one who administers; one whom the forge knows and the repository does not; one whom nobody knows. */
  persons: Record<"reader" | "writer" | "admin" | "stranger" | "nobody", ForgeUser>;
  /** Under which ref the forge keeps the newest commit of a pull request. */
  headRef: (number: number) => string;
  reviewers: {
    push: (push: PersonsPush) => Promise<string>;
    /** Of somebody who has no part in the repository. */
    openPullRequestFromFork: (files: FileTree) => Promise<{ number: number; headSha: string }>;
    /** Begins threads at lines of the newest commit; their ids. */
    commentOnLines: (number: number, places: { path: string; line: number; body: string }[]) => Promise<string[]>;
    reply: (number: number, threadId: string, body: string) => Promise<void>;
    resolveThread: (number: number, threadId: string) => Promise<void>;
  };
  kept: {
    /** Of each thread its first words, oldest first. */
    threads: (number: number) => string[];
    /** What stands beside a commit, one for each name: the forge's own word for how it is. */
    checks: (sha: string) => { name: string; state: string }[];
  };
  /** The forge's own words for the states of a check, without an App. */
  checkStates: Record<"in_progress" | "success" | "neutral" | "failure", string>;
};

export type StartForgeReviewWorld = (now: () => Date) => Promise<ForgeReviewWorld>;
