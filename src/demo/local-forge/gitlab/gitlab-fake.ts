import { createHash, randomUUID } from "node:crypto";
import type http from "node:http";
import type { GitRepositories } from "../git-repositories.ts";
import { systemClock } from "../../../domain/clock.ts";
import { type ApiServer, type RecordedRequest, startApiServer } from "./api-server.ts";
import { createFaults, type FaultPlan } from "./faults.ts";
import {
  accessLevels,
  emptyState,
  type FakeHook,
  type FakeIssue,
  type FakeMergeRequest,
  type FakeNote,
  type FakeProject,
  type FakeToken,
  type FakeUser,
  type GitlabState,
  nextId,
  projectCalled,
  userCalled,
} from "./gitlab-state.ts";
import { createHookDeliveries, type HookDelivery } from "./hook-deliveries.ts";
import { type Noteable, type Push, pushPayload } from "./hook-payloads.ts";
import { openIssue } from "./issues.ts";
import {
  closeMergeRequest,
  editMergeRequest,
  type Merge,
  mergeMergeRequest,
  type NewMergeRequest,
  openMergeRequest,
  pushToMergeRequest,
  reopenMergeRequest,
} from "./merge-request-acts.ts";
import { addNote } from "./note-acts.ts";
import { followAll, followingFirst } from "./follow-branches.ts";
import { makeFork } from "./make-fork.ts";
import { type NewPush, pushAsPerson } from "../push-as-person.ts";
import { type ReviewPeople, reviewPeopleIn } from "./review-people.ts";
import { type Pipeline, pipelinePayload } from "./pipeline-payload.ts";
import type { World } from "./world.ts";

export type GitlabFakeOptions = {
  /** With these it speaks https. */
  tls?: { key: string; cert: string };
  /** `/gitlab`: it lives below a path, as a server of one's own may. */
  prefix?: string;
  clock?: () => Date;
};

/** The tip of a branch at a real git server; `project` is its path. */
export type BranchLookup = (project: string, branch: string) => string | null | Promise<string | null>;

export type GitlabFake = {
  /** `http://127.0.0.1:<port>`: the pages and, where a git server is attached with its listener, the remotes. */
  origin: string;
  /** What a client is configured with. */
  apiBaseUrl: string;
  /** What reached the API, in order. */
  requests: RecordedRequest[];
  faults: FaultPlan;
  /** All that it knows: the one truth for counting what really happened. */
  state: GitlabState;
  arrange: Arrange;
  /** What people do on its pages. The project is named by path, the person by username. */
  people: People;
  hooks: {
    deliveries: HookDelivery[];
    resend: (delivery: HookDelivery) => Promise<HookDelivery>;
    /** All webhooks so far have been answered, or never will be. */
    settled: () => Promise<void>;
  };
  /**
   * From now on branches are those of a git server: a merge request needs a branch that was really pushed and shows its tip. `serve` takes the
   * requests that are not for the API, so that git and API live at one address. With `repositories`, which reviews need, changes are those that git sees,
   * and the newest commit of every merge request is under `refs/merge-requests/…/head`.
   */
  attachGit: (lookup: BranchLookup, serve?: http.RequestListener, repositories?: GitRepositories) => void;
  close: () => Promise<void>;
};

export type Arrange = {
  user: (username: string, more?: { isBot?: boolean; name?: string }) => FakeUser;
  /** Its branches are given, or only the default branch. */
  project: (
    path: string,
    more?: Partial<Pick<FakeProject, "visibility" | "isArchived" | "defaultBranch" | "branches">>,
  ) => FakeProject;
  /** Renames or moves it; the old path leads to it from now on. */
  rename: (path: string, newPath: string) => void;
  member: (path: string, username: string, level: keyof typeof accessLevels) => void;
  token: (
    username: string,
    token: string,
    more?: { scopes?: string[]; standing?: FakeToken["standing"]; projects?: string[] },
  ) => FakeToken;
  branch: (path: string, branch: string, sha: string) => void;
  /** Signed with `signingToken`, and with `plainToken` in a header of its own. */
  hook: (path: string, url: string, secrets: { signingToken?: string; plainToken?: string }) => FakeHook;
};

export type People = ReviewPeople & {
  /** A copy of somebody's own, in which to begin a merge request: its path, `ann/web`. */
  fork: (path: string, username: string) => Promise<string>;
  /** A commit at the attached git repository, pushed; the hooks hear of it, and the merge requests of the branch. Its id. */
  pushCommit: (path: string, username: string, commit: NewPush) => Promise<string>;
  openMergeRequest: (path: string, username: string, asked: NewMergeRequest) => Promise<FakeMergeRequest>;
  editMergeRequest: (
    path: string,
    iid: number,
    username: string,
    changes: { title?: string; description?: string; targetBranch?: string },
  ) => void;
  closeMergeRequest: (path: string, iid: number, username: string) => void;
  reopenMergeRequest: (path: string, iid: number, username: string) => void;
  mergeMergeRequest: (path: string, iid: number, username: string, merge?: Merge) => void;
  openIssue: (path: string, username: string, words: { title: string; description: string }) => FakeIssue;
  comment: (path: string, on: Noteable["type"], iid: number, username: string, body: string) => FakeNote;
  /** Tells the hooks, and the merge requests of the branch. */
  push: (path: string, username: string, push: Push) => void;
  /** Tells the hooks how a pipeline stands, which is nowhere kept. */
  runPipeline: (path: string, username: string, pipeline: Pipeline) => void;
};

/** Starts a GitLab of our own on a free port of 127.0.0.1: it keeps what it is told, answers in GitLab's words, and fails when asked to. */
export async function startGitlabFake(options: GitlabFakeOptions = {}): Promise<GitlabFake> {
  const { clock = systemClock, prefix = "" } = options;
  const state = emptyState();
  const faults = createFaults(() => state);
  const deliveries = createHookDeliveries({ clock, webUrl: () => world.webUrl });
  let lookup: BranchLookup | null = null;
  let git: GitRepositories | null = null;
  let otherwise: http.RequestListener = nothingHere;
  const worldAt = (origin: string): World => ({
    state,
    now: () => clock().toISOString(),
    webUrl: origin,
    branchTip: async (project, branch) =>
      lookup === null ? (project.branches[branch] ?? null) : await lookup(project.path, branch),
    git: () => git,
    announce: (project, event, payload) => {
      for (const hook of state.hooks) if (hook.projectId === project.id) deliveries.send(hook, event, payload);
    },
  });
  const server: ApiServer = await startApiServer(
    { tls: options.tls ?? null, prefix, otherwise: (request, response) => otherwise(request, response) },
    { worldAt, faults, clock },
  );
  const world = worldAt(server.origin + prefix);

  return {
    origin: server.origin,
    apiBaseUrl: `${server.origin}${prefix}/api/v4`,
    requests: server.requests,
    faults,
    state,
    arrange: arrangeIn(world),
    people: peopleIn(world),
    hooks: {
      deliveries: deliveries.all,
      resend: (delivery) => {
        const hook = state.hooks.find((one) => one.id === delivery.hookId);
        if (hook === undefined) throw new Error(`The fake GitLab has no hook ${delivery.hookId}`);
        return deliveries.resend(delivery, hook);
      },
      settled: deliveries.settled,
    },
    attachGit: (branchLookup, serve, repositories) => {
      lookup = branchLookup;
      git = repositories ?? null;
      otherwise = serve === undefined ? otherwise : followingFirst(serve, world);
    },
    close: async () => {
      await server.close();
      await deliveries.settled();
    },
  };
}

function arrangeIn(world: World): Arrange {
  const { state } = world;
  return {
    user: (username, more = {}) => {
      const user = { id: nextId(state), username, name: more.name ?? username, isBot: more.isBot ?? false };
      const made = { ...user, createdAt: world.now() };
      state.users.push(made);
      return made;
    },
    project: (path, more = {}) => {
      const defaultBranch = more.defaultBranch ?? "main";
      const project: FakeProject = {
        id: nextId(state),
        path,
        formerPaths: [],
        visibility: "private",
        isArchived: false,
        defaultBranch,
        members: {},
        branches: { [defaultBranch]: shaFor(`${path} ${defaultBranch}`) },
        createdAt: world.now(),
        issues: [],
        mergeRequests: [],
        statuses: [],
        ...more,
      };
      state.projects.push(project);
      return project;
    },
    rename: (path, newPath) => {
      const project = projectCalled(state, path);
      project.formerPaths.push(project.path);
      project.path = newPath;
    },
    member: (path, username, level) => {
      projectCalled(state, path).members[userCalled(state, username).id] = accessLevels[level];
    },
    token: (username, token, more = {}) => {
      const made: FakeToken = {
        id: nextId(state),
        token,
        name: `token of ${username}`,
        userId: userCalled(state, username).id,
        scopes: more.scopes ?? ["api"],
        standing: more.standing ?? "good",
        projectIds: more.projects?.map((path) => projectCalled(state, path).id) ?? null,
        createdAt: world.now(),
      };
      state.tokens.push(made);
      return made;
    },
    branch: (path, branch, sha) => {
      projectCalled(state, path).branches[branch] = sha;
    },
    hook: (path, url, secrets) => {
      const hook: FakeHook = {
        id: nextId(state),
        uuid: randomUUID(),
        projectId: projectCalled(state, path).id,
        url,
        signingToken: secrets.signingToken ?? null,
        plainToken: secrets.plainToken ?? null,
      };
      state.hooks.push(hook);
      return hook;
    },
  };
}

function peopleIn(world: World): People {
  const { state } = world;
  const requestOf = (project: FakeProject, iid: number): FakeMergeRequest => {
    const request = project.mergeRequests.find((one) => one.iid === iid);
    if (request === undefined) throw new Error(`The fake GitLab has no merge request ${project.path}!${iid}`);
    return request;
  };
  const noteableOf = (project: FakeProject, on: Noteable["type"], iid: number): Noteable => {
    if (on === "MergeRequest") return { type: on, subject: requestOf(project, iid) };
    const subject = project.issues.find((one) => one.iid === iid);
    if (subject === undefined) throw new Error(`The fake GitLab has no issue ${project.path}#${iid}`);
    return { type: on, subject };
  };
  /** Does something to a merge request in somebody's name. */
  const on =
    <Rest extends unknown[]>(
      act: (project: FakeProject, request: FakeMergeRequest, by: FakeUser, ...rest: [...Rest, World]) => void,
    ) =>
    (path: string, iid: number, username: string, ...rest: Rest) => {
      const project = projectCalled(state, path);
      act(project, requestOf(project, iid), userCalled(state, username), ...rest, world);
    };
  const push: People["push"] = (path, username, pushed) => {
    const project = projectCalled(state, path);
    const by = userCalled(state, username);
    project.branches[pushed.branch] = pushed.after;
    world.announce(project, "Push Hook", pushPayload(project, pushed, by, world));
    for (const target of state.projects)
      for (const request of target.mergeRequests)
        if (request.sourceBranch === pushed.branch && request.sourceProjectId === project.id)
          pushToMergeRequest(target, request, by, pushed, world);
  };
  return {
    ...reviewPeopleIn(world),
    fork: (path, username) => makeFork(path, username, world),
    pushCommit: async (path, username, commit) => {
      const { before, after } = await pushAsPerson(path, commit, world);
      const commits = [{ id: after, message: commit.message, timestamp: world.now() }];
      push(path, username, { branch: commit.branch, before, after, commits });
      for (const target of state.projects) if (commit.branch !== target.defaultBranch) await followAll(target, world);
      return after;
    },
    openMergeRequest: (path, username, asked) =>
      openMergeRequest(projectCalled(state, path), userCalled(state, username), asked, world),
    editMergeRequest: on(editMergeRequest),
    closeMergeRequest: on(closeMergeRequest),
    reopenMergeRequest: on(reopenMergeRequest),
    mergeMergeRequest: (path, iid, username, merge) => on(mergeMergeRequest)(path, iid, username, merge ?? {}),
    openIssue: (path, username, words) =>
      openIssue(projectCalled(state, path), userCalled(state, username), words, world),
    comment: (path, type, iid, username, body) => {
      const project = projectCalled(state, path);
      return addNote(project, noteableOf(project, type, iid), userCalled(state, username), body, world);
    },
    push,
    runPipeline: (path, username, pipeline) => {
      const project = projectCalled(state, path);
      const payload = pipelinePayload(project, pipeline, userCalled(state, username), world);
      world.announce(project, "Pipeline Hook", payload);
    },
  };
}

/** Forty digits that are always the same for the same words. */
export function shaFor(words: string): string {
  return createHash("sha1").update(words).digest("hex");
}

const nothingHere: http.RequestListener = (_request, response) => {
  response.writeHead(404, { "content-type": "text/plain" });
  response.end("There is nothing here but the API.\n");
};
