import type http from "node:http";
import type { GitRepositories } from "../../../src/demo/local-forge/git-repositories.ts";
import { allPullRequests } from "./pulls.ts";
import { announce, pushPayload } from "./announce.ts";
import type { ApiCall } from "./api-call.ts";
import { type RecordedRequest, startApiServer } from "./api-server.ts";
import { loadContract } from "./contract.ts";
import { type SeededApp, startEmulator } from "./emulator.ts";
import { createFaults, type FaultPlan } from "./faults.ts";
import { followingFirst } from "./follow-pulls.ts";
import { handle } from "./handle.ts";
import { createHookDeliveries, type HookDelivery } from "./hook-deliveries.ts";
import { makeFork } from "./make-fork.ts";
import { type NewPush, pushAsPerson } from "../../../src/demo/local-forge/push-as-person.ts";
import type { FakeCheckRun, FakeReview, FakeStatus, FakeThread } from "./review-state.ts";
import { type ReviewPeople, reviewPeopleIn } from "./review-people.ts";
import {
  type FakeHook,
  type FakeRepository,
  type FakeRole,
  type FakeToken,
  newRepository,
  repositoryCalled,
  shaFor,
  type World,
} from "./world.ts";

export type GithubFakeOptions = {
  /** Everybody who acts, by login. */
  users: string[];
  repositories: {
    /** Its owner is an account of its own, to which all users belong. */
    slug: string;
    isPrivate?: boolean;
    /** Who may see it when it is private; all users without it. */
    members?: string[];
    defaultBranch?: string;
  }[];
  /** Each acts as the user `<slug>[bot]`. */
  apps?: SeededApp[];
  /** With these it speaks https. */
  tls?: { key: string; cert: string };
  /** `/api/v3` makes it an Enterprise server. */
  prefix?: "" | "/api/v3";
  now?: () => Date;
};

/** The tip of a branch at a real git server. */
export type BranchLookup = (slug: string, branch: string) => string | null | Promise<string | null>;

export type GithubFake = {
  /** `http://127.0.0.1:<port>`: the pages and, where a git server is attached with its listener, the remotes. */
  origin: string;
  /** What a client is configured with. */
  apiBaseUrl: string;
  /** What reached the API, in order. */
  requests: RecordedRequest[];
  /** Requests and answers that GitHub's own description does not know. A test that is done looks here. */
  violations: string[];
  faults: FaultPlan;
  arrange: Arrange;
  people: People;
  hooks: Pick<ReturnType<typeof createHookDeliveries>, "resend" | "settled"> & { deliveries: HookDelivery[] };
  /**
   * From now on branches are those of a git server: a pull request needs a branch that was really pushed and shows its tip. `serve` takes the requests
   * that are not for the API, so that git and API live at one address. With `repositories`, which reviews need, changes are those that git sees, and the
   * newest commit of every pull request is under `refs/pull/…/head`.
   */
  attachGit: (lookup: BranchLookup, serve?: http.RequestListener, repositories?: GitRepositories) => void;
  truth: Truth;
  close: () => Promise<void>;
};

/** What there really is. */
export type Truth = {
  reviews: (slug: string, number: number) => FakeReview[];
  threads: (slug: string, number: number) => FakeThread[];
  /** All that were ever made. */
  checkRuns: (slug: string, sha: string) => FakeCheckRun[];
  /** Of each context the newest. */
  statuses: (slug: string, sha: string) => FakeStatus[];
};

export type Arrange = {
  token: (
    login: string,
    token: string,
    more?: { access?: "read" | "write"; standing?: FakeToken["standing"]; repositories?: string[] },
  ) => FakeToken;
  revoke: (token: string) => void;
  branch: (slug: string, branch: string, sha: string) => void;
  /** The old name leads to the new one from now on. */
  rename: (slug: string, newName: string) => Promise<void>;
  archive: (slug: string) => void;
  lock: (slug: string, number: number) => void;
  /** What somebody may do there. */
  role: (slug: string, login: string, role: FakeRole) => void;
  hook: (slug: string, url: string, secret: string) => FakeHook;
};

/** What people do on the pages, by login. */
export type People = ReviewPeople & {
  /** A copy of somebody's own, in which to begin a pull request: its name, `login/web`. */
  fork: (slug: string, login: string) => Promise<string>;
  openPullRequest: (
    slug: string,
    login: string,
    asked: { title: string; body?: string; head: string; base: string; draft?: boolean },
  ) => Promise<number>;
  closePullRequest: (slug: string, login: string, number: number) => Promise<void>;
  /** The base branch moves to the merge commit, which is given or made up. */
  mergePullRequest: (slug: string, login: string, number: number, mergeCommitSha?: string) => Promise<void>;
  openIssue: (slug: string, login: string, words: { title: string; body: string }) => Promise<number>;
  comment: (slug: string, login: string, number: number, body: string) => Promise<number>;
  /** Tells the hooks, and the pull requests of the branch. */
  push: (
    slug: string,
    login: string,
    push: { branch: string; before: string; after: string; commits?: { id: string; message: string }[] },
  ) => Promise<void>;
  /** A commit at the attached git repository, pushed; the hooks hear of it, `synchronize` too. Its id. */
  pushCommit: (slug: string, login: string, commit: NewPush) => Promise<string>;
  /** All comments of a conversation, for counting what really happened. */
  comments: (slug: string, number: number) => Promise<{ id: number; body: string; user: { login: string } }[]>;
  /** A user's numeric id, as text. */
  idOf: (login: string) => Promise<string>;
  issues: (slug: string) => Promise<{ number: number; title: string }[]>;
  pullRequests: (
    slug: string,
  ) => Promise<
    { number: number; title: string; state: string; merged_at: string | null; head: { ref: string; sha: string } }[]
  >;
};

/** Read and compiled once, for all that are started here; it keeps nothing of what it checks. */
const contract = loadContract();

/** Starts a GitHub on a free port of 127.0.0.1: an emulator behind GitHub's rules, checked by GitHub's own description, that fails when asked to. */
export async function startGithubFake(options: GithubFakeOptions): Promise<GithubFake> {
  const { prefix = "", apps = [], now = () => new Date() } = options;
  const requests: RecordedRequest[] = [];
  const violations: string[] = [];
  const faults = createFaults(() => requests.length);
  const deliveries = createHookDeliveries();
  let lookup: BranchLookup | null = null;
  let git: GitRepositories | null = null;
  let lastId = 3_000_000_000;
  let otherwise: http.RequestListener = nothingHere;
  const bots = apps.map(({ slug }) => `${slug}[bot]`);

  const worldAt = async (origin: string): Promise<World> => {
    const emulator = await startEmulator(
      {
        users: [...options.users, ...bots],
        owners: [...new Set(options.repositories.map(({ slug }) => slug.split("/")[0] ?? ""))],
        repositories: options.repositories.map(({ slug, defaultBranch = "main" }) => ({ slug, defaultBranch })),
        apps,
      },
      origin,
    );
    const repositories: FakeRepository[] = [];
    for (const { slug, isPrivate = true, members, defaultBranch = "main" } of options.repositories) {
      const { body } = await emulator.ask({ login: options.users[0] ?? "" }, "GET", `/repos/${slug}`);
      const branches = { [defaultBranch]: shaFor(`${slug} ${defaultBranch}`) };
      const { id } = body as { id: number };
      repositories.push(newRepository({ id, slug, isPrivate, defaultBranch, branches, members: members ?? null }));
    }
    const hooks: FakeHook[] = [];
    return {
      webUrl: origin,
      prefix,
      emulator,
      repositories,
      tokens: [],
      hooks,
      made: [],
      now,
      git: () => git,
      accounts: new Map(),
      nextId: () => (lastId += 1),
      branchTip: async (repository, branch) =>
        lookup === null ? (repository.branches[branch] ?? null) : await lookup(repository.slug, branch),
      announce: (repository, event, payload) => {
        for (const hook of hooks) if (hook.repositoryId === repository.id) deliveries.send(hook, event, payload);
      },
    };
  };
  const server = await startApiServer(
    { tls: options.tls ?? null, prefix, otherwise: (request, response) => otherwise(request, response) },
    { worldAt, contract: await contract, faults, requests, violations, now },
  );
  const { world } = server;
  return {
    origin: server.origin,
    apiBaseUrl: `${server.origin}${prefix}`,
    requests,
    violations,
    faults,
    arrange: arrangeIn(world, options.users[0] ?? ""),
    people: peopleIn(world, options.users[0] ?? ""),
    hooks: { deliveries: deliveries.all, resend: deliveries.resend, settled: deliveries.settled },
    attachGit: (branchLookup, serve, repositories) => {
      lookup = branchLookup;
      git = repositories ?? null;
      otherwise = serve === undefined ? otherwise : followingFirst(serve, options.users[0] ?? "", world);
    },
    truth: {
      reviews: (slug, number) => repositoryCalled(world, slug).reviews.filter((one) => one.pullNumber === number),
      threads: (slug, number) => repositoryCalled(world, slug).threads.filter((one) => one.pullNumber === number),
      checkRuns: (slug, sha) => repositoryCalled(world, slug).checkRuns.filter((one) => one.headSha === sha),
      statuses: (slug, sha) => {
        const found = repositoryCalled(world, slug).statuses.filter((one) => one.sha === sha);
        return [...new Map(found.map((status) => [status.context, status])).values()];
      },
    },
    close: async () => {
      await server.close();
      await deliveries.settled();
      await world.emulator.close();
    },
  };
}

function arrangeIn(world: World, admin: string): Arrange {
  return {
    token: (login, token, more = {}) => {
      const made: FakeToken = {
        token,
        login,
        access: more.access ?? "write",
        standing: more.standing ?? "good",
        repositoryIds: more.repositories?.map((slug) => repositoryCalled(world, slug).id) ?? null,
        kind: "personal",
      };
      world.tokens.push(made);
      return made;
    },
    revoke: (token) => {
      const known = world.tokens.find((one) => one.token === token);
      if (known === undefined) throw new Error("The fake GitHub has no such token");
      known.standing = "revoked";
    },
    branch: (slug, branch, sha) => {
      repositoryCalled(world, slug).branches[branch] = sha;
    },
    rename: async (slug, newName) => {
      const repository = repositoryCalled(world, slug);
      await world.emulator.ask({ login: admin }, "PATCH", `/repos/${slug}`, JSON.stringify({ name: newName }));
      repository.formerSlugs.push(repository.slug);
      repository.slug = `${slug.split("/")[0]}/${newName}`;
    },
    archive: (slug) => {
      repositoryCalled(world, slug).isArchived = true;
    },
    lock: (slug, number) => {
      repositoryCalled(world, slug).lockedNumbers.push(number);
    },
    role: (slug, login, role) => {
      repositoryCalled(world, slug).roles[login] = role;
    },
    hook: (slug, url, secret) => {
      const hook = { id: 700 + world.hooks.length, repositoryId: repositoryCalled(world, slug).id, url, secret };
      world.hooks.push(hook);
      return hook;
    },
  };
}

function peopleIn(world: World, admin: string): People {
  const act = async (login: string, method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const text = body === undefined ? "" : JSON.stringify(body);
    const [bare = "", query = ""] = path.split("?");
    const asker = { kind: "user" as const, login, token: null };
    const call: ApiCall = {
      number: 0,
      method,
      path: bare,
      query: new URLSearchParams(query),
      text,
      body,
      asker,
      seenUntil: null,
    };
    const given = await handle(call, world);
    if (given.status >= 300)
      throw new Error(`The fake GitHub answered ${given.status} to ${login}'s ${method} ${path}`);
    return given.body as Record<string, unknown>;
  };
  const push: People["push"] = async (slug, login, { commits = [], ...pushed }) => {
    const repository = repositoryCalled(world, slug);
    repository.branches[pushed.branch] = pushed.after;
    const payload = pushPayload({ ...pushed, commits }, { webUrl: world.webUrl, slug, login, now: world.now() });
    await announce({ repository, sender: login, event: "push", payload }, world);
    const { before, after } = pushed;
    for (const base of world.repositories.filter(({ id }) => id === repository.id || id === repository.forkOf))
      for (const pull of await allPullRequests(base, { kind: "user", login, token: null }, world)) {
        if (pull.state !== "open" || pull.head.ref !== pushed.branch || pull.head.repo?.id !== repository.id) continue;
        const synchronize = { action: "synchronize", number: pull.number, before, after, pull_request: pull };
        await announce({ repository: base, sender: login, event: "pull_request", payload: synchronize }, world);
      }
  };
  return {
    ...reviewPeopleIn(world),
    push,
    pushCommit: async (slug, login, commit) => {
      const { before, after } = await pushAsPerson(slug, commit, world);
      const commits = [{ id: after, message: commit.message }];
      await push(slug, login, { branch: commit.branch, before, after, commits });
      return after;
    },
    fork: (slug, login) => makeFork(slug, login, world),
    openPullRequest: async (slug, login, asked) =>
      Number((await act(login, "POST", `/repos/${slug}/pulls`, asked))["number"]),
    closePullRequest: async (slug, login, number) => {
      await act(login, "PATCH", `/repos/${slug}/pulls/${number}`, { state: "closed" });
    },
    mergePullRequest: async (slug, login, number, mergeCommitSha = shaFor(`merge of ${slug}#${number}`)) => {
      const repository = repositoryCalled(world, slug);
      const path = `/repos/${slug}/pulls/${number}`;
      const open = await act(login, "GET", path);
      const base = (open["base"] as { ref: string }).ref;
      const before = (await world.branchTip(repository, base)) ?? "0".repeat(40);
      await world.emulator.ask({ login }, "PATCH", path, JSON.stringify({ draft: false }));
      await world.emulator.ask({ login }, "PUT", `${path}/merge`, "{}");
      repository.mergeCommits[number] = mergeCommitSha;
      const merged = { ...(await act(login, "GET", path)), merged: true };
      const closed = { action: "closed", number, pull_request: merged };
      await announce({ repository, sender: login, event: "pull_request", payload: closed }, world);
      const message = `Merge pull request #${number}`;
      await push(slug, login, {
        branch: base,
        before,
        after: mergeCommitSha,
        commits: [{ id: mergeCommitSha, message }],
      });
    },
    openIssue: async (slug, login, words) =>
      Number((await act(login, "POST", `/repos/${slug}/issues`, words))["number"]),
    comment: async (slug, login, number, body) =>
      Number((await act(login, "POST", `/repos/${slug}/issues/${number}/comments`, { body }))["id"]),
    comments: async (slug, number) => {
      const path = `/repos/${slug}/issues/${number}/comments?per_page=100`;
      return (await act(admin, "GET", path)) as never;
    },
    idOf: async (login) => {
      const { body } = await world.emulator.ask({ login: admin }, "GET", `/users/${encodeURIComponent(login)}`);
      return String((body as { id: number }).id);
    },
    issues: async (slug) => {
      const all = await act(admin, "GET", `/repos/${slug}/issues?state=all&per_page=100`);
      return (all as unknown as { number: number; title: string; pull_request?: object }[]).filter(
        (issue) => issue.pull_request === undefined,
      );
    },
    pullRequests: async (slug) => {
      return (await act(admin, "GET", `/repos/${slug}/pulls?state=all&per_page=100`)) as never;
    },
  };
}

const nothingHere: http.RequestListener = (_request, response) => {
  response.writeHead(404, { "content-type": "text/plain" });
  response.end("There is nothing here but the API.\n");
};
