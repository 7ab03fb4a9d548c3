import { once } from "node:events";
import { chmod, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { drive, folderOf, places, processesWith, startDriver, type Who } from "./drive.ts";
import type { DriverAnswer, DriverQuestion } from "./sandbox-driver.ts";

const spy = fileURLToPath(new URL("./spy.mjs", import.meta.url));
const node = "/opt/node/bin/node";

/** A secret that nobody else has. */
function makeCanary(): string {
  return `canary-${Math.random().toString(36).slice(2)}${Math.random().toString(36).slice(2)}`;
}

/** A number nobody else sleeps for. */
function uniqueSeconds(): string {
  return `3600.${Math.random().toString().slice(2, 14)}`;
}

const usable: { walls: "bubblewrap" | "unshare"; who: Who }[] = [];
const unusable: string[] = [];
for (const place of places()) {
  await using folder = await folderOf(place.who);
  const question = {
    sandbox: "required",
    walls: [place.walls],
    temporaryDir: folder.path,
    file: "/bin/true",
    args: [],
  } as const;
  const { standing } = await drive({ ...question, walls: [place.walls], args: [] }, place.who);
  if (standing.kind === "ready") usable.push(place);
  else unusable.push(`${place.walls} as ${place.who}: ${standing.because}`);
}

test.skipIf(unusable.length === 0)(`where the kernel forbids it the sandbox says so (${unusable.join("; ")})`, () => {
  expect(unusable.join()).toMatch(/shut in/);
});

describe.each(usable)("behind $walls, started by $who", ({ walls, who }) => {
  async function inside(
    script: string,
    rest: Partial<DriverQuestion> = {},
    env: Record<string, string> = {},
  ): Promise<DriverAnswer> {
    await using folder = await folderOf(who);
    const question: DriverQuestion = {
      sandbox: "required",
      walls: [walls],
      temporaryDir: folder.path,
      file: "/bin/sh",
      args: ["-c", script],
      ...rest,
    };
    const answer = await drive(question, who, env);
    expect(await readdir(folder.path), "what is left of it").toEqual([]);
    return answer;
  }

  test("a turned program finds no secret of the machine, and cannot write to it", async () => {
    const { facts, calls } = await spyOn(who, "required", walls);

    expect(calls).toBe(0);

    expect(facts.found).toEqual([]);
    expect(facts.writable).toEqual([]);
    expect(facts.interfaces).toEqual([]);
    expect(facts.userId).toBe(65_534);
    expect(facts.processes).toBeLessThanOrEqual(4);
    expect(facts.environment).toEqual(["HOME", "PATH"]);
    expect(facts.scratch).toEqual(["/tmp/x", "/home/agent/x", "/out/x"]);
  });

  test("its words come out, its input goes in, and its exit code is its own", async () => {
    const answer = await inside("cat; echo oops >&2; exit 7", { stdin: "hello\n" });

    expect(answer).toMatchObject({ ending: { kind: "exited", code: 7 }, stdout: "hello\n", stderr: "oops\n" });
  });

  test("what it writes to a place that may be written is there afterwards, and nothing else", async () => {
    await using folder = await folderOf(who);
    const [source, out] = [join(folder.path, "source $(touch x) 'a' \"b\""), join(folder.path, "out -- ro")];
    await Promise.all([source, out].map((path) => mkdir(path)));
    await writeFile(join(source, "file"), "as it was");
    if (process.getuid?.() === 0) await Promise.all([folder.path, source, out].map((path) => chmod(path, 0o777)));

    const { ending, stderr } = await inside(
      "cat /src/file >/out/copy && ! echo changed >/src/file && ! ln -s x /src/link && ! rm /src/file",
      { readOnly: [{ outside: source, inside: "/src" }], writable: [{ outside: out, inside: "/out" }] },
    );

    expect(ending).toEqual({ kind: "exited", code: 0 });
    expect(stderr).toContain("Read-only file system");
    expect(await readFile(join(out, "copy"), "utf8")).toBe("as it was");
    expect(await readFile(join(source, "file"), "utf8")).toBe("as it was");
  });

  test("what it is shown deep below a folder of its own can be read", async () => {
    await using folder = await folderOf(who);
    const shown = join(folder.path, "shown");
    await writeFile(shown, "seen");
    if (process.getuid?.() === 0) await Promise.all([folder.path, shown].map((path) => chmod(path, 0o755)));
    const seenAt = ["/tmp/a/b/shown", "/home/a/b/shown", "/opt/a/b/shown"];

    const { ending, stdout } = await inside(`cat ${seenAt.join(" ")}`, {
      readOnly: seenAt.map((place) => ({ outside: shown, inside: place })),
    });

    expect({ ending, stdout }).toEqual({ ending: { kind: "exited", code: 0 }, stdout: "seenseenseen" });
  });

  test("it reaches its model on loopback, and neither the cloud's metadata nor the world nor our own ports", async () => {
    await using folder = await folderOf(who);
    if (who === "another user") await chmod(folder.path, 0o777);
    const socketPath = join(folder.path, "model.sock");
    await using model = await answering({ path: socketPath }, "I am the model");
    await using ours = await answering({ host: "127.0.0.1", port: 0 }, "I am the service");
    if (who === "another user") await chmod(socketPath, 0o777);
    const ask = (host: string, port: number): string =>
      `require("net").connect({host:"${host}",port:${port},timeout:5000}).on("data",d=>console.log(String(d))).on("error",e=>console.log(e.code)).on("timeout",()=>process.exit(1));`;

    const { stdout, ending } = await inside("", {
      file: node,
      args: [
        "-e",
        `${ask("127.0.0.1", 4317)} setTimeout(() => {${ask("127.0.0.1", ours.port)}${ask("169.254.169.254", 80)}${ask("140.82.112.3", 443)}}, 200)`,
      ],
      model: {
        socketPath,
        port: 4317,
      },
    });

    const said = stdout.trim().split("\n");
    expect(said[0]).toBe("I am the model");
    expect(said.slice(1).toSorted()).toEqual(["ECONNREFUSED", "ENETUNREACH", "ENETUNREACH"]);
    expect(ending).toEqual({ kind: "exited", code: 0 });
    expect(model.calls).toBe(1);
    expect(ours.calls).toBe(0);
  });

  /** Says `started`, and leaves a process in a session of its own that does not hear polite signals and was started by one that is gone. */
  const escape = (seconds: string): string =>
    `trap '' TERM INT HUP; (setsid sh -c "trap '' TERM INT HUP; sleep ${seconds} & sleep ${seconds}" >/dev/null 2>&1 &) ; sleep 0.3; echo started;`;

  test("when the program ends, nothing that it left behind runs on", async () => {
    const seconds = uniqueSeconds();
    const { ending, stdout } = await inside(`${escape(seconds)} exit 3`);

    expect(stdout).toContain("started");
    expect(ending).toEqual({ kind: "exited", code: 3 });
    expect(await processesWith(seconds)).toBe(0);
  });

  test("when its time is up, everything is gone within five seconds", async () => {
    const seconds = uniqueSeconds();
    const { ending, stdout, tookMs } = await inside(`${escape(seconds)} sleep ${seconds}`, {
      limits: { timeoutMs: 2500 },
    });

    expect(stdout).toContain("started");
    expect(ending).toEqual({ kind: "timed-out" });
    expect(tookMs).toBeLessThan(7500);
    expect(await processesWith(seconds)).toBe(0);
  });

  test("when it is called off, everything is gone within five seconds", async () => {
    const seconds = uniqueSeconds();
    const { ending, tookMs } = await inside(`${escape(seconds)} sleep ${seconds}`, { abortOn: "started" });

    expect(ending).toEqual({ kind: "aborted" });
    expect(tookMs).toBeLessThan(6000);
    expect(await processesWith(seconds)).toBe(0);
  });

  test("when we are killed ourselves, everything in the sandbox dies with us", async () => {
    await using folder = await folderOf(who);
    await using started = await answering({ path: join(folder.path, "started.sock") }, "");
    await chmod(join(folder.path, "started.sock"), 0o777);
    const seconds = uniqueSeconds();
    const driver = startDriver(
      {
        sandbox: "required",
        walls: [walls],
        temporaryDir: folder.path,
        file: "/bin/sh",
        args: ["-c", `${escape(seconds)} sleep ${seconds}`],
      },
      who,
      { TELL_START_TO: join(folder.path, "started.sock") },
    );
    const gone = once(driver, "exit");
    await Promise.race([started.firstCall, gone]);
    expect(await processesWith(seconds)).toBeGreaterThan(0);

    driver.kill("SIGKILL");

    await gone;
    while ((await processesWith(seconds)) > 0) await wait(50);
  });

  test("a program that takes too much memory is ended", async () => {
    const { ending } = await inside("", {
      file: node,
      args: ["-e", "const kept = []; setInterval(() => kept.push(Buffer.alloc(8e6, 1)), 20)"],
      limits: { memoryBytesMax: 15e7 },
    });

    expect(ending).toEqual({ kind: "over-limit", limit: "memoryBytesMax" });
  });

  test("a fork bomb is ended, and what it started", async () => {
    const seconds = uniqueSeconds();
    const { ending } = await inside(`(while :; do sleep ${seconds} & done) 2>/dev/null; exec sleep 30`, {
      limits: { processesMax: 40 },
    });

    expect(ending).toEqual({ kind: "over-limit", limit: "processesMax" });
    expect(await processesWith(seconds)).toBe(0);
  });

  test("a program that computes for ever is ended, also when its children do it", async () => {
    const { ending } = await inside("(while :; do :; done) & (while :; do :; done) & wait", {
      limits: { cpuMsMax: 1000 },
    });

    expect(ending).toEqual({ kind: "over-limit", limit: "cpuMsMax" });
  });

  test("a flood of words is cut off at the limit, whichever stream it takes", async () => {
    const { ending, stdout, stderr } = await inside("yes flood & yes flood >&2", {
      limits: { outputBytesMax: 100_000 },
    });

    expect(ending).toEqual({ kind: "over-limit", limit: "outputBytesMax" });
    expect(stdout.length + stderr.length).toBe(100_000);
  });

  test("a file that grows too large ends its writer", async () => {
    const { ending } = await inside("exec dd if=/dev/zero of=/tmp/large bs=100k count=100", {
      limits: { fileBytesMax: 1_000_000 },
    });

    expect(ending).toEqual({ kind: "over-limit", limit: "fileBytesMax" });
  });

  test("it cannot fill the disk: its own places are small, and what it may write is counted", async () => {
    await using folder = await folderOf(who);
    const out = join(folder.path, "out");
    await mkdir(out);
    if (process.getuid?.() === 0) await Promise.all([folder.path, out].map((path) => chmod(path, 0o777)));
    const fill = (place: string): string =>
      `i=0; while dd if=/dev/zero of=${place}/$i bs=1M count=1 2>/dev/null; do i=$((i + 1)); done; rm -f ${place}/*;`;

    const { ending, stdout } = await inside(
      `${fill("/tmp")} ${fill("/home/agent")} echo small; ${fill("/out")} echo never`,
      {
        writable: [
          {
            outside: out,
            inside: "/out",
          },
        ],
        limits: { writtenBytesMax: 2e7 },
      },
    );

    expect(stdout).toBe("small\n");
    expect(ending).toEqual({ kind: "over-limit", limit: "writtenBytesMax" });
  });
});

test("without walls nothing is run", async () => {
  await using folder = await folderOf("ourselves");
  const marker = join(folder.path, "was-run");
  const question: DriverQuestion = {
    sandbox: "required",
    walls: [],
    temporaryDir: folder.path,
    file: "/bin/touch",
    args: [marker],
  };

  const answer = await drive(question, "ourselves");

  expect(answer.standing).toMatchObject({ kind: "unavailable", code: "SANDBOX_UNAVAILABLE" });
  expect(answer).toMatchObject({ refused: "SANDBOX_UNAVAILABLE", ending: null });
  expect(await readdir(folder.path)).toEqual([]);
});

test("whoever accepts the risk is warned, and the same spy then finds what there is to find", async () => {
  const { facts, answer, calls } = await spyOn("ourselves", "none-i-accept-the-risk", "none");

  expect(answer.standing).toMatchObject({ kind: "ready", how: "none" });
  expect(answer.warnings.join()).toContain("without a sandbox");
  expect(calls).toBe(3);
  expect(facts.found).toEqual([
    "other environments",
    "a file",
    "a file through /proc",
    "a socket",
    "an abstract socket",
    "a port",
  ]);
});

test("without walls too its time, its words and its group are bounded", async () => {
  await using folder = await folderOf("ourselves");
  const seconds = uniqueSeconds();
  const base = { sandbox: "none-i-accept-the-risk", walls: [], temporaryDir: folder.path, file: "/bin/sh" } as const;

  const late = await drive(
    { ...base, walls: [], args: ["-c", `sleep ${seconds} & sleep ${seconds}`], limits: { timeoutMs: 500 } },
    "ourselves",
  );
  const loud = await drive({ ...base, walls: [], args: ["-c", "yes"], limits: { outputBytesMax: 1000 } }, "ourselves");

  expect(late.ending).toEqual({ kind: "timed-out" });
  expect(loud.ending).toEqual({ kind: "over-limit", limit: "outputBytesMax" });
  expect(await processesWith(seconds)).toBe(0);
});

type Facts = {
  found: string[];
  interfaces: string[];
  writable: string[];
  scratch: string[];
  userId: number;
  processes: number;
  environment: string[];
};

/** Hides a secret in every place where a service has some, and lets a spy look for it. */
async function spyOn(
  who: Who,
  sandbox: DriverQuestion["sandbox"],
  walls: "bubblewrap" | "unshare" | "none",
): Promise<{ facts: Facts; answer: DriverAnswer; calls: number }> {
  await using folder = await folderOf(who);
  const canary = makeCanary();
  await chmod(folder.path, 0o777);
  const [homeFile, socketPath, out, source] = ["token", "service.sock", "out", "source"].map((name) =>
    join(folder.path, name),
  ) as [string, string, string, string];
  await Promise.all([out, source].map((path) => mkdir(path)));
  await writeFile(homeFile, canary);
  await writeFile(join(source, "spy.mjs"), await readFile(spy));
  await chmod(out, 0o777);
  const abstractName = `pullwright-${makeCanary().slice(7)}`;
  await using socket = await answering({ path: socketPath }, canary);
  await chmod(socketPath, 0o777);
  await using abstract = await answering({ path: `\0${abstractName}` }, canary);
  await using port = await answering({ host: "127.0.0.1", port: 0 }, canary);

  const answer = await drive(
    {
      sandbox,
      walls: walls === "none" ? [] : [walls],
      temporaryDir: folder.path,
      file: node,
      args: ["/src/spy.mjs", canary, homeFile, socketPath, abstractName, String(port.port)],
      readOnly: [
        {
          outside: source,
          inside: "/src",
        },
      ],
      writable: [
        {
          outside: out,
          inside: "/out",
        },
      ],
    },
    who,
    { SECRET_OF_OURS: canary },
  );
  const calls = socket.calls + abstract.calls + port.calls;
  return { facts: JSON.parse(answer.stdout) as Facts, answer, calls };
}

/** A server that says its words to everybody who connects. */
async function answering(
  at: { path: string } | { host: string; port: number },
  words: string,
): Promise<{ port: number; calls: number; firstCall: Promise<void> } & AsyncDisposable> {
  const called = Promise.withResolvers<void>();
  const state = { port: 0, calls: 0, firstCall: called.promise };
  const server: Server = createServer((socket) => {
    state.calls += 1;
    called.resolve();
    socket.on("error", () => socket.destroy());
    socket.resume();
    socket.end(words);
  });
  server.listen(at);
  await once(server, "listening");
  const address = server.address();
  return Object.assign(state, {
    port: typeof address === "object" && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
    },
  });
}
