import { dirname } from "node:path";
import type { Sight } from "./scene.ts";
import { shutInScript } from "./shut-in-script.ts";

/** What stands around a program: how a command line becomes one that runs it in namespaces of its own. */
export type Walls = {
  kind: "bubblewrap" | "unshare";
  /** Made for a real root, who needs no user namespace, or for everybody else, who needs one. */
  asRoot: boolean;
};

/** What a program gets of the space in memory that passes for its disk. */
export type Room = { tmpBytes: number; homeBytes: number };

/**
 * The command line of a program behind walls. In both cases it ends up as user 65534 without a capability or a way to get one, in namespaces that belong to
 * another: for a real root set up without a user namespace, because whom the kernel takes for root may write to /proc/sys; for others in a user namespace
 * that it is not the root of. `emptyFolder` is where the new root directory is put together.
 */
export function behindWalls(
  walls: Walls,
  { scene, room, emptyFolder, program }: { scene: Sight[]; room: Room; emptyFolder: string; program: string[] },
): string[] {
  return walls.kind === "bubblewrap"
    ? ["bwrap", ...bubblewrapArguments(walls.asRoot, scene, room), "--", ...withoutPrivileges(walls.asRoot), ...program]
    : [...unshareArguments(walls.asRoot), ...shutIn(walls.asRoot, scene, room, emptyFolder), "--", ...program];
}

function unshareArguments(asRoot: boolean): string[] {
  return [
    "unshare",
    ...(asRoot ? [] : ["--user", "--map-root-user"]),
    "--mount",
    "--pid",
    "--net",
    "--ipc",
    "--uts",
    "--cgroup",
    "--fork",
    "--kill-child=SIGKILL",
    "--",
  ];
}

function shutIn(asRoot: boolean, scene: Sight[], room: Room, emptyFolder: string): string[] {
  return [
    "/bin/sh",
    "-c",
    shutInScript,
    "shut-in",
    asRoot ? "root" : "user",
    emptyFolder,
    String(room.tmpBytes),
    String(room.homeBytes),
    ...scene.flatMap((sight) => {
      switch (sight.kind) {
        case "read-only":
          return ["ro", sight.outside, sight.inside];
        case "writable":
          return ["rw", sight.outside, sight.inside];
        case "link":
          return ["link", sight.target, sight.inside];
      }
    }),
  ];
}

function bubblewrapArguments(asRoot: boolean, scene: Sight[], room: Room): string[] {
  return [
    ...(asRoot
      ? ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
      : ["--unshare-all", "--uid", "65534", "--gid", "65534"]),
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    "--hostname",
    "sandbox",
    "--cap-drop",
    "ALL",
    // Only so that it can become another user; `setpriv` gives them up with that.
    ...(asRoot ? ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((capability) => ["--cap-add", capability]) : []),
    "--proc",
    "/proc",
    "--ro-bind",
    "/proc/sys",
    "/proc/sys",
    "--dev",
    "/dev",
    "--perms",
    "1777",
    "--size",
    "16777216",
    "--tmpfs",
    "/dev/shm",
    "--remount-ro",
    "/dev",
    "--perms",
    "1777",
    "--size",
    String(room.tmpBytes),
    "--tmpfs",
    "/tmp",
    "--perms",
    "0777",
    "--size",
    String(room.homeBytes),
    "--tmpfs",
    "/home/agent",
    ...parentsOf(scene).flatMap((path) => ["--perms", "0755", "--dir", path]),
    ...scene.flatMap((sight) => {
      switch (sight.kind) {
        case "read-only":
          return ["--ro-bind", sight.outside, sight.inside];
        case "writable":
          return ["--bind", sight.outside, sight.inside];
        case "link":
          return ["--symlink", sight.target, sight.inside];
      }
    }),
    "--remount-ro",
    "/",
    "--chdir",
    "/",
  ];
}

/** The folders above what is shown, the upper ones first; else only root could go through those that are made on the way. */
function parentsOf(scene: Sight[]): string[] {
  const parents = new Set<string>();
  for (const { inside } of scene) {
    const parts = dirname(inside)
      .split("/")
      .filter((part) => part !== "");
    parts.forEach((_, index) => parents.add(`/${parts.slice(0, index + 1).join("/")}`));
  }
  for (const { inside } of scene) parents.delete(inside);
  return [...parents].filter((path) => !/^\/(tmp$|home$|home\/agent$|(dev|proc|usr)(\/|$))/.test(path)).toSorted();
}

function withoutPrivileges(asRoot: boolean): string[] {
  const become = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
  const none = ["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"];
  return ["/usr/bin/setpriv", ...(asRoot ? [...become, ...none] : []), "--no-new-privs", "--pdeathsig", "KILL", "--"];
}
