import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runChild } from "../../child/run-child.ts";
import { systemClock } from "../../domain/clock.ts";
import { answerForgePage } from "./forge-page.ts";
import { createGitHttp } from "./git-http.ts";
import { createGitRepositories, type FileTree, type GitRepositories, type NewCommit } from "./git-repositories.ts";
import { type GitlabFake, startGitlabFake } from "./gitlab/gitlab-fake.ts";
import { type FakeMergeRequest, type FakeProject, userOf } from "./gitlab/gitlab-state.ts";
import type { Pipeline } from "./gitlab/pipeline-payload.ts";
import { createLoopbackCertificate } from "./loopback-certificate.ts";

/** Who acts at the forge; `isAgent` is whom Pullwright's token belongs to. */
export type ForgePerson = { login: string; name: string; isAgent?: true };

export type LocalForgeOptions = {
  gitPath: string;
  /** Made, and removed when it closes. */
  directory: string;
  /** Its only repository. */
  slug: string;
  people: ForgePerson[];
  history: NewCommit[];
};

/** What somebody does on a machine of his own; a new branch begins where main is. */
export type PushedWork = { branch: string; message: string; files: FileTree };

/** A conversation at a line of a merge request, as people see it: of whom it was begun, and who ended it. */
export type ShownThread = { path: string; line: number; by: string; resolvedBy: string | null };

/** A GitLab of this machine's own at one https address: its API, its pages, and real repositories behind real git. It keeps everything in memory and one folder. */
export type LocalForge = {
  /** `https://127.0.0.1:<port>` */
  origin: string;
  apiBaseUrl: string;
  /** Who is to be believed when this forge says who it is. */
  caFile: string;
  slug: string;
  /** Pullwright's own. */
  token: string;
  repositories: GitRepositories;
  /** From now on everything that happens is told there, signed. */
  addHook: (url: string, signingToken: string) => void;
  /** Makes a checkout as a developer has one, whose `origin` is this forge, with some files of the developer's own. */
  checkOut: (path: string, files: Record<string, string>) => Promise<void>;
  /** The next merge request is opened, but the answer is lost on its way. */
  loseNextAnswer: () => void;
  mergeRequests: () => readonly FakeMergeRequest[];
  pageOf: (request: FakeMergeRequest) => string;
  tellPipeline: (login: string, pipeline: Pipeline) => void;
  /** What people do with git. */
  push: (login: string, work: PushedWork) => Promise<void>;
  threadsOf: (request: FakeMergeRequest) => ShownThread[];
  /** What people do on its pages. */
  open: (login: string, branch: string, title: string) => Promise<FakeMergeRequest>;
  markReady: (login: string, request: FakeMergeRequest) => void;
  /** With a merge commit, in git and on the page. */
  merge: (login: string, request: FakeMergeRequest) => Promise<void>;
  /** All that it had to tell has been answered. */
  settled: () => Promise<void>;
  /** Ends what still runs for a client, and takes everything away. A second call does nothing. */
  close: () => Promise<void>;
};

/** @throws when git cannot make the repository */
export async function startLocalForge(options: LocalForgeOptions): Promise<LocalForge> {
  const { gitPath, directory, slug, people } = options;
  const [rootDir, homeDir] = [join(directory, "repositories"), join(directory, "home")];
  const caFile = join(directory, "authority.pem");
  await mkdir(rootDir, { recursive: true, mode: 0o700 });
  await mkdir(homeDir);
  const { authority, certificate, key } = createLoopbackCertificate();
  await writeFile(caFile, authority);
  const repositories = createGitRepositories({ rootDir, homeDir, gitPath });
  await repositories.create(slug);
  await repositories.commit(slug, options.history);

  const token = `glpat-${randomBytes(20).toString("base64url")}`;
  const fake = await startGitlabFake({ tls: { key, cert: certificate } });
  const project = arrange(fake, { slug, people, token });
  const agent = people.find((one) => one.isAgent)?.login ?? "";
  const pushes = watchPushes(agent, { fake, repositories });
  const git = createGitHttp({
    rootDir,
    homeDir,
    gitPath,
    allow: (credential) =>
      credential?.token === token ? { kind: "granted", user: agent } : { kind: "refused", status: 401 },
    parts: pushes,
  });
  const loginOf = (id: number): string => userOf(fake.state, id).username;
  const shown = { origin: fake.origin, project, repositories, loginOf };
  fake.attachGit(
    async (of, branch) => (await repositories.refs(of)).get(`refs/heads/${branch}`) ?? null,
    (request, response) =>
      void git(request, response)
        .then(async (isGits) => {
          if (!isGits) await answerForgePage(request, response, shown);
        })
        .catch(() => response.destroy()),
    repositories,
  );
  let closing: Promise<void> | null = null;
  const nameOf = (login: string): string => people.find((one) => one.login === login)?.name ?? login;
  return {
    origin: fake.origin,
    apiBaseUrl: fake.apiBaseUrl,
    caFile,
    slug,
    token,
    repositories,
    addHook: (url, signingToken) => void fake.arrange.hook(slug, url, { signingToken }),
    checkOut: async (path, files) => {
      await checkOut(path, { gitPath, homeDir, from: repositories.directory(slug), at: fake.origin, slug });
      for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content, { mode: 0o600 });
    },
    loseNextAnswer: () => fake.faults.plan({ kind: "drop-after-commit", on: "create-merge-request" }),
    mergeRequests: () => project.mergeRequests,
    pageOf: ({ iid }) => `${fake.origin}/${slug}/-/merge_requests/${iid}`,
    tellPipeline: (login, pipeline) => fake.people.runPipeline(slug, login, pipeline),
    push: async (login, { branch, ...work }) => {
      const isNew = !(await repositories.refs(slug)).has(`refs/heads/${branch}`);
      await fake.people.pushCommit(slug, login, {
        ...work,
        branch,
        ...(isNew ? { from: "refs/heads/main" } : {}),
        author: { name: nameOf(login), email: `${login}@acme.example` },
        at: Math.floor(systemClock().getTime() / 1000),
      });
    },
    threadsOf: ({ notes }) =>
      notes.flatMap(({ position, authorId, resolvedById }) =>
        position === null
          ? []
          : [
              {
                path: position.newPath,
                line: position.newLine,
                by: loginOf(authorId),
                resolvedBy: resolvedById === null ? null : loginOf(resolvedById),
              },
            ],
      ),
    open: (login, branch, title) =>
      fake.people.openMergeRequest(slug, login, { title, description: "", sourceBranch: branch, targetBranch: "main" }),
    markReady: (login, { iid, title }) =>
      fake.people.editMergeRequest(slug, iid, login, { title: title.replace(/^draft:\s*/i, "") }),
    merge: (login, request) => merge({ login, name: nameOf(login) }, request, { fake, repositories, slug }),
    settled: fake.hooks.settled,
    close: () => (closing ??= fake.close().then(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))),
  };
}

function arrange(
  { arrange: make }: GitlabFake,
  { slug, people, token }: { slug: string; people: ForgePerson[]; token: string },
): FakeProject {
  const project = make.project(slug);
  for (const { login, name, isAgent } of people) {
    make.user(login, { name, isBot: isAgent ?? false });
    make.member(slug, login, isAgent ? "developer" : "maintainer");
    if (isAgent) make.token(login, token);
  }
  return project;
}

type Truth = { fake: GitlabFake; repositories: GitRepositories };

/** Tells of every branch that a push moved, as a forge does when git is done. */
function watchPushes(login: string, { fake, repositories }: Truth) {
  const before = new WeakMap<object, Map<string, string>>();
  return {
    answerInstead: async (exchange: { slug: string; service: string; phase: string }) => {
      if (exchange.service === "git-receive-pack" && exchange.phase === "talk")
        before.set(exchange, await repositories.refs(exchange.slug));
      return false;
    },
    onEnd: async (exchange: { slug: string }) => {
      const refs = before.get(exchange);
      if (refs === undefined) return;
      for (const [ref, after] of await repositories.refs(exchange.slug)) {
        if (refs.get(ref) === after || !ref.startsWith("refs/heads/")) continue;
        const branch = ref.slice("refs/heads/".length);
        await tellPush(
          exchange.slug,
          login,
          { branch, before: refs.get(ref) ?? nowhere, after },
          { fake, repositories },
        );
      }
    },
  };
}

const nowhere = "0".repeat(40);

async function tellPush(
  slug: string,
  login: string,
  moved: { branch: string; before: string; after: string },
  { fake, repositories }: Truth,
): Promise<void> {
  const since = moved.before === nowhere ? "main" : moved.before;
  const log = await repositories.git(slug, [
    "log",
    "--reverse",
    "--format=%H%x09%cI%x09%s",
    `${since}..${moved.after}`,
  ]);
  const commits = log
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", timestamp = "", ...message] = line.split("\t");
      return { id, timestamp, message: message.join("\t") };
    });
  fake.people.push(slug, login, { ...moved, commits });
}

async function checkOut(
  path: string,
  place: { gitPath: string; homeDir: string; from: string; at: string; slug: string },
): Promise<void> {
  const git = async (...args: string[]): Promise<void> => {
    const said = await runChild({
      file: place.gitPath,
      args,
      cwd: place.homeDir,
      env: {
        PATH: "/usr/bin:/bin",
        HOME: place.homeDir,
        LANG: "C.UTF-8",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
      },
      stdout: { keep: "all", bytesMax: 64 * 1024 },
      timeoutMs: 60_000,
    });
    if (said.kind !== "exited" || said.code !== 0)
      throw new Error(`git ${args.join(" ")}: ${said.kind} ${said.stderr}`);
  };
  await git("clone", "--quiet", "--no-hardlinks", "--template=", place.from, path);
  await git("-C", path, "remote", "set-url", "origin", `${place.at}/${place.slug}.git`);
}

/** The page's merge button: a merge commit on top of main, then what the hooks hear. Nothing else moves main here, so the branch's content is the merge's. */
async function merge(
  { login, name }: { login: string; name: string },
  request: FakeMergeRequest,
  { fake, repositories, slug }: Truth & { slug: string },
): Promise<void> {
  const target = `refs/heads/${request.targetBranch}`;
  const text = async (...args: string[]): Promise<string> =>
    (await repositories.git(slug, args)).toString("utf8").trim();
  const before = await text("rev-parse", target);
  const tree = await text("rev-parse", `${request.sha}^{tree}`);
  const stamp = `${name} <${login}@acme.example> ${Math.floor(systemClock().getTime() / 1000)} +0000`;
  const message = `Merge branch '${request.sourceBranch}' into '${request.targetBranch}'\n\n${request.title}\n\nSee merge request ${slug}!${request.iid}\n`;
  const commit = `tree ${tree}\nparent ${before}\nparent ${request.sha}\nauthor ${stamp}\ncommitter ${stamp}\n\n${message}`;
  const stored = await repositories.git(slug, ["hash-object", "-t", "commit", "-w", "--stdin"], Buffer.from(commit));
  const after = stored.toString("utf8").trim();
  await repositories.setRef(slug, target, after);
  fake.people.mergeMergeRequest(slug, request.iid, login, { mergeCommitSha: after });
  await tellPush(slug, login, { branch: request.targetBranch, before, after }, { fake, repositories });
}
