import { createHash } from "node:crypto";

/** Everybody and everything in the demo is made up. */
export type Person = { login: string; name: string; id: number; isBot: boolean };

export type Commit = { sha: string; message: string; author: Person; madeAt: Date };

/** A repository on one of the two forges that the demo plays. */
export type Repository = {
  forge: "github" | "gitlab";
  id: number;
  /** `acme/web`, on GitLab with its subgroups. Changes when it is renamed; the id does not. */
  slug: string;
  defaultBranch: string;
  /** The commit that the default branch is on. */
  tip: Commit;
  createdAt: Date;
};

/** A pull request or merge request as the forge knows it at this moment of the story. */
export type PullRequest = {
  repository: Repository;
  number: number;
  id: number;
  title: string;
  body: string;
  author: Person;
  branch: string;
  draft: boolean;
  state: "open" | "closed" | "merged";
  baseSha: string;
  commits: Commit[];
  mergeCommitSha: string | null;
  openedAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
  mergedAt: Date | null;
};

export const people = {
  "acme-agent[bot]": person("acme-agent[bot]", "Acme Agent", 5001, true),
  "mira-holt": person("mira-holt", "Mira Holt", 5002),
  "jonas-we": person("jonas-we", "Jonas Wendt", 5003),
  "tomoko-i": person("tomoko-i", "Tomoko Ito", 5004),
  "ade-bello": person("ade-bello", "Ade Bello", 5005),
  "lin-zhou": person("lin-zhou", "Lin Zhou", 5006),
} as const satisfies Record<string, Person>;

export type Login = keyof typeof people;

/** What a commit of the demo is called: looks like a commit's id, and is the same in every run. */
export function madeUpSha(...words: (string | number)[]): string {
  return createHash("sha1").update(words.join("\n")).digest("hex");
}

/** In the form of a delivery's id. */
export function madeUpGuid(...words: (string | number)[]): string {
  const hex = madeUpSha(...words);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function headShaOf(pullRequest: PullRequest): string {
  return pullRequest.commits.at(-1)?.sha ?? pullRequest.baseSha;
}

function person(login: string, name: string, id: number, isBot = false): Person {
  return { login, name, id, isBot };
}
