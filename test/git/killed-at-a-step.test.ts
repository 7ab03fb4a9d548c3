import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { goodToken, openWorkshop, type Workshop } from "./workshop.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** Another process does the whole work, and kills itself at a step. */
async function workUntil(slug: string, step: string): Promise<{ signal: string | null; steps: string[] }> {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const options = {
    homeDir: join(workshop.directory, "home"),
    mirrorsDir: workshop.mirrorsDir,
    workDir: join(workshop.directory, "work"),
    caFile: workshop.server.caFile,
    allowLoopbackHttp: false,
    author: { name: "pullwright", email: "pullwright@example.com" },
  };
  const script = join(workshop.directory, "worker.mjs");
  await writeFile(
    script,
    `const { createGit } = await import(${url("../../src/git/git.ts")});
     const reach = (step) => {
       process.stdout.write(step + "\\n");
       if (step === ${JSON.stringify(step)}) process.kill(process.pid, "SIGKILL");
     };
     const git = createGit(${JSON.stringify(options)}, { reach, redact: (text) => text, clock: () => new Date() });
     const remote = { url: ${JSON.stringify(workshop.server.url(slug))}, auth: { kind: "basic", user: "x-access-token", token: ${JSON.stringify(goodToken)}, via: "header" } };
     await using mirror = await git.openMirror({ repositoryKey: ${JSON.stringify(slug)}, remote });
     const { sha } = await mirror.fetchCommit({ branch: "main" });
     const changes = [{ path: Buffer.from("new"), kind: "put", mode: "100644", bytes: () => Buffer.from("new\\n") }];
     const { commitSha } = await mirror.buildCommit({ baseSha: sha, changes, message: "New", atSeconds: 1 });
     const pushed = await mirror.pushBranch({ branch: "pw/work", commitSha, expected: null, base: "main" });
     process.stdout.write("ended " + pushed.kind + "\\n");`,
  );
  const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once("close", (...end) => resolve(end)),
  );
  return { signal, steps: said.trim().split("\n") };
}

test("whoever is killed at any step, the next one ends with one branch and one commit", async () => {
  const { repositories } = workshop.server;
  const newRepository = async (slug: string) => {
    await repositories.create(slug);
    await repositories.commit(slug, [{ branch: "main", message: "One", files: { a: "a\n" } }]);
  };
  await newRepository("acme/whole");
  const whole = await workUntil("acme/whole", "none");
  const steps = whole.steps.filter((step) => !step.startsWith("ended"));
  expect(steps).toEqual(["fetch.before", "fetch.after", "commit.before", "commit.after", "push.before", "push.after"]);
  const commit = (await repositories.refs("acme/whole")).get("refs/heads/pw/work");

  for (const step of steps) {
    const slug = `acme/killed-${step.replace(".", "-")}`;
    await newRepository(slug);
    workshop.server.forget();

    const killed = await workUntil(slug, step);
    const after = await workUntil(slug, "none");

    expect(killed.signal).toBe("SIGKILL");
    expect(after.signal).toBeNull();
    expect(after.steps.at(-1)).toBe(step === "push.after" ? "ended up-to-date" : "ended created");
    expect((await repositories.refs(slug)).get("refs/heads/pw/work")).toBe(commit);
    expect(workshop.server.pushed()).toHaveLength(1);
  }
});
