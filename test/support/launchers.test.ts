import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { ensureDependencies, ensureNode, isNewEnough } from "../../scripts/node.mjs";
import { temporaryDirectory } from "./temporary-directory.ts";

const scripts = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "scripts");

test("a Node older than 24.15 is too old", () => {
  const versions = ["20.20.2", "24.14.9", "24.15.0", "24.21.0", "26.0.0"];

  expect(versions.map(isNewEnough)).toEqual([false, false, true, true, true]);
});

test("whoever has a new Node never gets another one", async () => {
  await using folder = await temporaryDirectory();

  const node = await ensureNode({ root: folder.path, current: { path: "/opt/node/bin/node", version: "24.15.0" } });

  expect(node).toEqual({ path: "/opt/node/bin/node", binDirectory: "/opt/node/bin" });
});

test("what somebody installed by hand is taken when it is what the lock file says", async () => {
  await using folder = await temporaryDirectory();
  await writeInstallation(folder.path, { locked: "1.0.0", installed: "1.0.0" });

  await ensureDependencies(nobodysNode, { root: folder.path });
  const stamp = await readFile(join(folder.path, "node_modules", ".pullwright-lock-hash"), "utf8");

  expect(stamp).toMatch(/^[0-9a-f]{64}$/);
});

test("another version than the lock file says is installed anew", async () => {
  await using folder = await temporaryDirectory();
  await writeInstallation(folder.path, { locked: "1.0.1", installed: "1.0.0" });

  const program = join(folder.path, "program.mjs");
  await writeFile(
    program,
    `import { ensureDependencies } from ${JSON.stringify(pathToFileURL(join(scripts, "node.mjs")).href)};
     await ensureDependencies(${JSON.stringify(nobodysNode)}, { root: ${JSON.stringify(folder.path)} });`,
  );
  await ended(program);

  // package.json asks for nothing, so npm needs no network, and leaves nothing of what was there.
  expect(existsSync(join(folder.path, "node_modules", packageName))).toBe(false);
});

test("two processes never do the same work at once, and a dead one's lock is taken over", async () => {
  await using folder = await temporaryDirectory();
  const log = join(folder.path, "log");
  const program = join(folder.path, "program.mjs");
  await appendFile(log, "");
  await writeFile(
    program,
    `import { appendFileSync } from "node:fs";
     import { setImmediate } from "node:timers/promises";
     import { withLock } from ${JSON.stringify(pathToFileURL(join(scripts, "lock.mjs")).href)};
     await withLock(${JSON.stringify(folder.path)}, async () => {
       appendFileSync(${JSON.stringify(log)}, "in\\n");
       if (process.argv[2] === "die") process.kill(process.pid, "SIGKILL");
       for (let turn = 0; turn < 200; turn += 1) await setImmediate();
       appendFileSync(${JSON.stringify(log)}, "out\\n");
     });`,
  );

  await ended(program, "die");
  await Promise.all([ended(program), ended(program), ended(program)]);

  expect(await readFile(log, "utf8")).toBe("in\n" + "in\nout\n".repeat(3));
});

test("a run that finds no test is a failure, and says so last", async () => {
  const child = spawn(process.execPath, [join(scripts, "test.mjs"), "--project", "unit", "there-is-no-such-file"]);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = await once(child, "close");

  expect(code).toBe(1);
  expect(output.trimEnd().split("\n").at(-1)).toMatch(/^0 passed, [01] failed$/);
});

const packageName = "left-over";
const nobodysNode = { path: process.execPath, binDirectory: dirname(process.execPath) };

async function writeInstallation(root: string, versions: { locked: string; installed: string }): Promise<void> {
  const lock = (version: string) => ({
    name: "x",
    lockfileVersion: 3,
    packages: { "": {}, [`node_modules/${packageName}`]: { version } },
  });
  await mkdir(join(root, "node_modules", packageName), { recursive: true });
  await writeFile(join(root, "package.json"), JSON.stringify({ name: "x", dependencies: {} }));
  await writeFile(join(root, "package-lock.json"), JSON.stringify(lock(versions.locked)));
  await writeFile(join(root, "node_modules", ".package-lock.json"), JSON.stringify(lock(versions.installed)));
}

async function ended(program: string, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], { stdio: "ignore" });
  await once(child, "exit");
}
