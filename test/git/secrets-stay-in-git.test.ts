import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runChild } from "../../src/child/run-child.ts";
import type { FileChange, Git, GitOptions, Remote } from "../../src/git/git.ts";
import { startGitServer } from "../fakes/git-server/git-server.ts";
import { encoded, goodToken, openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

const newFile: FileChange = {
  path: Buffer.from("new"),
  kind: "put",
  mode: "100644",
  bytes: () => Buffer.from("new\n"),
};

async function newRepository(slug: string): Promise<void> {
  await workshop.server.repositories.create(slug);
  await workshop.server.repositories.commit(slug, [{ branch: "main", message: "One", files: { a: "a\n" } }]);
}

async function openBranch(git: Git, slug: string, remote: Remote): Promise<string> {
  await using mirror = await git.openMirror({ repositoryKey: slug, remote });
  const { sha } = await mirror.fetchCommit({ branch: "main" });
  const { commitSha } = await mirror.buildCommit({ baseSha: sha, changes: [newFile], message: "New", atSeconds: 1 });
  const pushed = await mirror.pushBranch({ branch: "pw/work", commitSha, expected: null, base: "main" });
  await mirror.readRemoteBranch("pw/work");
  return pushed.kind;
}

/** What every program of git was started with: each is replaced by a script that writes it down first. */
type Recorder = { options: Partial<GitOptions>; started: () => Promise<{ argv: string; environment: string }[]> };

async function record(name: string): Promise<Recorder> {
  const directory = join(workshop.directory, name);
  const programs = join(directory, "programs");
  const log = join(directory, "log");
  await mkdir(programs, { recursive: true });
  await mkdir(log);
  const real = (await workshop.theirGit(directory, ["--exec-path"])).trim();
  const recorded = ["git", "git-remote-https", "git-remote-http"];
  for (const program of await readdir(real)) {
    if (!recorded.includes(program)) await symlink(join(real, program), join(programs, program));
  }
  const script = (program: string) =>
    `#!/bin/sh\nmkdir ${log}/$$\ntr '\\0' '\\n' </proc/$$/cmdline >${log}/$$/argv\ntr '\\0' '\\n' </proc/$$/environ >${log}/$$/environment\nexec ${program} "$@"\n`;
  for (const program of recorded)
    await writeFile(join(programs, program), script(join(real, program)), { mode: 0o755 });
  const gitPath = join(directory, "git");
  await writeFile(gitPath, script(`/usr/bin/git --exec-path=${programs}`), { mode: 0o755 });
  await chmod(gitPath, 0o755);
  return {
    options: { gitPath },
    started: async () => {
      const ids = await readdir(log);
      return Promise.all(
        ids.map(async (id) => ({
          argv: await readFile(join(log, id, "argv"), "utf8"),
          environment: await readFile(join(log, id, "environment"), "utf8"),
        })),
      );
    },
  };
}

const forms = [
  goodToken,
  encoded(goodToken),
  encodeURIComponent(goodToken),
  Buffer.from(goodToken).toString("base64").slice(0, -4),
];

function holdsToken(text: string): boolean {
  return forms.some((form) => text.includes(form));
}

async function filesWithToken(directory: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && holdsToken(await readFile(path, "latin1"))) found.push(path);
  }
  return found;
}

describe.each(["header", "askpass"] as const)("a token that goes by %s", (via) => {
  test("is in no command line, and in the environment of those alone that talk to the remote", async () => {
    const slug = `acme/recorded-${via}`;
    await newRepository(slug);
    const recorder = await record(`recorder-${via}`);
    const auth = { kind: "basic", user: "x-access-token", token: goodToken, via } as const;

    const pushed = await openBranch(workshop.createGit(recorder.options), slug, {
      url: workshop.server.url(slug),
      auth,
    });

    const started = await recorder.started();
    expect(pushed).toBe("created");
    expect(started.length).toBeGreaterThan(8);
    expect(started.filter(({ argv }) => holdsToken(argv))).toEqual([]);
    const local = started.filter(({ environment }) => environment.includes("\nGIT_ALLOW_PROTOCOL=\n"));
    expect(local.map(({ argv }) => /\b(init|cat-file|index-pack|for-each-ref|rev-parse)\b/.exec(argv)?.[1])).toEqual(
      expect.arrayContaining(["init", "cat-file", "index-pack", "rev-parse"]),
    );
    expect(local.filter(({ environment }) => holdsToken(environment))).toEqual([]);
    // The control: this is how it would be seen.
    expect(started.some(({ environment }) => holdsToken(environment))).toBe(true);
  });

  test("is in no file afterwards, and in no address", async () => {
    const slug = `acme/files-${via}`;
    await newRepository(slug);
    const auth = { kind: "basic", user: "x-access-token", token: goodToken, via } as const;
    await openBranch(workshop.git, slug, { url: workshop.server.url(slug), auth });

    expect(await filesWithToken(workshop.mirrorsDir)).toEqual([]);
    expect(await filesWithToken(join(workshop.directory, "work"))).toEqual([]);
    expect(await filesWithToken(join(workshop.directory, "home"))).toEqual([]);
  });

  test("that the remote does not know is refused as such, and is not in the error", async () => {
    const slug = `acme/refused-${via}`;
    await newRepository(slug);
    const wrong = "wrong_Zz91kQ0aPpLm";
    const auth = { kind: "basic", user: "x-access-token", token: wrong, via } as const;

    const error: unknown = await openBranch(workshop.git, slug, { url: workshop.server.url(slug), auth }).catch(
      (one: unknown) => one,
    );

    expect(error).toMatchObject({ code: "FORGE_CREDENTIAL_REFUSED" });
    expect(`${String(error)} ${(error as Error).stack}`).not.toContain(wrong);
  });
});

test("git inherits nothing: what others put into our environment does not reach it", async () => {
  const slug = "acme/inherit";
  await newRepository(slug);
  const recorder = await record("recorder-inherit");
  const traps = {
    GIT_TRACE: "1",
    GIT_TRACE2_ENV_VARS: "GIT_CONFIG_VALUE_0",
    GIT_EXEC_PATH: "/nowhere",
    LD_PRELOAD: "/nowhere",
    GIT_DIR: "/nowhere",
    NODE_OPTIONS: "",
    GIT_SSH_COMMAND: "false",
  };
  const before = { ...process.env };
  Object.assign(process.env, traps);
  try {
    expect(await openBranch(workshop.createGit(recorder.options), slug, workshop.remote(slug))).toBe("created");
  } finally {
    for (const name of Object.keys(traps)) delete process.env[name];
    Object.assign(process.env, before);
  }

  const first = (await recorder.started()).find(({ argv }) => argv.includes("\ninit\n"));
  const names = (first?.environment ?? "")
    .split("\n")
    .map((line) => line.split("=")[0] ?? "")
    .filter((name) => name !== "" && !/^GIT_CONFIG_(KEY|VALUE)_[0-9]+$/.test(name) && name !== "GIT_EXEC_PATH");
  expect(names.toSorted()).toEqual(
    [
      "GCM_INTERACTIVE",
      "GIT_ALLOW_PROTOCOL",
      "GIT_ASKPASS",
      "GIT_ATTR_NOSYSTEM",
      "GIT_CEILING_DIRECTORIES",
      "GIT_CONFIG_COUNT",
      "GIT_CONFIG_GLOBAL",
      "GIT_CONFIG_NOSYSTEM",
      "GIT_CONFIG_SYSTEM",
      "GIT_DIR",
      "GIT_EDITOR",
      "GIT_LFS_SKIP_SMUDGE",
      "GIT_LITERAL_PATHSPECS",
      "GIT_NO_LAZY_FETCH",
      "GIT_NO_REPLACE_OBJECTS",
      "GIT_OPTIONAL_LOCKS",
      "GIT_PAGER",
      "GIT_PROTOCOL_FROM_USER",
      "GIT_SEQUENCE_EDITOR",
      "GIT_TERMINAL_PROMPT",
      "HOME",
      "LANG",
      "LC_ALL",
      "PAGER",
      "PATH",
      "SSH_ASKPASS",
      "TMPDIR",
      "TZ",
      "XDG_CONFIG_HOME",
    ].toSorted(),
  );
});

describe("a remote's address", () => {
  const basic = { kind: "basic", user: "x-access-token", token: goodToken, via: "header" } as const;
  test.each([
    "http://example.com/acme/web.git",
    "http://127.0.0.1:80/acme/web.git",
    `https://user:${goodToken}@example.com/acme/web.git`,
    "https://example.com@elsewhere.example/acme/web.git",
    "https://example.com\\@elsewhere.example/acme/web.git",
    "https:example.com/acme/web.git",
    "https:///example.com/acme/web.git",
    "//example.com/acme/web.git",
    "https://example.com/acme/../web.git",
    "https://example.com/acme/%2e%2e/web.git",
    "https://example.com/acme/web.git?x=1",
    "https://example.com/acme/web.git#x",
    "https://example.com/acme/we b.git",
    "https://example.com/acme/web.git\n",
    "https://-example.com/acme/web.git",
    "ext::sh -c touch% /tmp/x",
    "file:///etc",
    "/etc",
    "--upload-pack=x",
    "git@github.com:acme/web.git",
    "ssh://git@example.com/acme/web.git",
    "",
  ])("%j is refused, and not repeated", async (url) => {
    const error: unknown = await workshop.git
      .openMirror({ repositoryKey: "x", remote: { url, auth: basic } })
      .catch((one: unknown) => one);

    expect(error).toMatchObject({ code: "REPOSITORY_URL_INVALID" });
    expect(String(error)).not.toContain(goodToken);
  });

  test.each(["line\nbreak", "carriage\rreturn", "nul\0", "space here", "ünicode", "", "tab\t"])(
    "with the token %j is refused",
    async (token) => {
      const remote = { url: "https://example.com/acme/web.git", auth: { ...basic, token } };

      await expect(workshop.git.openMirror({ repositoryKey: "x", remote })).rejects.toMatchObject({
        code: "SECRET_MALFORMED",
      });
    },
  );

  test("on this machine may do without TLS where that is allowed, and only there", async () => {
    await using plain = await startGitServer({ tls: false });
    plain.tokens.grant({ token: goodToken, user: "bot", access: "write" });
    await plain.repositories.create("acme/plain");
    await plain.repositories.commit("acme/plain", [{ branch: "main", message: "One", files: { a: "a\n" } }]);
    const remote = { url: plain.url("acme/plain"), auth: basic };

    expect(await openBranch(workshop.createGit({ allowLoopbackHttp: true }), "plain", remote)).toBe("created");
    await expect(openBranch(workshop.git, "plain", remote)).rejects.toMatchObject({ code: "REPOSITORY_URL_INVALID" });
    const elsewhere = { url: "http://192.0.2.1/acme/plain.git", auth: basic };
    await expect(openBranch(workshop.createGit({ allowLoopbackHttp: true }), "x", elsewhere)).rejects.toMatchObject({
      code: "REPOSITORY_URL_INVALID",
    });
  });
});

describe("over ssh", () => {
  /** Stands in for ssh: writes down how it was called, and runs what it was to run there, here. */
  async function standIn(name: string): Promise<{ sshPath: string; calls: () => Promise<string> }> {
    const directory = await workshop.folder(name);
    const sshPath = join(directory, "ssh stand-in");
    const log = join(directory, "calls");
    const root = workshop.server.repositories.directory("acme/x").replace(/\/acme\/x\.git$/, "");
    const script = `#!/bin/sh\nprintf '%s\\n' "$*" >>${log}\nfor last; do :; done\ncd ${root}\nexec sh -c "$(printf '%s' "$last" | sed "s#'/#'./#")"\n`;
    await writeFile(sshPath, script, { mode: 0o755 });
    return { sshPath, calls: () => readFile(log, "utf8") };
  }

  test("work is pushed with the key and the host keys that were named, and nothing of the person's own", async () => {
    await newRepository("acme/ssh");
    const { sshPath, calls } = await standIn("ssh");
    const keyPath = join(workshop.directory, "deploy key");
    const knownHostsPath = join(workshop.directory, "known hosts");
    const remote: Remote = {
      url: "ssh://git@forge.example:2222/acme/ssh.git",
      auth: { kind: "ssh", keyPath, knownHostsPath },
    };

    expect(await openBranch(workshop.createGit({ sshPath }), "ssh", remote)).toBe("created");

    const [first = ""] = (await calls()).split("\n");
    for (const part of [
      "-F /dev/null",
      "-o BatchMode=yes",
      "-o IdentitiesOnly=yes",
      "-o IdentityAgent=none",
      "-o StrictHostKeyChecking=yes",
      `-o UserKnownHostsFile="${knownHostsPath}"`,
      "-o ProxyCommand=none",
      `-i ${keyPath}`,
      "-p 2222",
      "git@forge.example",
    ]) {
      expect(first).toContain(part);
    }
  });

  test("a host that does not answer is unreachable", async () => {
    const auth = { kind: "ssh", keyPath: "/nowhere/key", knownHostsPath: "/dev/null" } as const;
    const remote: Remote = { url: "ssh://git@127.0.0.1:1/acme/ssh.git", auth };

    await expect(openBranch(workshop.git, "ssh-nowhere", remote)).rejects.toMatchObject({ code: "FORGE_UNREACHABLE" });
  });

  test.each([
    "git@-oProxyCommand=x:acme/web.git",
    "ssh://-oProxyCommand=x/acme/web",
    "ssh://git@example.com/../x",
    "git@example.com:-x",
    "https://example.com/a/b",
  ])("%j is refused", async (url) => {
    const auth = { kind: "ssh", keyPath: "/k", knownHostsPath: "/h" } as const;
    await expect(workshop.git.openMirror({ repositoryKey: "x", remote: { url, auth } })).rejects.toMatchObject({
      code: "REPOSITORY_URL_INVALID",
    });
  });
});

test("the machine's git is looked at, and what it does counts", async () => {
  expect(await workshop.git.probe()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+/) as string });
  await expect(workshop.createGit({ gitPath: "/nowhere/git" }).probe()).rejects.toMatchObject({
    code: "GIT_UNAVAILABLE",
  });

  const old = join(await workshop.folder("old-git"), "git");
  await writeFile(old, '#!/bin/sh\nif [ "$1" = version ]; then echo git version 2.30.1; fi\n', { mode: 0o755 });
  await expect(workshop.createGit({ gitPath: old }).probe()).rejects.toMatchObject({ code: "GIT_UNAVAILABLE" });

  const faulty = join(await workshop.folder("faulty-git"), "git");
  await writeFile(
    faulty,
    `#!/bin/sh\nif [ "$1" = config ]; then printf '[probe]\\n\\tvalue = v\\r\\n' >"$3"; exit 0; fi\nexec /usr/bin/git "$@"\n`,
    { mode: 0o755 },
  );
  const { warnings } = await workshop.createGit({ gitPath: faulty }).probe();
  expect(warnings.join()).toContain("CVE-2025-48384");
});

test("the recorder's own git is git", async () => {
  const { options } = await record("recorder-check");
  const result = await runChild({
    file: options.gitPath ?? "",
    args: ["version"],
    env: {},
    cwd: "/",
    stdout: { keep: "all", bytesMax: 1000 },
    timeoutMs: 10_000,
  });

  expect(result).toMatchObject({ kind: "exited", code: 0 });
});
