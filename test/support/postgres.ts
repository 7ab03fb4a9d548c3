import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { Client } from "pg";
import { findPostgresBinaries, type PostgresSource } from "./postgres-binaries.ts";
import { makeServerFolder, type ServerFolder } from "./postgres-folder.ts";
import { initialise, startPostmaster, type Postmaster } from "./postgres-process.ts";

export type PostgresServer = {
  /** A superuser's URL of the database `postgres`. The same before and after `restart`. */
  readonly url: string;
  /** The postmaster's process id; another one after `restart`. */
  readonly pid: number;
  /** Where the binaries came from. */
  readonly source: PostgresSource;
  /** Ends the server politely and removes its folder, unless the caller chose the folder. A second call does nothing. */
  stop(): Promise<void>;
  /** Kills the postmaster and all its children with SIGKILL, as a power cut would. The data stays for `restart`. */
  kill9(): Promise<void>;
  /** Starts again on the same data and port, after a kill with PostgreSQL's own crash recovery. */
  restart(): Promise<void>;
};

export type PostgresOptions = {
  /** An empty or missing folder for the data, kept after `stop`. Without it a temporary one is made and removed. */
  directory?: string;
  /** Configuration of the server, over ours: `{ max_connections: 50 }`. */
  settings?: Record<string, string | number>;
  /** Where not to look for binaries; for trying the other ways. */
  without?: PostgresSource[];
};

/**
 * Starts a real PostgreSQL server of our own, also as root and without Docker: `initdb`, then `postgres` on a free
 * loopback port with a random password. Commits are as durable as in production (fsync and synchronous_commit on).
 *
 * Call it from a process's main thread: the server is tied to the life of the thread that started it.
 *
 * @throws when no binaries are found, or the server does not come up; the message ends with its log
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = await makeServerFolder(options.directory);
  try {
    const binaries = await findPostgresBinaries({ folder, without: options.without ?? [] });
    const password = randomBytes(12).toString("hex");
    await initialise({ folder, binaries, password });

    const port = await freePort();
    const start = () => startPostmaster({ folder, binaries, port, settings: options.settings ?? {} });
    return serverOf({ folder, source: binaries.source, port, password, first: await start(), start });
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/**
 * A fresh empty database on a running server, and a function that drops it with whoever is still connected.
 * Without a URL it takes the one server of the test run, which only works inside the integration tests.
 */
export async function createDatabase(serverUrl?: string): Promise<{ url: string; drop(): Promise<void> }> {
  const server = serverUrl ?? (await import("vitest")).inject("postgresUrl");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await runOn(server, `create database ${name}`);

  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => runOn(server, `drop database if exists ${name} with (force)`) };
}

type ServerParts = {
  folder: ServerFolder;
  source: PostgresSource;
  port: number;
  password: string;
  first: Postmaster;
  start: () => Promise<Postmaster>;
};

function serverOf(parts: ServerParts): PostgresServer {
  let postmaster = parts.first;
  let isStopped = false;
  const removeAtExit = () => {
    postmaster.killNow();
    parts.folder.removeNow();
  };
  process.once("exit", removeAtExit);

  return {
    url: `postgres://postgres:${parts.password}@127.0.0.1:${parts.port}/postgres`,
    source: parts.source,
    get pid() {
      return postmaster.pid;
    },
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await postmaster.stop();
      await parts.folder.remove();
      process.off("exit", removeAtExit);
    },
    kill9: () => postmaster.kill9(),
    async restart() {
      if (isStopped) throw new Error("This PostgreSQL server was stopped, and its data may be gone");
      await postmaster.stop();
      postmaster = await parts.start();
    },
  };
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** The port is free now; that nobody takes it before the server does is likely, and the server says so if not. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
