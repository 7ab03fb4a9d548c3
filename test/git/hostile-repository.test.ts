import { mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runGit, type GitSurroundings } from "../../src/git/run-git.ts";
import { placeOfRemote } from "../../src/git/remote.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** Should a mirror ever hold what it must not (its own check is proved elsewhere), our environment alone must still keep git from running it. */
test("hooks and programs that a repository names are not run, even by a git that holds the token", async () => {
  const { server } = workshop;
  await server.repositories.create("acme/hostile");
  await server.repositories.commit("acme/hostile", [{ branch: "main", message: "One", files: { a: "a\n" } }]);
  const home = await workshop.folder("hostile-home");
  const newTrap = async () => {
    const root = await mkdtemp(join(await workshop.folder("hostile"), "r-"));
    const [marks, gitDir] = [join(root, "marks"), join(root, "repository")];
    await Promise.all([mkdir(marks), mkdir(gitDir)]);
    await workshop.theirGit(gitDir, ["init", "--quiet", "--bare", "."]);
    await mkdir(join(gitDir, "hooks"), { recursive: true });
    const script = (name: string) => `#!/bin/sh\nenv >${marks}/${name}\n`;
    for (const hook of ["pre-push", "reference-transaction", "post-index-change", "pre-auto-gc"]) {
      await writeFile(join(gitDir, "hooks", hook), script(hook), { mode: 0o755 });
    }
    for (const program of ["helper", "askpass", "monitor", "proxy"]) {
      await writeFile(join(root, program), script(program), { mode: 0o755 });
    }
    await workshop.theirGit(gitDir, ["config", "credential.helper", join(root, "helper")]);
    await workshop.theirGit(gitDir, ["config", "core.askPass", join(root, "askpass")]);
    await workshop.theirGit(gitDir, ["config", "core.fsmonitor", join(root, "monitor")]);
    await workshop.theirGit(gitDir, ["config", "core.gitProxy", join(root, "proxy")]);
    return { root, gitDir, sprung: async () => (await readdir(marks)).toSorted() };
  };
  const refs = "refs/heads/main:refs/heads/fetched";

  const trap = await newTrap();
  const surroundings: GitSurroundings = {
    gitPath: "/usr/bin/git",
    homeDir: home,
    temporaryDir: trap.root,
    caFile: server.caFile,
    proxy: null,
    localTimeoutMs: 30_000,
    networkTimeoutMs: 30_000,
    graceMs: 500,
    redact: (text) => text,
    signal: undefined,
  };
  const remote = workshop.remote("acme/hostile");
  const network = { remote, place: placeOfRemote(remote, false), askpassPath: null, sshPath: "/usr/bin/ssh" };
  const place = { gitDir: trap.gitDir };
  const ours = async (args: string[]) => (await runGit({ args, place, network }, surroundings)).code;
  expect(await ours(["fetch", "--quiet", "--", remote.url, refs])).toBe(0);
  expect(await ours(["push", "--quiet", "--", remote.url, "refs/heads/fetched:refs/heads/pushed"])).toBe(0);
  const wrong = { ...network, remote: workshop.remote("acme/hostile", "wrong") };
  const refused = await runGit({ args: ["ls-remote", "--", remote.url], place, network: wrong }, surroundings);
  expect(refused.code).not.toBe(0);
  expect(await trap.sprung()).toEqual([]);

  // The control: the same commands without our environment run all of it.
  const control = await newTrap();
  const header = `http.extraHeader=Authorization: Basic ${Buffer.from("x:canary_8Jq2vTz0Rk5Wm1Xy7Lp3").toString("base64")}`;
  await workshop.theirGit(control.gitDir, ["-c", header, "fetch", "--quiet", remote.url, refs]);
  await workshop.theirGit(control.gitDir, ["-c", header, "push", "--quiet", remote.url, "fetched:refs/heads/pushed-2"]);
  await workshop.theirGit(control.gitDir, ["ls-remote", remote.url]).catch(() => "");
  expect(await control.sprung()).toEqual(
    expect.arrayContaining(["askpass", "helper", "pre-push", "reference-transaction"]),
  );
});
