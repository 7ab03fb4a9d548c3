import { lstat, mkdir, readlink, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Mount } from "./sandbox.ts";

/** One thing that a program in the sandbox sees of the machine. What is not in its scene is not there. */
export type Sight =
  | { kind: "read-only" | "writable"; outside: string; inside: string }
  | { kind: "link"; target: string; inside: string };

/** Programs and libraries, the certificates of the world, and made-up files where the machine's own would tell about it. `folder` gets those, and is ours. */
export async function sceneOf(mounts: { readOnly: Mount[]; writable: Mount[] }, folder: string): Promise<Sight[]> {
  const shown = (await Promise.all(shownOfTheMachine.map(sightOf))).filter((sight) => sight !== null);
  return [
    ...shown,
    ...(await madeUpFiles(folder)),
    ...mounts.readOnly.map((mount): Sight => ({ kind: "read-only", ...mount })),
    ...mounts.writable.map((mount): Sight => ({ kind: "writable", ...mount })),
  ];
}

/** Of `/etc` only what programs cannot do without: where libraries are, what `awk` and the like are links to, and whom TLS trusts. */
const shownOfTheMachine = [
  "/usr",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/etc/ld.so.cache",
  "/etc/ld-musl-x86_64.path",
  "/etc/alternatives",
  "/etc/ssl/certs",
  "/etc/ssl/cert.pem",
  "/etc/ssl/openssl.cnf",
  "/etc/ca-certificates/extracted",
  "/etc/pki/tls/certs",
  "/etc/pki/ca-trust/extracted",
];

/** Most systems keep everything below /usr and have links at the root; a link below /etc is followed, because what it leads to may not be shown. */
async function sightOf(path: string): Promise<Sight | null> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return null;
  if (!found.isSymbolicLink()) return { kind: "read-only", outside: path, inside: path };
  if (!path.startsWith("/etc/")) return { kind: "link", target: await readlink(path), inside: path };
  const outside = await realpath(path).catch(() => null);
  return outside === null ? null : { kind: "read-only", outside, inside: path };
}

const madeUp = {
  passwd: "root:x:0:0:root:/nonexistent:/usr/sbin/nologin\nagent:x:65534:65534:agent:/home/agent:/bin/sh\n",
  group: "root:x:0:\nagent:x:65534:\n",
  hosts: "127.0.0.1 localhost\n",
  hostname: "sandbox\n",
  "resolv.conf": "",
  "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
};

async function madeUpFiles(folder: string): Promise<Sight[]> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return Promise.all(
    Object.entries(madeUp).map(async ([name, text]): Promise<Sight> => {
      const outside = join(folder, name);
      await writeFile(outside, text, { mode: 0o644 });
      return { kind: "read-only", outside, inside: `/etc/${name}` };
    }),
  );
}
