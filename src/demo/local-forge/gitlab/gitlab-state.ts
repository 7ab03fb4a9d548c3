/** A person, or the user that GitLab makes for an access token (`isBot`). */
export type FakeUser = { id: number; username: string; name: string; isBot: boolean; createdAt: string };

export type FakeToken = {
  id: number;
  token: string;
  name: string;
  userId: number;
  /** As GitLab calls them: `api` may do everything, `read_api` may read. */
  scopes: string[];
  standing: "good" | "revoked" | "expired";
  /** The only projects that it can see; null for all that its user can see. */
  projectIds: number[] | null;
  createdAt: string;
};

export type FakeNote = {
  id: number;
  body: string;
  authorId: number;
  /** Written by GitLab itself: "changed title from …". */
  isSystem: boolean;
  /** Forty digits; the notes of one conversation have the same. */
  discussionId: string;
  /** `DiffNote` at a line, null alone. */
  type: "DiffNote" | null;
  /** Of a `DiffNote`, in the newest version that has its line. */
  position: FakePosition | null;
  resolvedById: number | null;
  createdAt: string;
  updatedAt: string;
};

/** A diff of a merge request as it was after a push: from where the branches parted, with the target's tip of that time. */
export type FakeVersion = { baseSha: string; startSha: string; headSha: string };

/** `oldLine` is null where the line was added. */
export type FakePosition = FakeVersion & { newPath: string; oldPath: string; newLine: number; oldLine: number | null };

export type FakeStatus = {
  id: number;
  sha: string;
  ref: string;
  name: string;
  state: "pending" | "running" | "success" | "failed" | "canceled";
  description: string | null;
  targetUrl: string | null;
  authorId: number;
  createdAt: string;
};

export type FakeIssue = {
  id: number;
  iid: number;
  title: string;
  description: string;
  state: "opened" | "closed";
  authorId: number;
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  notes: FakeNote[];
};

export type FakeMergeRequest = {
  id: number;
  iid: number;
  title: string;
  description: string;
  /** `locked` while the merge itself runs. */
  state: "opened" | "closed" | "merged" | "locked";
  sourceBranch: string;
  targetBranch: string;
  /** Another project's id for a fork, null once the fork is gone. */
  sourceProjectId: number | null;
  authorId: number;
  /** The tip of the source branch; follows it while the merge request is open. */
  sha: string;
  mergeCommitSha: string | null;
  squashCommitSha: string | null;
  createdAt: string;
  updatedAt: string;
  mergedAt: string | null;
  mergedById: number | null;
  closedAt: string | null;
  closedById: number | null;
  notes: FakeNote[];
  /** Newest last; none where no git server is attached. */
  versions: FakeVersion[];
};

export type FakeProject = {
  id: number;
  /** `group/sub/project`. */
  path: string;
  /** What it was called before; GitLab redirects from there. */
  formerPaths: string[];
  visibility: "public" | "private";
  isArchived: boolean;
  defaultBranch: string;
  /** User id to access level: 10 guest, 20 reporter, 30 developer, 40 maintainer, 50 owner. Inherited members are here too. */
  members: Record<number, number>;
  /** Used where no git server is attached. */
  branches: Record<string, string>;
  createdAt: string;
  issues: FakeIssue[];
  mergeRequests: FakeMergeRequest[];
  statuses: FakeStatus[];
};

export type FakeHook = {
  id: number;
  uuid: string;
  projectId: number;
  url: string;
  /** `whsec_…`: deliveries are signed. */
  signingToken: string | null;
  /** Sent as it is in `X-Gitlab-Token`. */
  plainToken: string | null;
};

/** Everything that this GitLab knows, as plain data: a copy of it is the past that a stale replica still shows. */
export type GitlabState = {
  users: FakeUser[];
  tokens: FakeToken[];
  projects: FakeProject[];
  hooks: FakeHook[];
  /** The last id given; ids of all things come from here, so that no id is an iid by chance. */
  lastId: number;
};

export function emptyState(): GitlabState {
  return { users: [], tokens: [], projects: [], hooks: [], lastId: 41_000 };
}

export function nextId(state: GitlabState): number {
  state.lastId += 1;
  return state.lastId;
}

/** By numeric id or by path, in any case; a path that was left is not followed here. */
export function findProject(state: GitlabState, idOrPath: string | number): FakeProject | undefined {
  const text = String(idOrPath);
  if (/^\d+$/.test(text)) return state.projects.find((project) => project.id === Number(text));
  return state.projects.find((project) => project.path.toLowerCase() === text.toLowerCase());
}

/** Who lives elsewhere now. */
export function findMovedProject(state: GitlabState, path: string): FakeProject | undefined {
  return state.projects.find((project) =>
    project.formerPaths.some((former) => former.toLowerCase() === path.toLowerCase()),
  );
}

/** @throws when there is no such user: a mistake of whoever arranged the fake */
export function userOf(state: GitlabState, id: number): FakeUser {
  const user = state.users.find((one) => one.id === id);
  if (user === undefined) throw new Error(`The fake GitLab has no user ${id}`);
  return user;
}

/** @throws when there is no such user or project: a mistake of whoever arranged the fake */
export function userCalled(state: GitlabState, username: string): FakeUser {
  const user = state.users.find((one) => one.username === username);
  if (user === undefined) throw new Error(`The fake GitLab has no user ${username}`);
  return user;
}

/** @throws when there is no such project: a mistake of whoever arranged the fake */
export function projectCalled(state: GitlabState, idOrPath: string | number): FakeProject {
  const project = findProject(state, idOrPath);
  if (project === undefined) throw new Error(`The fake GitLab has no project ${idOrPath}`);
  return project;
}

export const accessLevels = { guest: 10, reporter: 20, developer: 30, maintainer: 40, owner: 50 } as const;

export function accessOf(project: FakeProject, user: FakeUser | null): number {
  return user === null ? 0 : (project.members[user.id] ?? 0);
}
