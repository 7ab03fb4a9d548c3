import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The account a server runs as; absent when it runs as ourselves. PostgreSQL refuses to run as root. */
export type Account = { uid: number; gid: number };

export type ServerFolder = {
  /** For the server's log, the password file and copies of binaries. */
  path: string;
  /** PostgreSQL's data directory. */
  data: string;
  account: Account | undefined;
  /** Removes what we made. */
  remove(): Promise<void>;
  /** The same for a process that is about to exit. */
  removeNow(): void;
};

const prefix = "pullwright-postgres-";

/**
 * A folder that the server's account can reach and write. Folders of test runs that died are removed on the way, with
 * any server that still runs in them: their names carry the process id of the owner.
 */
export async function makeServerFolder(directory: string | undefined): Promise<ServerFolder> {
  const account = accountForServer();
  const parent = reachableTemporaryFolder(account);
  sweep(parent);

  const path = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  chmodSync(path, 0o755);
  const data = directory ?? join(path, "data");
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (!isReachable(dirname(data), account)) {
    rmSync(path, { recursive: true });
    throw new Error(`The account that runs PostgreSQL cannot reach ${data}: let others through the folders above it`);
  }
  chmodSync(data, 0o700);
  if (account !== undefined) chownSync(data, account.uid, account.gid);

  return {
    path,
    data,
    account,
    remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
    removeNow: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Whether the account can get at the path: every folder above it must let others through. */
export function isReachable(path: string, account: Account | undefined): boolean {
  if (account === undefined) return true;
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function accountForServer(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const [, , uid, gid] = accounts.find((fields) => fields[0] === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error("PostgreSQL does not run as root, and there is no account named postgres or nobody to run it as");
}

function reachableTemporaryFolder(account: Account | undefined): string {
  const folder = [tmpdir(), "/tmp", "/var/tmp"].find((path) => existsSync(path) && isReachable(path, account));
  if (folder === undefined) throw new Error("No temporary folder is reachable for the account that runs PostgreSQL");
  return folder;
}

function sweep(parent: string): void {
  for (const name of readdirSync(parent)) {
    const owner = name.startsWith(prefix) ? Number(name.slice(prefix.length).split("-")[0]) : Number.NaN;
    if (!Number.isInteger(owner) || isAlive(owner)) continue;
    const path = join(parent, name);
    try {
      killServerIn(join(path, "data"));
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    } catch {
      // Another user's, or another run sweeps it at this moment.
    }
  }
}

function killServerIn(data: string): void {
  const path = join(data, "postmaster.pid");
  if (!existsSync(path)) return;
  const pid = Number(readFileSync(path, "utf8").split("\n")[0]);
  if (Number.isInteger(pid) && pid > 1 && isServerOf(pid, data)) process.kill(pid, "SIGQUIT");
}

/** The process id may belong to somebody else by now; where that cannot be told, nothing is killed. */
function isServerOf(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(data);
  } catch {
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
