import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FileChange, Mirror } from "../../src/git/git.ts";
import { startGitServer, type GitFault } from "../fakes/git-server/git-server.ts";
import { goodToken, openWorkshop, type Workshop } from "./workshop.ts";

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
let count = 0;

/** A repository of its own, fetched, with a commit that is ready to be pushed. */
async function readyToPush(options: { token?: string; files?: Record<string, string> } = {}) {
  const slug = `acme/trouble-${(count += 1)}`;
  await workshop.server.repositories.create(slug);
  await workshop.server.repositories.commit(slug, [
    { branch: "main", message: "One", files: options.files ?? { a: "a\n" } },
  ]);
  const mirror = await workshop.git.openMirror(workshop.mirrorOf(slug, options.token));
  const { sha } = await mirror.fetchCommit({ branch: "main" });
  const { commitSha } = await mirror.buildCommit({ baseSha: sha, changes: [newFile], message: "New", atSeconds: 1 });
  const push = (branch = "pw/work", expected: string | null = null) =>
    mirror.pushBranch({ branch, commitSha, expected, base: "main" });
  return { slug, mirror, sha, commitSha, push, refs: () => workshop.server.repositories.refs(slug) };
}

async function newMirror(): Promise<{ slug: string; mirror: Mirror }> {
  const slug = `acme/trouble-${(count += 1)}`;
  await workshop.server.repositories.create(slug);
  await workshop.server.repositories.commit(slug, [{ branch: "main", message: "One", files: { a: "a\n" } }]);
  return { slug, mirror: await workshop.git.openMirror(workshop.mirrorOf(slug)) };
}

describe("a fetch says what the remote's answer means", () => {
  let shared: Awaited<ReturnType<typeof newMirror>>;
  beforeAll(async () => {
    shared = await newMirror();
  });
  afterAll(() => shared.mirror[Symbol.asyncDispose]());

  const cases: [string, GitFault["what"], string][] = [
    [
      "an unknown token",
      { kind: "status", status: 401, headers: { "www-authenticate": "Basic" } },
      "FORGE_CREDENTIAL_REFUSED",
    ],
    ["a forbidden repository", { kind: "status", status: 403 }, "FORGE_FORBIDDEN"],
    ["a hidden repository", { kind: "status", status: 404 }, "FORGE_NOT_FOUND"],
    ["a limit", { kind: "status", status: 429 }, "FORGE_RATE_LIMITED"],
    ["a broken forge", { kind: "status", status: 500 }, "FORGE_UNAVAILABLE"],
    ["a forge that is down", { kind: "status", status: 503 }, "FORGE_UNAVAILABLE"],
    [
      "a redirect",
      { kind: "status", status: 302, headers: { location: "https://elsewhere.example/a" } },
      "REDIRECT_REFUSED",
    ],
    ["a connection that is cut", { kind: "cut-request", afterBytes: 0 }, "FORGE_UNAVAILABLE"],
  ];
  for (const phase of ["advertise", "talk"] as const) {
    test.each(cases)(`%s (${phase})`, async (...[, what, code]) => {
      const { slug, mirror } = shared;
      workshop.server.fault({ slug, phase, times: 5, what });

      await expect(mirror.fetchCommit({ branch: "main" })).rejects.toMatchObject({ code });
      workshop.server.calm();
    });
  }

  test("a page that is no answer of git's", async () => {
    const { slug, mirror } = await newMirror();
    await using _ = mirror;
    const page = { kind: "status", status: 200, headers: { "content-type": "text/html" }, body: "<html>\n" } as const;
    workshop.server.fault({ slug, times: 100, what: page });
    await expect(mirror.fetchCommit({ branch: "main" })).rejects.toMatchObject({ code: "FORGE_BAD_RESPONSE" });
    await expect(mirror.fetchCommit({ sha: "1".repeat(40) })).rejects.toMatchObject({ code: "FORGE_BAD_RESPONSE" });
    await expect(mirror.readRemoteBranch("pw/work")).rejects.toMatchObject({ code: "FORGE_BAD_RESPONSE" });

    workshop.server.calm();
    workshop.server.fault({ slug, times: 100, what: { ...page, body: "" } });
    await expect(mirror.fetchCommit({ branch: "main" })).rejects.toMatchObject({ code: "FORGE_BAD_RESPONSE" });
    await expect(mirror.readRemoteBranch("pw/work")).rejects.toMatchObject({ code: "FORGE_BAD_RESPONSE" });
    workshop.server.calm();
  });

  test("a redirect, without telling the other host who we are", async () => {
    const { slug, mirror } = await newMirror();
    await using _ = mirror;
    await using other = await startGitServer();
    const location = `${other.url(slug)}/info/refs?service=git-upload-pack`;
    const redirect = { kind: "status", status: 302, headers: { location } } as const;
    workshop.server.fault({ slug, times: 5, what: redirect });

    await expect(mirror.fetchCommit({ branch: "main" })).rejects.toMatchObject({ code: "REDIRECT_REFUSED" });
    expect(other.requests()).toEqual([]);

    // The control: git itself would have gone there.
    const url = workshop.server.url(slug);
    const theirs = workshop.theirGit("/", ["-c", "http.sslVerify=false", "ls-remote", url]);
    await expect(theirs).rejects.toThrow("could not read Username");
    expect(other.requests().length).toBeGreaterThan(0);
    workshop.server.calm();
  });

  test("an address where nobody listens", async () => {
    const remote = { url: "https://127.0.0.1:1/acme/none.git", auth: { kind: "none" } as const };
    await using mirror = await workshop.git.openMirror({ repositoryKey: "x", remote });

    await expect(mirror.fetchCommit({ branch: "main" })).rejects.toMatchObject({ code: "FORGE_UNREACHABLE" });
  });

  test("a certificate of an authority that nobody named", async () => {
    const { slug, mirror } = await newMirror();
    await mirror[Symbol.asyncDispose]();
    const careful = workshop.createGit({ caFile: "/etc/ssl/certs/ca-certificates.crt" });
    await using distrusting = await careful.openMirror(workshop.mirrorOf(slug));

    await expect(distrusting.fetchCommit({ branch: "main" })).rejects.toMatchObject({ code: "FORGE_UNREACHABLE" });
  });

  test("a branch or a commit that is not there", async () => {
    const { mirror } = await newMirror();
    await using _ = mirror;

    await expect(mirror.fetchCommit({ branch: "none" })).rejects.toMatchObject({ code: "BASE_NOT_ON_REMOTE" });
    await expect(mirror.fetchCommit({ sha: "1".repeat(40) })).rejects.toMatchObject({ code: "BASE_NOT_ON_REMOTE" });
  });

  test("objects that could harm", async () => {
    const { slug, mirror } = await newMirror();
    await using _ = mirror;
    const { repositories } = workshop.server;
    const blob = (await repositories.git(slug, ["hash-object", "-w", "--stdin"], Buffer.from("x"))).toString().trim();
    const inner = await repositories.git(slug, ["mktree"], Buffer.from(`100644 blob ${blob}\tconfig\n`));
    const tree = await repositories.git(
      slug,
      ["mktree"],
      Buffer.from(`040000 tree ${inner.toString().trim()}\t.git\n`),
    );
    const commit = await repositories.git(slug, ["commit-tree", tree.toString().trim(), "-m", "Harm"]);
    await repositories.setRef(slug, "refs/heads/harm", commit.toString().trim());

    await expect(mirror.fetchCommit({ branch: "harm" })).rejects.toMatchObject({ code: "HOSTILE_OBJECT" });
  });

  test("a remote that lies about where a branch is", async () => {
    const { slug, mirror, sha } = await readyToPush();
    await using _ = mirror;
    const lie = (answer: Buffer) => Buffer.from(answer.toString("latin1").replaceAll(sha, "2".repeat(40)), "latin1");
    workshop.server.fault({ slug, phase: "talk", times: 2, what: { kind: "rewrite", bytes: lie } });

    await expect(mirror.fetchCommit({ branch: "main" })).rejects.toMatchObject({ name: "PullwrightError" });
    workshop.server.calm();
    expect(await mirror.fetchCommit({ branch: "main" })).toEqual({ sha });
  });
});

describe("a push", () => {
  let shared: Awaited<ReturnType<typeof readyToPush>>;
  beforeAll(async () => {
    shared = await readyToPush();
  });
  afterAll(() => shared.mirror[Symbol.asyncDispose]());

  const cases: [string, GitFault["what"], string][] = [
    [
      "an unknown token",
      { kind: "status", status: 401, headers: { "www-authenticate": "Basic" } },
      "FORGE_CREDENTIAL_REFUSED",
    ],
    ["a token that may not push", { kind: "status", status: 403 }, "FORGE_FORBIDDEN"],
    ["a hidden repository", { kind: "status", status: 404 }, "FORGE_NOT_FOUND"],
    ["a broken forge", { kind: "status", status: 500 }, "FORGE_UNAVAILABLE"],
    [
      "a redirect",
      { kind: "status", status: 307, headers: { location: "https://elsewhere.example/a" } },
      "REDIRECT_REFUSED",
    ],
    ["a cut before the remote heard anything", { kind: "cut-request", afterBytes: 0 }, "FORGE_UNAVAILABLE"],
    ["a cut after the remote did it", { kind: "cut-answer", afterBytes: 0 }, "FORGE_UNAVAILABLE"],
    ["a cut in the middle of the answer", { kind: "cut-answer", afterBytes: 20 }, "FORGE_UNAVAILABLE"],
  ];
  for (const phase of ["advertise", "talk"] as const) {
    test.each(cases)(`that meets %s (${phase}) can be repeated, and is done once`, async (...[, what, code]) => {
      const { slug, commitSha, push, refs } = shared;
      const branch = `pw/repeated-${(count += 1)}`;
      workshop.server.fault({ slug, service: "git-receive-pack", phase, times: 3, what });

      await expect(push(branch)).rejects.toMatchObject({ code });
      workshop.server.calm();
      const again = await push(branch);

      expect(["created", "up-to-date"]).toContain(again.kind);
      expect((await refs()).get(`refs/heads/${branch}`)).toBe(commitSha);
      expect(workshop.server.pushed().filter(({ ref }) => ref === `refs/heads/${branch}`)).toHaveLength(1);
    });
  }

  test("that is cut in the middle leaves the remote as it was, and succeeds when it is repeated", async () => {
    const { slug, mirror, commitSha, push, refs } = await readyToPush();
    await using _ = mirror;
    workshop.server.fault({
      slug,
      service: "git-receive-pack",
      phase: "talk",
      times: 3,
      what: { kind: "cut-request", afterBytes: 1 },
    });

    await expect(push()).rejects.toMatchObject({ code: "FORGE_UNAVAILABLE" });

    expect((await refs()).has("refs/heads/pw/work")).toBe(false);
    workshop.server.calm();
    expect(await push()).toEqual({ kind: "created" });
    expect((await refs()).get("refs/heads/pw/work")).toBe(commitSha);
  });

  test("whose answer was lost once is found done, also when the transport sends it again by itself", async () => {
    const { slug, mirror, push } = await readyToPush();
    await using _ = mirror;
    workshop.server.fault({
      slug,
      service: "git-receive-pack",
      phase: "talk",
      what: { kind: "cut-answer", afterBytes: 0 },
    });

    const first = await push().then(
      ({ kind }) => kind,
      ({ code }: { code: string }) => code,
    );

    // Which of both it is depends on the transport.
    expect(["up-to-date", "FORGE_UNAVAILABLE"]).toContain(first);
    expect(await push()).toEqual({ kind: "up-to-date" });
    expect(workshop.server.pushed().filter((one) => one.slug === slug)).toHaveLength(1);
  });

  test("never goes over somebody else's commits", async () => {
    const { slug, mirror, sha, push, refs, commitSha } = await readyToPush();
    await using _ = mirror;
    const theirs = await workshop.server.repositories.commit(slug, [
      { branch: "pw/work", from: sha, message: "Theirs", files: { t: "t\n" } },
    ]);

    const created = await push();
    const updated = await push("pw/work", sha);

    expect(created).toMatchObject({ kind: "rejected", code: "BRANCH_EXISTS" });
    expect(updated).toMatchObject({ kind: "rejected", code: "BRANCH_EXISTS" });
    expect((await refs()).get("refs/heads/pw/work")).toBe(theirs.get("pw/work"));
    expect(commitSha).not.toBe(theirs.get("pw/work"));
  });

  test("finds a branch that stands in the way, above and below", async () => {
    const { slug, mirror, sha, push } = await readyToPush();
    await using _ = mirror;
    await workshop.server.repositories.setRef(slug, "refs/heads/pw", sha);
    expect(await push("pw/work")).toMatchObject({ kind: "rejected", code: "BRANCH_CONFLICT" });

    await workshop.server.repositories.setRef(slug, "refs/heads/pw", null);
    await workshop.server.repositories.setRef(slug, "refs/heads/ours/deep", sha);
    expect(await push("ours")).toMatchObject({ kind: "rejected", code: "BRANCH_CONFLICT" });
  });

  test("that a rule of the remote refuses says why, in words that can be shown", async () => {
    const { slug, mirror, push, refs } = await readyToPush();
    await using _ = mirror;
    await workshop.server.hook(
      slug,
      "pre-receive",
      `#!/bin/sh\nprintf '\\033[31mGH013\\033[0m: rule \\033]0;title\\007violated for ${goodToken} \\342\\200\\256\\n' >&2\nexit 1\n`,
    );

    const pushed = await push();

    expect(pushed).toMatchObject({ kind: "rejected", code: "PUSH_REJECTED" });
    const because = pushed.kind === "rejected" ? pushed.because : "";
    expect(because).toContain("GH013: rule");
    expect(because).toContain("pre-receive hook declined");
    expect(because).not.toContain(goodToken);
    expect(because.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect((await refs()).has("refs/heads/pw/work")).toBe(false);
  });

  test("survives a remote that talks without end", async () => {
    const { slug, mirror, push } = await readyToPush();
    await using _ = mirror;
    await workshop.server.hook(
      slug,
      "pre-receive",
      "#!/bin/sh\nhead -c 20000000 /dev/zero | tr '\\0' 'x' >&2\nexit 0\n",
    );

    expect(await push()).toEqual({ kind: "created" });
  });

  test("with a token that may only read is forbidden", async () => {
    workshop.server.tokens.grant({ token: "reader_0123456789", user: "reader", access: "read" });
    const { mirror, push } = await readyToPush({ token: "reader_0123456789" });
    await using _ = mirror;

    await expect(push()).rejects.toMatchObject({ code: "FORGE_FORBIDDEN" });
  });

  test("with a token that was taken back says so, and goes on with a new one", async () => {
    workshop.server.tokens.grant({ token: "first_0123456789", user: "bot", access: "write" });
    const { slug, mirror, commitSha, push } = await readyToPush({ token: "first_0123456789" });
    workshop.server.tokens.revoke("first_0123456789");
    await expect(push()).rejects.toMatchObject({ code: "FORGE_CREDENTIAL_REFUSED" });
    await mirror[Symbol.asyncDispose]();

    await using again = await workshop.git.openMirror(workshop.mirrorOf(slug));

    expect(await again.hasCommit(commitSha)).toBe(true);
    expect(await again.pushBranch({ branch: "pw/work", commitSha, expected: null, base: "main" })).toEqual({
      kind: "created",
    });
  });

  test("of a commit that does not stand on what is there is refused before anything is sent", async () => {
    const { slug, mirror, sha, push } = await readyToPush();
    await using _ = mirror;
    const other = await mirror.buildCommit({
      baseSha: sha,
      changes: [{ ...newFile, path: Buffer.from("other") }],
      message: "Other",
      atSeconds: 1,
    });
    workshop.server.forget();

    expect(await push("pw/work", other.commitSha)).toMatchObject({ kind: "rejected", code: "PUSH_REJECTED" });
    expect(workshop.server.requests().filter((one) => one.slug === slug)).toEqual([]);
  });
});

test("a remote that gives a byte now and then is left after a while, with all that was started", async () => {
  const { slug, mirror } = await newMirror();
  await mirror[Symbol.asyncDispose]();
  const impatient = workshop.createGit({ networkTimeoutMs: 500 });
  await using waiting = await impatient.openMirror(workshop.mirrorOf(slug));
  workshop.server.fault({ slug, what: { kind: "stall" } });

  await expect(waiting.fetchCommit({ branch: "main" })).rejects.toMatchObject({ code: "GIT_TIMED_OUT" });
});

test("work that nobody waits for any more ends at once", async () => {
  const { slug, mirror } = await newMirror();
  await mirror[Symbol.asyncDispose]();
  const abort = new AbortController();
  await using waiting = await workshop.git.openMirror({ ...workshop.mirrorOf(slug), signal: abort.signal });
  workshop.server.fault({ slug, what: { kind: "stall" } });
  const fetching = waiting.fetchCommit({ branch: "main" });

  abort.abort(new Error("nobody waits"));

  await expect(fetching).rejects.toThrow("nobody waits");
});
