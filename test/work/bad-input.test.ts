import { execFileSync } from "node:child_process";
import { access, chmod, cp, mkdir, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunningWorkers } from "../../src/queue/run-workers.ts";
import type { LocalForge } from "./local-forge.ts";
import { logText, openWorkshop, type Workshop } from "./workshop.ts";

/** What is asked, and with what: each is refused with its code, and nothing is half done. */
type BadInput = {
  payload?: Record<string, unknown>;
  /** What lies in the checkout besides good work. */
  arrange?: (shop: Workshop) => Promise<unknown>;
  env?: (shop: Workshop) => Record<string, string> | Promise<Record<string, string>>;
  code: string;
  /** Stands in the reason. */
  says?: string;
  /** Whatever of it stays at the forge or on the machine is undone. */
  afterwards?: (shop: Workshop) => Promise<unknown>;
};

let shop: Workshop;
let serial = 0;
let workers: RunningWorkers | null = null;
const secret = "what stands in a file that is none of the work's";

/** A checkout as it was cloned; each test works in a copy. */
const fresh = (): string => join(shop.directory, "fresh");

beforeAll(async () => {
  shop = await openWorkshop("github");
  await rename(shop.checkout, fresh());
  await writeFile(join(shop.directory, "outside.md"), secret);
});
afterAll(() => shop[Symbol.asyncDispose]());
beforeEach(async () => {
  serial += 1;
  await rm(shop.checkout, { recursive: true, force: true });
  await cp(fresh(), shop.checkout, { recursive: true, verbatimSymlinks: true });
  await shop.write({ "src/client.ts": `export const retries = ${serial};\n`, "commit_log.md": logText });
});
afterEach(async () => {
  shop.forge.calm();
  await workers?.stop();
  workers = null;
});

describe("a repository that is none", () => {
  const of = (shape: (origin: string, host: string) => string): BadInput["payload"] => {
    const { origin, host } = { origin: "https://127.0.0.1:8443", host: "127.0.0.1:8443" };
    return { repository: shape(origin, host) };
  };
  test.each<[string, BadInput["payload"]]>([
    ["without slashes", of((_origin, host) => `https:${host}/acme/web`)],
    ["with three slashes", of((_origin, host) => `https:///${host}/acme/web`)],
    ["without a scheme", of((_origin, host) => `//${host}/acme/web`)],
    ["with dots", of((origin) => `${origin}/acme/../web`)],
    ["with dots in disguise", of((origin) => `${origin}/acme/%2e%2e/web`)],
    ["with a slash in disguise", of((origin) => `${origin}/acme%2fweb/x`)],
    ["with a NUL in disguise", of((origin) => `${origin}/acme/web%00`)],
    ["an owner like an option", of((origin) => `${origin}/-acme/web`)],
    ["a name like an option", of((origin) => `${origin}/acme/--upload-pack=x`)],
    ["a name that is git's own", { repository: "acme/.git" }],
    ["only dots", { repository: "acme/.." }],
    ["a file", { repository: "file:///etc" }],
    ["a program", { repository: "ext::sh -c id" }],
    ["a script", { repository: "javascript:alert(1)" }],
    ["a line break", { repository: "acme/web\nacme/other" }],
    ["other letters", { repository: "acmе/web" }],
    ["one part", { repository: "web" }],
    ["nothing", { repository: "" }],
    ["a host that nobody configured", { repository: "https://forge.example/acme/web" }],
    ["a host that nobody configured, by ssh", { repository: "git@forge.example:acme/web.git" }],
    ["a host that nobody configured, without encryption", { repository: "http://forge.example/acme/web" }],
    ["the public forge, where another is configured", { repository: "https://github.com/acme/web" }],
    ["a host with a dot behind it", { repository: "https://127.0.0.1.:8443/acme/web" }],
    ["a port that there is not", { repository: "https://127.0.0.1:99999/acme/web" }],
    ["no port", { repository: "https://127.0.0.1:/acme/web" }],
    ["another way to write the host", { repository: "https://0x7f000001:8443/acme/web" }],
    ["with a question", of((origin) => `${origin}/acme/web?ref=main`)],
    ["with a fragment", of((origin) => `${origin}/acme/web#readme`)],
    ["with white space around it", { repository: " acme/web " }],
    ["another's user by ssh", { repository: "root@127.0.0.1:acme/web.git" }],
    ["an option to ssh", { repository: "-oProxyCommand=id:acme/web" }],
    ["three parts", { repository: "acme/web/tree" }],
    ["with a part too many", of((origin) => `${origin}/acme/web/tree/main`)],
    ["longer than any", { repository: `acme/${"w".repeat(2000)}` }],
  ])("%s", (_name, payload) =>
    refused({ ...(payload === undefined ? {} : { payload }), code: "REPOSITORY_URL_INVALID" }),
  );

  test.each<[string, BadInput["payload"]]>([
    ["with a name and a password", of((_origin, host) => `https://ann:secret@${host}/acme/web`)],
    ["a host behind a backslash, which looks like that", of((origin) => `${origin}\\@evil.example/acme/web`)],
  ])("%s, is not even stored", (_name, payload) =>
    refused({ ...(payload === undefined ? {} : { payload }), code: "SECRET_IN_WORK" }),
  );

  test("that the forge does not have", () =>
    refused({ payload: { repository: `${shop.forge.origin}/acme/none` }, code: "FORGE_NOT_FOUND" }));
});

describe("a repository may be written", () => {
  test.each<[string, (origin: string, host: string) => string]>([
    ["with what git puts behind it", (origin) => `${origin}/acme/web.git/`],
    ["with a scheme and a host in capitals", (origin) => `${origin.toUpperCase()}/acme/web`],
    ["without a scheme", (_origin, host) => `${host}/acme/web`],
    ["without its host", () => "acme/web"],
    // There is no key here: the same repository is reached over https, with the token.
    ["by ssh, though there is no key", (_origin, host) => `ssh://git@${host.split(":")[0]}:2222/acme/web.git`],
    ["by ssh in short", (_origin, host) => `git@${host.split(":")[0]}:acme/web.git`],
  ])("%s", async (_name, shape) => {
    workers = await shop.work();

    const command = await shop.run({ repository: shape(shop.forge.origin, shop.forge.host) }, `FORM-${serial}`);

    expect({ state: command.state, because: command.outcome_because }).toMatchObject({ state: "succeeded" });
  });

  test("by ssh with a key only where it is said whose host keys are believed", () =>
    refused({
      payload: { repository: `git@${shop.forge.host.split(":")[0]}:acme/web.git` },
      env: () => ({ PULLWRIGHT_GIT_SSH_KEY_FILE: "/keys/deploy" }),
      code: "CONFIG_INVALID",
      says: "known_hosts",
    }));

  test("and its forge is reached without encryption on this machine alone", () =>
    refused({
      env: () => ({ PULLWRIGHT_GITHUB_API_BASE_URL: "http://forge.example/api/v3" }),
      code: "CONFIG_INVALID",
      says: "https",
    }));
});

describe("a payload that is none", () => {
  test.each<[string, Record<string, unknown>]>([
    ["a checkout that is a number", { checkout: 5 }],
    ["a checkout with a NUL", { checkout: "/tmp/a\0b" }],
    ["files that are a text", { changed_files: "src" }],
    ["a file above the checkout", { changed_files: ["../outside.md"] }],
    ["a file anywhere", { changed_files: ["/etc/passwd"] }],
    ["a file above it by a detour", { changed_files: ["src/../../outside.md"] }],
    ["no file's name", { changed_files: [""] }],
    ["too many files", { changed_files: Array.from({ length: 10_001 }, (_, index) => `f${index}`) }],
    ["a session that is more than a name", { session_id: "one\nCo-authored-by: two" }],
    ["a title like a book", { title: "x".repeat(1001) }],
    ["no base branch", { base_branch: "" }],
    ["a draft that is a word", { draft: "yes" }],
    ["a log anywhere on this machine", { commit_log_path: "/etc/passwd" }],
    ["a log above the checkout", { commit_log_path: "../outside.md" }],
    ["a log by a detour", { commit_log_path: "src/../../outside.md" }],
    ["a log that is the checkout itself", { commit_log_path: "." }],
    ["a log with a NUL", { commit_log_path: "commit\0_log.md" }],
    ["the checkout itself as a file", { changed_files: ["."] }],
    ["files that are numbers", { changed_files: [1, 2] }],
    ["a path like a book", { changed_files: ["x/".repeat(2049)] }],
    ["a folder for artifacts that is nothing", { issue_dir: "" }],
    ["a folder for artifacts that is a list", { issue_dir: ["a"] }],
    ["a session that is an object", { session_id: { toString: "one" } }],
    ["a title that is a list", { title: ["a"] }],
    ["a base branch like a book", { base_branch: "b".repeat(256) }],
  ])("%s", (_name, payload) => refused({ payload, code: "PAYLOAD_INVALID" }));
});

describe("a base branch that is none", () => {
  const gitsOwnSigns =
    "a..b|a b|a^|a:b|x.lock|/a|a/|a\\b|a@{b|.x|a/.b|a//b|a.|a~1|a?b|a*b|a[b|@| |main |x.lock/y".split("|");
  test.each([...gitsOwnSigns, "a\tb", "a\nb", "a\u007fb"])("%j", (branch) =>
    refused({ payload: { base_branch: branch }, code: "BRANCH_NAME_INVALID" }),
  );

  const foreign = "nowhere|-x|--upload-pack=x|HEAD|refs/heads/main|MAIN|mаin|main\u202e|$(id)|`id`|%s%n".split("|");
  test.each([...foreign, "a".repeat(250), "01234567".repeat(5)])("%s, which the remote does not have", (branch) =>
    refused({ payload: { base_branch: branch }, code: "BASE_NOT_ON_REMOTE" }),
  );
});

describe("a branch of ours that may not be", () => {
  test.each(["-x/", "a b/", "ünï/", "a\\b/", "@{/", "../", "a\nb/", `${"a".repeat(244)}/`])(
    "with the prefix %j, in the configuration",
    (prefix) => refused({ env: () => ({ PULLWRIGHT_GITHUB_BRANCH_PREFIX: prefix }), code: "CONFIG_INVALID" }),
  );
  test.each(["a..b/", "x.lock/", "refs/heads/..", "release/", "Releases/"])("with the prefix %s", (prefix) =>
    refused({ env: () => ({ PULLWRIGHT_GITHUB_BRANCH_PREFIX: prefix }), code: "BRANCH_NAME_INVALID" }),
  );

  test("because another stands in its way", () =>
    refused({
      arrange: ({ forge }) =>
        forge.repositories.commit(forge.slug, [{ branch: "taken", message: "Mine", files: { a: "a\n" } }]),
      env: () => ({ PULLWRIGHT_GITHUB_BRANCH_PREFIX: "taken/" }),
      code: "BRANCH_CONFLICT",
    }));
});

describe("a checkout that cannot be taken", () => {
  const inside = (name: string) => join(shop.checkout, name);
  test.each<[string, BadInput]>([
    ["that is not there", { payload: { checkout: "/nowhere/at/all" }, code: "CHECKOUT_NOT_FOUND" }],
    ["that is a file", { payload: { checkout: "/etc/passwd" }, code: "CHECKOUT_NOT_FOUND" }],
    ["that is no checkout", { payload: { checkout: "/usr" }, code: "CHECKOUT_NOT_FOUND" }],
    ["without a log", { arrange: () => rm(inside("commit_log.md")), code: "COMMIT_LOG_MISSING" }],
    ["with an empty log", { arrange: (of) => of.write({ "commit_log.md": " \n\n" }), code: "COMMIT_LOG_MISSING" }],
    [
      "whose log is a link to a file that is none of its business",
      {
        arrange: async () => {
          await rm(inside("commit_log.md"));
          await symlink("../outside.md", inside("commit_log.md"));
        },
        code: "CHECKOUT_UNSAFE",
      },
    ],
    [
      "whose log lies behind a link",
      {
        arrange: async () => {
          await rm(inside("commit_log.md"));
          await symlink(dirname(shop.checkout), inside("codex_implementation"));
          await writeFile(join(dirname(shop.checkout), "commit_log.md"), secret);
        },
        code: "COMMIT_LOG_MISSING",
      },
    ],
    ["in which nothing changed", { arrange: () => shop.git("checkout", "--quiet", "."), code: "EMPTY_DIFF" }],
    [
      "with a file of a hundred megabytes and one",
      {
        arrange: async () => {
          await writeFile(inside("large"), "");
          await truncate(inside("large"), 101 * 1024 * 1024);
        },
        code: "WORK_TOO_LARGE",
      },
    ],
    [
      "that stands on a commit which nobody else has",
      {
        arrange: async () => {
          await shop.git("checkout", "--quiet", "--orphan", "alone");
          await shop.git("add", "--all");
          await shop.git("commit", "--quiet", "--message=Alone");
        },
        code: "BASE_NOT_ON_REMOTE",
      },
    ],
    [
      "whose log has more than any log",
      { arrange: (of) => of.write({ "commit_log.md": "a\n".repeat(600_000) }), code: "WORK_TOO_LARGE" },
    ],
    [
      "whose log is a folder",
      {
        arrange: async () => {
          await rm(inside("commit_log.md"));
          await mkdir(inside("commit_log.md"));
        },
        code: "COMMIT_LOG_MISSING",
      },
    ],
    [
      "whose log waits for somebody to write it",
      {
        arrange: async () => {
          await rm(inside("commit_log.md"));
          execFileSync("/usr/bin/mkfifo", [inside("commit_log.md")]);
        },
        code: "CHECKOUT_UNSAFE",
      },
    ],
    ["of which a file is named that is not there", { payload: { changed_files: ["src/none.ts"] }, code: "EMPTY_DIFF" }],
    ["of which git's own settings are named", { payload: { changed_files: [".git/config"] }, code: "PATH_INVALID" }],
    [
      "whose folder for artifacts is a link",
      {
        payload: { issue_dir: "work" },
        arrange: async (of) => {
          await of.write({ "work/commit_log.md": logText });
          await symlink(of.directory, inside("work/github_pr"));
        },
        code: "CHECKOUT_UNSAFE",
      },
    ],
    [
      "that stands on a commit which git's own checks refuse",
      {
        payload: { base_branch: "hostile", changed_files: ["src/client.ts"] },
        arrange: async ({ forge, git }) => {
          await pushHostileCommit(forge, "hostile");
          await git("fetch", "--quiet", "origin");
          await git("update-ref", "--no-deref", "HEAD", "refs/remotes/origin/hostile");
        },
        code: "HOSTILE_OBJECT",
        afterwards: ({ forge: { repositories, slug } }) => repositories.setRef(slug, "refs/heads/hostile", null),
      },
    ],
    [
      "in which only another checkout is new",
      {
        arrange: async (of) => {
          await of.git("checkout", "--quiet", ".");
          await rm(inside("commit_log.md"));
          await of.write({ "codex_implementation/commit_log.md": logText });
          await cp(fresh(), inside("vendored"), { recursive: true });
        },
        code: "EMPTY_DIFF",
      },
    ],
    [
      "whose files a program would have to store",
      {
        arrange: (of) => of.write({ ".gitattributes": "*.bin filter=lfs\n", "a.bin": "large\n" }),
        code: "UNSUPPORTED_ENTRY",
      },
    ],
  ])("%s", (_name, input) => refused(input));
});

describe("a token that is none", () => {
  const from =
    (content: string | Buffer, mode = 0o600): BadInput["env"] =>
    async (of) => {
      const path = join(of.directory, `bad-token-${serial}`);
      await writeFile(path, content, { mode });
      return { PULLWRIGHT_GITHUB_TOKEN: "", PULLWRIGHT_GITHUB_TOKEN_FILE: path };
    };
  test.each<[string, BadInput["env"]]>([
    ["of two lines", from("one\ntwo\n")],
    ["with a line that a header would believe", from("one\r\nX-Admin: yes")],
    ["with a NUL", from("one\0two")],
    ["in other letters", from("tökén")],
    ["of two words", from("one two")],
    ["that is empty", from("")],
    ["of a megabyte", from("x".repeat(1024 * 1024))],
  ])("%s", (_name, env) => refused({ ...(env === undefined ? {} : { env }), code: "SECRET_MALFORMED" }));

  test("but a link to a token is one, as Kubernetes puts it there", async () => {
    const folder = join(shop.directory, `..data-${serial}`);
    await mkdir(folder);
    await writeFile(join(folder, "token"), `${shop.forge.token}\n`, { mode: 0o600 });
    await symlink(join(folder, "token"), join(shop.directory, `token-${serial}`));
    workers = await shop.work({
      env: { PULLWRIGHT_GITHUB_TOKEN: "", PULLWRIGHT_GITHUB_TOKEN_FILE: join(shop.directory, `token-${serial}`) },
    });

    expect(await shop.run({}, `LINKED-${serial}`)).toMatchObject({ state: "succeeded" });
  });

  test("that others may write over", () =>
    refused({
      env: async (of) => {
        const env = await from("canary_exposed")?.(of);
        await chmod(String(env?.["PULLWRIGHT_GITHUB_TOKEN_FILE"]), 0o666);
        return env ?? {};
      },
      code: "SECRET_EXPOSED",
    }));
});

describe("a forge that misbehaves", () => {
  const elsewhere = { location: "https://elsewhere.example/acme/web.git/info/refs?service=git-upload-pack" };
  test.each<[string, BadInput]>([
    [
      "and sends git elsewhere",
      {
        arrange: async ({ forge }) =>
          forge.gitFault({ phase: "advertise", times: 100, what: { kind: "status", status: 302, headers: elsewhere } }),
        code: "REDIRECT_REFUSED",
      },
    ],
    [
      "and says no with noise",
      {
        arrange: ({ forge }) =>
          declining(forge, "printf '\\033[2J\\033]0;title\\007no \\342\\200\\256entry '; yes no | head -c 200000"),
        code: "PUSH_REJECTED",
        says: "no",
        afterwards: ({ forge }) => rm(join(forge.repositories.directory(forge.slug), "hooks"), { recursive: true }),
      },
    ],
    [
      "and sends the API's caller elsewhere",
      {
        arrange: async ({ forge }) => forge.apiFault({ on: "repository", fault: "redirect" }),
        code: "REDIRECT_REFUSED",
      },
    ],
    [
      "and shows a page for signing in, whatever is asked",
      {
        arrange: async ({ forge }) => forge.apiFault({ on: "repository", fault: "html-200", times: 100 }),
        code: "FORGE_BAD_RESPONSE",
      },
    ],
    [
      "and answers with more than there is memory",
      {
        arrange: async ({ forge }) => forge.apiFault({ on: "repository", fault: "gzip-bomb", times: 100 }),
        code: "FORGE_BAD_RESPONSE",
      },
    ],
    [
      "and answers about another repository",
      {
        arrange: async ({ forge }) => forge.apiFault({ on: "user", fault: "wrong-id", times: 1 }),
        payload: { repository: "acme/none-such" },
        code: "FORGE_NOT_FOUND",
      },
    ],
  ])("%s", (_name, input) => refused(input));
});

test("a checkout's own settings and hooks run nothing, and lead nowhere else", async () => {
  const mark = join(shop.directory, "sprung");
  const trap = join(shop.directory, "trap.sh");
  await writeFile(trap, `#!/bin/sh\necho "$0 $*" >>'${mark}'\ncat 2>/dev/null\n`, { mode: 0o755 });
  for (const [key, value] of [
    ["core.fsmonitor", trap],
    ["core.sshCommand", trap],
    ["core.gitProxy", trap],
    ["credential.helper", trap],
    ["diff.external", trap],
    ["filter.evil.clean", trap],
    ["http.proxy", "http://127.0.0.1:9"],
    ["http.sslVerify", "false"],
    ["url.https://127.0.0.1:9/.pushInsteadOf", shop.forge.origin],
    ["remote.evil.url", `ext::${trap}`],
  ] as const)
    await shop.git("config", key, value);
  await mkdir(join(shop.checkout, ".git", "hooks"), { recursive: true });
  for (const hook of ["pre-push", "pre-commit", "post-commit", "reference-transaction", "post-index-change"])
    await writeFile(join(shop.checkout, ".git", "hooks", hook), `#!/bin/sh\nexec ${trap} ${hook}\n`, { mode: 0o755 });
  workers = await shop.work();

  const command = await shop.run({ repository: `${shop.forge.origin}/${shop.forge.slug}` }, "TRAPS-1");

  expect({ state: command.state, because: command.outcome_because }).toMatchObject({ state: "succeeded" });
  await expect(access(mark)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a folder of any name can be worked in", async () => {
  const folder = join(shop.directory, "-rf ünï ; $(id) 'x'");
  await shop.clone(folder);
  await writeFile(join(folder, "commit_log.md"), logText);
  await writeFile(join(folder, "-rf"), "a file like an option\n");
  await writeFile(join(folder, "line\nbreak"), "two lines\n");
  workers = await shop.work();

  const command = await shop.run({ checkout: folder }, "-rf ../../ünï");

  expect({ state: command.state, because: command.outcome_because }).toMatchObject({ state: "succeeded" });
  const branch = String(command.result["branch"]);
  expect(branch).toMatch(/^pullwright\/[A-Za-z0-9._-]+$/);
  const { repositories, slug } = shop.forge;
  const names = (await repositories.git(slug, ["diff", "-z", "--name-only", "main", branch])).toString();
  expect(names.split("\0").filter(Boolean).toSorted()).toEqual(["-rf", "line\nbreak"]);
});

test("a link in the work stays a link, and what it leads to stays where it is", async () => {
  await symlink("../outside.md", join(shop.checkout, "link"));
  workers = await shop.work();

  const command = await shop.run({}, "LINK-1");

  expect(command.state).toBe("succeeded");
  const { repositories, slug } = shop.forge;
  const listed = (await repositories.git(slug, ["ls-tree", String(command.result["commit_sha"]), "link"])).toString();
  expect(listed).toMatch(/^120000 blob /);
  const objects = await repositories.git(slug, ["cat-file", "--batch-all-objects", "--batch"]);
  expect(objects.includes(secret)).toBe(false);
});

/** A tree with a folder that is git's own, as no git makes it. */
async function pushHostileCommit({ repositories, slug }: LocalForge, branch: string): Promise<void> {
  const said = async (args: string[], stdin?: Buffer): Promise<string> =>
    (await repositories.git(slug, args, stdin)).toString().trim();
  const blob = await said(["hash-object", "-w", "--stdin"], Buffer.from("[core]\n\tfsmonitor = id\n"));
  const entry = (mode: string, name: string, id: string): Buffer =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
  const raw = (bytes: Buffer): Promise<string> =>
    said(["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], bytes);
  const folder = await raw(entry("100644", "config", blob));
  const tree = await raw(entry("40000", ".git", folder));
  await repositories.setRef(slug, `refs/heads/${branch}`, await said(["commit-tree", "-m", "Hostile", tree]));
}

/** The server's own rules, which see a push and refuse it. */
async function declining({ repositories, slug }: LocalForge, script: string): Promise<void> {
  const hooks = join(repositories.directory(slug), "hooks");
  await mkdir(hooks, { recursive: true });
  await writeFile(join(hooks, "pre-receive"), `#!/bin/sh\n${script}\nexit 1\n`, { mode: 0o755 });
}

async function refused(input: BadInput): Promise<void> {
  try {
    await seeRefused(input);
  } finally {
    await input.afterwards?.(shop);
  }
}

async function seeRefused({ payload, arrange, env, code, says = "" }: BadInput): Promise<void> {
  const { forge } = shop;
  const workflowId = `BAD-${serial}`;
  await arrange?.(shop);
  const refs = await forge.repositories.refs(forge.slug);
  const [requests, pulls] = [forge.requests().length, (await forge.pulls()).length];

  const settings = { env: (await env?.(shop)) ?? {} };
  const run = async () => {
    workers = await shop.work(settings);
    return shop.run(payload, workflowId);
  };
  const ended = await run().then(
    (command) => ({ code: command.outcome_code, state: command.state, because: command.outcome_because }),
    // What can be seen at once is refused before it is queued.
    (error: { code?: string; message: string }) => ({ code: error.code, state: "failed", because: error.message }),
  );

  expect(ended).toMatchObject({ state: "failed", code });
  expect(ended.because).toContain(says);
  // eslint-disable-next-line no-control-regex -- what moves a terminal's cursor, or turns the direction of writing
  expect(ended.because).not.toMatch(/[\u0000-\u0008\u001b\u007f\u202e]/);
  expect(ended.because).not.toContain(secret);
  expect(ended.because).not.toContain(forge.token);
  expect(await forge.repositories.refs(forge.slug)).toEqual(refs);
  expect(await forge.pulls()).toHaveLength(pulls);
  const writes = forge
    .requests()
    .slice(requests)
    .filter(({ method }) => method !== "GET");
  expect(writes).toEqual([]);
  await expect(access(join(shop.dataDir, "exports", workflowId))).rejects.toMatchObject({ code: "ENOENT" });
}
