import { access, mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RunningWorkers } from "../../src/queue/run-workers.ts";
import { logText, openWorkshop, type Workshop } from "./workshop.ts";

/** What is asked, and with what: each is refused with its code, and nothing is half done. */
type BadInput = {
  payload?: Record<string, unknown>;
  /** What lies in the checkout besides good work. */
  arrange?: (shop: Workshop) => Promise<unknown>;
  env?: (shop: Workshop) => Record<string, string> | Promise<Record<string, string>>;
  code: string;
};

let shop: Workshop;
let serial = 0;
let workers: RunningWorkers | null = null;
const secret = "what stands in a file that is none of the work's";

beforeAll(async () => {
  shop = await openWorkshop("github");
  await writeFile(join(shop.directory, "outside.md"), secret);
});
afterAll(() => shop[Symbol.asyncDispose]());
beforeEach(async () => {
  serial += 1;
  await rm(shop.checkout, { recursive: true, force: true });
  await shop.clone();
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
  ])("%s", (_name, payload) => refused({ payload, code: "PAYLOAD_INVALID" }));
});

describe("a base branch that is none", () => {
  test.each(["a..b", "a b", "a^", "a:b", "x.lock", "/a", "a/", "a\\b", "a@{b", ".x"])("%s", (branch) =>
    refused({ payload: { base_branch: branch }, code: "BRANCH_NAME_INVALID" }),
  );

  test.each(["nowhere", "-x", "--upload-pack=x"])("%s, which the remote does not have", (branch) =>
    refused({ payload: { base_branch: branch }, code: "BASE_NOT_ON_REMOTE" }),
  );
});

describe("a branch of ours that may not be", () => {
  test.each(["-x/", "a b/", "ünï/", "a\\b/", "@{/", "../", "a\nb/"])(
    "with the prefix %j, in the configuration",
    (prefix) => refused({ env: () => ({ PULLWRIGHT_GITHUB_BRANCH_PREFIX: prefix }), code: "CONFIG_INVALID" }),
  );
  test.each(["a..b/", "x.lock/", "refs/heads/.."])("with the prefix %s", (prefix) =>
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
    ["that is empty", from("")],
    ["of a megabyte", from("x".repeat(1024 * 1024))],
  ])("%s", (_name, env) => refused({ ...(env === undefined ? {} : { env }), code: "SECRET_MALFORMED" }));
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

async function refused({ payload, arrange, env, code }: BadInput): Promise<void> {
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
