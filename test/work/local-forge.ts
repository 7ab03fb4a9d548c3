import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGitHttp } from "../../src/demo/local-forge/git-http.ts";
import type { NewPush } from "../../src/demo/local-forge/push-as-person.ts";
import { createGitRepositories, type GitRepositories } from "../../src/demo/local-forge/git-repositories.ts";
import type { ForgeName } from "../../src/domain/repository.ts";
import { createFaults, type GitFault } from "../fakes/git-server/git-faults.ts";
import { createLoopbackCertificate } from "../../src/demo/local-forge/loopback-certificate.ts";
import type { FaultKind } from "../fakes/github/faults.ts";
import { startGithubFake } from "../fakes/github/github-fake.ts";
import type { FaultKind as GitlabFaultKind } from "../../src/demo/local-forge/gitlab/faults.ts";
import type { Operation as GitlabOperation } from "../../src/demo/local-forge/gitlab/routes.ts";
import { startGitlabFake } from "../../src/demo/local-forge/gitlab/gitlab-fake.ts";

/** A pull request as the forge has it, whichever forge that is. */
export type ForgePull = { number: number; title: string; state: string; branch: string; sha: string };

type CommonFault = Extract<FaultKind, GitlabFaultKind>;

export type ApiFault = {
  on:
    | "repository"
    | "create"
    | "get"
    | "list"
    | "update"
    | "user"
    | "summary"
    | "update-summary"
    | "inline"
    | "check"
    | "resolve";
  fault: CommonFault;
  times?: number;
  /** Of `5xx-…`, where it is another. */
  status?: number;
  /** Of `429`. */
  headers?: Record<string, string>;
  /** Of `slow`: what was asked has been done, and the answer is held back until it is calm. */
  whenHeld?: () => void;
};

/** What the service's tokens are good for: `read` lets them look only, with `nothing` the repository is hidden from them. */
export type TokenRights = "all" | "read" | "nothing";

/** A whole forge at one address, over TLS: its API, and its repositories by git's own server. It keeps the only truth. */
export type LocalForge = AsyncDisposable & {
  name: ForgeName;
  /** `127.0.0.1:<port>` */
  host: string;
  origin: string;
  apiBaseUrl: string;
  caFile: string;
  slug: string;
  /** Good for everything; may be taken away. */
  token: string;
  revokeToken: () => void;
  grantToken: (token: string) => void;
  /** Of all tokens that were granted; at the API, not for git. */
  limitTokens: (to: TokenRights) => void;
  repositories: GitRepositories;
  pulls: () => Promise<ForgePull[]>;
  /** What a person does with a pull request on the forge's pages. */
  close: (number: number) => Promise<void>;
  merge: (number: number) => Promise<void>;
  /** What there is of reviews, and what people do about them. */
  review: ReviewPeople;
  /** Every change of a ref that a push made: `refs/heads/x` and to which commit. */
  pushed: () => { ref: string; to: string }[];
  /** How many bytes git was sent so far. */
  bytesSent: () => number;
  gitFault: (fault: GitFault) => void;
  apiFault: (fault: ApiFault) => void;
  calm: () => void;
  /** Everything that anybody sent to the API, as one text: where secrets must not be, but for the header that carries the token. */
  requests: () => { method: string; path: string; body: string }[];
};

export type SeenThread = {
  id: string;
  path: string;
  line: number;
  isResolved: boolean;
  /** Login and words of each comment, oldest first. */
  comments: { author: string; body: string }[];
};

/** The pull requests' conversations as the forge has them, and what Ann does with them on its pages. */
export type ReviewPeople = {
  openPull: (words: { title: string; body?: string; branch: string }) => Promise<number>;
  /** A commit of Ann's, pushed; the hooks hear of it. */
  push: (commit: NewPush) => Promise<string>;
  threads: (number: number) => Promise<SeenThread[]>;
  resolve: (number: number, threadId: string) => Promise<void>;
  /** Outside of threads. */
  comments: (number: number) => Promise<{ author: string; body: string }[]>;
  /** From now on this address hears of what happens. */
  hook: (url: string, secret: string) => void;
  /** What stands beside a commit now. */
  checks: (sha: string) => Promise<{ name: string; state: string; title: string }[]>;
};

const slugs: Record<ForgeName, string> = { github: "acme/web", gitlab: "acme/platform/web" };

/** What the repository begins with, made in its bare directory; a few files without it. */
export type Seed = (repositories: GitRepositories, slug: string) => Promise<void>;

export async function startLocalForge(name: ForgeName, seed: Seed = aFewFiles): Promise<LocalForge> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "pullwright-forge-")));
  const [rootDir, homeDir] = [join(directory, "repositories"), join(directory, "home")];
  await Promise.all([mkdir(rootDir), mkdir(homeDir)]);
  const certificate = createLoopbackCertificate();
  const caFile = join(directory, "authority.pem");
  await writeFile(caFile, certificate.authority);
  const tls = { key: certificate.key, cert: certificate.certificate };
  const slug = slugs[name];
  const repositories = createGitRepositories({ rootDir, homeDir });
  await seed(repositories, slug);
  const tip = (await repositories.refs(slug)).get("refs/heads/main") ?? "";
  const tokens = new Set<string>();
  const faults = createFaults();
  const pushed: { ref: string; to: string }[] = [];
  let bytesSent = 0;
  const before = new WeakMap<object, Map<string, string>>();
  const git = createGitHttp({
    rootDir,
    homeDir,
    allow: (credential) =>
      credential !== null && tokens.has(credential.token)
        ? { kind: "granted", user: "pullwright-bot" }
        : { kind: "refused", status: 401 },
    parts: {
      answerInstead: async (exchange, response) => {
        if (faults.answerInstead(exchange, response)) return true;
        if (exchange.service === "git-receive-pack" && exchange.phase === "talk")
          before.set(exchange, await repositories.refs(exchange.slug));
        return false;
      },
      onRequestBytes: (exchange, bytes) => faults.onRequestBytes(exchange, bytes),
      onResponseBytes: async (exchange, bytes, response) => {
        const passed = await faults.onResponseBytes(exchange, bytes, response);
        bytesSent += passed?.length ?? 0;
        return passed;
      },
      onEnd: async (exchange) => {
        const refs = before.get(exchange);
        if (refs !== undefined) {
          for (const [ref, to] of await repositories.refs(exchange.slug))
            if (refs.get(ref) !== to) pushed.push({ ref, to });
        }
        await faults.onEnd(exchange);
      },
    },
  });
  const serve: RequestListener = (request, response) =>
    void git(request, response).then(
      (isGits) => {
        if (!isGits) response.writeHead(404).end();
      },
      () => response.destroy(),
    );
  // The forge looks at every branch of every pull request: a ref that lies in a file of its own needs no git to be read.
  const lookup = async (of: string, branch: string): Promise<string | null> =>
    (await readFile(join(repositories.directory(of), "refs", "heads", branch), "utf8").catch(() => null))?.trim() ??
    (await repositories.refs(of)).get(`refs/heads/${branch}`) ??
    null;
  const api = name === "github" ? await startGithub(slug, tls) : await startGitlab(slug, tls, tip);
  api.attachGit(lookup, serve, repositories);
  const token = `canary_${name}_8Jq2vTz0Rk5Wm1Xy7Lp3`;
  const grantToken = (granted: string): void => {
    tokens.add(granted);
    api.grant(granted);
  };
  grantToken(token);
  return {
    name,
    host: new URL(api.origin).host,
    origin: api.origin,
    apiBaseUrl: api.apiBaseUrl,
    caFile,
    slug,
    token,
    grantToken,
    limitTokens: api.limit,
    revokeToken: () => {
      tokens.clear();
      api.revoke();
    },
    repositories,
    pulls: api.pulls,
    close: api.close,
    merge: api.merge,
    review: api.review,
    pushed: () => pushed,
    bytesSent: () => bytesSent,
    gitFault: faults.add,
    apiFault: api.fault,
    calm: () => {
      faults.clear();
      api.calm();
    },
    requests: api.requests,
    [Symbol.asyncDispose]: async () => {
      await api.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function aFewFiles(repositories: GitRepositories, slug: string): Promise<void> {
  await repositories.create(slug);
  await repositories.commit(slug, [
    {
      branch: "main",
      message: "Begin",
      files: {
        "README.md": "# Web\n",
        "src/client.ts": "export const retries = 0;\n",
        "src/old.ts": "export {};\n",
        "bin/run": { mode: "100755", content: "#!/bin/sh\n" },
      },
      at: 1_760_000_000,
    },
  ]);
}

type Api = {
  origin: string;
  apiBaseUrl: string;
  attachGit: (
    lookup: (slug: string, branch: string) => Promise<string | null>,
    serve: RequestListener,
    repositories: GitRepositories,
  ) => void;
  grant: (token: string) => void;
  revoke: () => void;
  limit: (to: TokenRights) => void;
  pulls: () => Promise<ForgePull[]>;
  close: (number: number) => Promise<void>;
  merge: (number: number) => Promise<void>;
  review: ReviewPeople;
  fault: (fault: ApiFault) => void;
  calm: () => void;
  requests: LocalForge["requests"];
  stop: () => Promise<void>;
};

type Tls = { key: string; cert: string };
const bot = "pullwright-bot";

async function startGithub(slug: string, tls: Tls): Promise<Api> {
  const fake = await startGithubFake({ users: [bot, "ann"], repositories: [{ slug }], tls, prefix: "/api/v3" });
  const operations: Record<ApiFault["on"], string> = {
    repository: "repos/get",
    create: "pulls/create",
    get: "pulls/get",
    list: "pulls/list",
    update: "pulls/update",
    user: "users/get-authenticated",
    summary: "issues/create-comment",
    "update-summary": "issues/update-comment",
    inline: "pulls/create-review",
    // Over GraphQL, with which threads are read too.
    resolve: "graphql",
    check: "repos/create-commit-status",
  };
  const granted: ReturnType<typeof fake.arrange.token>[] = [];
  return {
    origin: fake.origin,
    apiBaseUrl: fake.apiBaseUrl,
    attachGit: fake.attachGit,
    grant: (token) => void granted.push(fake.arrange.token(bot, token)),
    revoke: () => {
      for (const token of granted) token.standing = "revoked";
    },
    limit: (to) => {
      for (const token of granted) {
        token.access = to === "read" ? "read" : "write";
        token.repositoryIds = to === "nothing" ? [] : null;
      }
    },
    pulls: async () =>
      (await fake.people.pullRequests(slug)).map(({ number, title, state, merged_at: mergedAt, head }) => ({
        number,
        title,
        state: mergedAt === null ? state : "merged",
        branch: head.ref,
        sha: head.sha,
      })),
    close: (number) => fake.people.closePullRequest(slug, "ann", number),
    merge: (number) => fake.people.mergePullRequest(slug, "ann", number),
    review: {
      openPull: ({ title, body = "", branch }) =>
        fake.people.openPullRequest(slug, "ann", { title, body, head: branch, base: "main" }),
      push: (commit) => fake.people.pushCommit(slug, "ann", commit),
      hook: (url, secret) => void fake.arrange.hook(slug, url, secret),
      threads: async (number) =>
        fake.truth.threads(slug, number).map(({ id, path, line, resolvedBy, comments }) => ({
          id,
          path,
          line,
          isResolved: resolvedBy !== null,
          comments: comments.map(({ login, body }) => ({ author: login, body })),
        })),
      resolve: (_number, threadId) => fake.people.resolveThread(slug, "ann", threadId),
      comments: async (number) =>
        (await fake.people.comments(slug, number)).map(({ user, body }) => ({ author: user.login, body })),
      checks: async (sha) => [
        ...fake.truth
          .checkRuns(slug, sha)
          .map(({ name, status, conclusion, title }) => ({ name, state: conclusion ?? status, title: title ?? "" })),
        ...fake.truth
          .statuses(slug, sha)
          .map(({ context, state, description }) => ({ name: context, state, title: description ?? "" })),
      ],
    },
    fault: ({ on, fault, ...more }) => fake.faults.plan({ kind: fault, on: operations[on], ...more }),
    calm: () => fake.faults.clear(),
    requests: () => fake.requests.map(({ method, path, body }) => ({ method, path, body })),
    stop: () => fake.close(),
  };
}

async function startGitlab(slug: string, tls: Tls, tip: string): Promise<Api> {
  const fake = await startGitlabFake({ tls });
  const { id: botId } = fake.arrange.user(bot, { isBot: true });
  fake.arrange.user("ann");
  const project = fake.arrange.project(slug, { branches: { main: tip } });
  fake.arrange.member(slug, bot, "developer");
  fake.arrange.member(slug, "ann", "maintainer");
  const operations: Record<ApiFault["on"], GitlabOperation> = {
    repository: "show-project",
    create: "create-merge-request",
    get: "show-merge-request",
    list: "list-merge-requests",
    update: "update-merge-request",
    user: "show-current-user",
    summary: "create-merge-request-note",
    "update-summary": "update-merge-request-note",
    inline: "create-discussion",
    resolve: "resolve-discussion",
    check: "create-commit-status",
  };
  const granted: { standing: string }[] = [];
  const notesOf = (number: number) => project.mergeRequests.find(({ iid }) => iid === number)?.notes ?? [];
  const nameOf = (id: number): string => fake.state.users.find((user) => user.id === id)?.username ?? "";
  return {
    origin: fake.origin,
    apiBaseUrl: fake.apiBaseUrl,
    attachGit: fake.attachGit,
    grant: (token) => void granted.push(fake.arrange.token(bot, token)),
    revoke: () => {
      for (const token of granted) token.standing = "revoked";
    },
    limit: (to) => {
      if (to === "nothing") delete project.members[botId];
      else fake.arrange.member(slug, bot, to === "all" ? "developer" : "reporter");
    },
    pulls: async () =>
      project.mergeRequests.map(({ iid, title, state, sourceBranch, sha }) => ({
        number: iid,
        title,
        state: state === "opened" ? "open" : state,
        branch: sourceBranch,
        sha,
      })),
    close: async (number) => fake.people.closeMergeRequest(slug, number, "ann"),
    merge: async (number) => fake.people.mergeMergeRequest(slug, number, "ann"),
    review: {
      openPull: async ({ title, body = "", branch }) =>
        (
          await fake.people.openMergeRequest(slug, "ann", {
            title,
            description: body,
            sourceBranch: branch,
            targetBranch: "main",
          })
        ).iid,
      push: (commit) => fake.people.pushCommit(slug, "ann", commit),
      hook: (url, signingToken) => void fake.arrange.hook(slug, url, { signingToken }),
      threads: async (number) =>
        [...Map.groupBy(notesOf(number), ({ discussionId }) => discussionId)].flatMap(([id, notes]) => {
          const [first] = notes;
          if (first?.position === null || first === undefined) return [];
          const { newPath: path, newLine: line } = first.position;
          const comments = notes.map(({ authorId, body }) => ({ author: nameOf(authorId), body }));
          return [{ id, path, line, isResolved: first.resolvedById !== null, comments }];
        }),
      resolve: async (number, threadId) => fake.people.resolveDiscussion(slug, number, "ann", threadId),
      comments: async (number) =>
        notesOf(number)
          .filter(({ position, isSystem }) => position === null && !isSystem)
          .map(({ authorId, body }) => ({ author: nameOf(authorId), body })),
      checks: async (sha) => {
        const newest = new Map(project.statuses.filter((one) => one.sha === sha).map((one) => [one.name, one]));
        return [...newest.values()].map(({ name, state, description }) => ({ name, state, title: description ?? "" }));
      },
    },
    fault: ({ on, fault, whenHeld, ...more }) => {
      if (whenHeld !== undefined) void fake.faults.whenHeld().then(whenHeld);
      fake.faults.plan({ kind: fault, on: operations[on], ...more });
    },
    calm: () => fake.faults.clear(),
    requests: () => fake.requests.map(({ method, path, body }) => ({ method, path, body })),
    stop: () => fake.close(),
  };
}
