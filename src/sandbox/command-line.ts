import { randomInt } from "node:crypto";
import { access, constants, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { ControlGroup } from "./control-group.ts";
import { forwardModelScript } from "./forward-model.ts";
import { ownNode, ownNodeInside } from "./own-node.ts";
import type { Mount, SandboxedRun, SandboxLimits } from "./sandbox.ts";
import { sceneOf } from "./scene.ts";
import { behindWalls, type Walls } from "./walls.ts";

export type Confinement = (Walls & { how: "walls" }) | { kind: "none" };

const socketInside = "/run/model.sock";

/** The command line that runs a program as it is told, from its outermost launcher to itself. */
export async function commandLineOf(
  run: SandboxedRun,
  confinement: Confinement,
  { folder, group, sign }: { folder: string; group: ControlGroup | null; sign: string },
): Promise<{ file: string; args: string[] }> {
  if (confinement.kind === "none" && !(await isLinuxWithTools())) return plain(await unguarded(run, folder, sign));
  const inner =
    confinement.kind === "none"
      ? await unguarded(run, folder, sign)
      : await guarded(run, confinement, { folder, group, sign });
  // Our own end, also by a signal that we cannot hear, ends the launcher, and that the first process of the namespace, and that all.
  return {
    file: setpriv,
    args: ["--pdeathsig", "KILL", "--", "/bin/sh", "-c", joinScript, "join", ...(group?.joinBy ?? []), "--", ...inner],
  };
}

const setpriv = "/usr/bin/setpriv";
const prlimit = "/usr/bin/prlimit";

/** Unguarded it may be a machine that has neither; then only our own watch bounds the program. */
async function isLinuxWithTools(): Promise<boolean> {
  const there = [setpriv, prlimit].map((file) => access(file, constants.X_OK));
  return (await Promise.allSettled(there)).every(({ status }) => status === "fulfilled");
}

function plain(command: string[]): { file: string; args: string[] } {
  const [file = "", ...args] = command.slice(command.indexOf("--") + 1);
  return { file, args };
}

/** A group that cannot be joined is no reason to stop: the watch counts as well. */
const joinScript = `while [ "$1" != -- ]; do echo $$ 2>/dev/null >"$1" || :; shift; done; shift; exec "$@"`;

async function guarded(
  run: SandboxedRun,
  walls: Walls,
  { folder, group, sign }: { folder: string; group: ControlGroup | null; sign: string },
): Promise<string[]> {
  const model = run.model === null ? [] : [{ outside: run.model.socketPath, inside: socketInside }];
  const readOnly = [...withoutDoubles([...(await ownNode()), ...run.readOnly]), ...model];
  const scene = await sceneOf({ readOnly, writable: run.writable }, join(folder, "etc"));
  // More than is allowed, so that the watch sees it and says so, but no longer without an end. Without a group of its own a real root's sandbox is bounded by what its user has altogether; a user namespace counts for itself.
  const boundsProcesses = group === null || !walls.asRoot;
  return behindWalls(walls, {
    scene,
    room: roomOf(run.limits),
    emptyFolder: join(folder, "root"),
    program: withinLimits(
      run.limits,
      boundsProcesses,
      firstProcess(run.cwd, sign, run.env, withModel(run, ownNodeInside, socketInside)),
    ),
  });
}

/** Two mounts of one place would hide each other. */
function withoutDoubles(mounts: Mount[]): Mount[] {
  return [...new Map(mounts.map((mount) => [mount.inside, mount])).values()];
}

/** Memory that passes for a disk, so it is less than either may be. */
function roomOf(limits: SandboxLimits): { tmpBytes: number; homeBytes: number } {
  return {
    tmpBytes: Math.min(limits.writtenBytesMax, 268_435_456),
    homeBytes: Math.min(limits.writtenBytesMax, 67_108_864),
  };
}

function withinLimits(limits: SandboxLimits, boundsProcesses: boolean, command: string[]): string[] {
  return [
    prlimit,
    "--core=0",
    `--fsize=${limits.fileBytesMax}`,
    `--nofile=${limits.openFilesMax}`,
    `--cpu=${Math.max(1, Math.ceil(limits.cpuMsMax / 1000))}`,
    ...(boundsProcesses ? [`--nproc=${Math.ceil(1.25 * limits.processesMax) + 16}`] : []),
    "--",
    ...command,
  ];
}

/**
 * The first process of the namespace: gives the sign, runs the program, takes leave of orphans that end, and ends as the program ends, and everything with it.
 */
function firstProcess(cwd: string, sign: string, env: Record<string, string>, program: string[]): string[] {
  const environment = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ["/bin/sh", "-c", firstScript, "first", sign, cwd, "/usr/bin/env", "-i", ...environment, ...program];
}

const firstScript = `printf '%s\\n' "$1" >&2; cd -- "$2" || exit 126; shift 2; "$@"; exit $?`;

function withModel(run: SandboxedRun, node: string, socketPath: string): string[] {
  const program = [run.file, ...run.args];
  return run.model === null
    ? program
    : [node, "-e", forwardModelScript, "--", String(run.model.port), socketPath, ...program];
}

/** With nothing around it a program sees the machine as it is, so what it was told of places inside is put in terms of those outside. */
async function unguarded(run: SandboxedRun, folder: string, sign: string): Promise<string[]> {
  const [home, tmp] = [join(folder, "home"), join(folder, "tmp")];
  await Promise.all([home, tmp].map((path) => mkdir(path)));
  const places: Mount[] = [
    ...(await ownNode()),
    ...run.readOnly,
    ...run.writable,
    { outside: home, inside: "/home/agent" },
    { outside: tmp, inside: "/tmp" },
  ];
  const port = run.model === null ? 0 : randomInt(20_000, 60_000);
  const said = (text: string): string => {
    const moved = outsideWords(text, places);
    return run.model === null ? moved : moved.replaceAll(`127.0.0.1:${run.model.port}`, `127.0.0.1:${port}`);
  };
  const env = Object.fromEntries(Object.entries(run.env).map(([name, value]) => [name, said(value)]));
  const outside: SandboxedRun = {
    ...run,
    file: said(run.file),
    args: run.args.map(said),
    env,
    model: run.model === null ? null : { ...run.model, port },
  };
  const program = withModel(outside, process.execPath, run.model?.socketPath ?? "");
  return withinLimits(run.limits, false, firstProcess(said(run.cwd), sign, env, program));
}

/** Every path of an inside place in a text, wherever it stands, becomes the path outside; the longest place first. */
function outsideWords(text: string, places: Mount[]): string {
  const byInside = new Map(places.map(({ inside, outside }) => [inside, outside]));
  const longestFirst = [...byInside.keys()]
    .toSorted((a, b) => b.length - a.length)
    .map((path) => path.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\w./-])(?:${longestFirst.join("|")})(?![\\w.-])`, "g");
  return text.replace(pattern, (inside) => byInside.get(inside) ?? inside);
}
