import { existsSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { Client } from "pg";
import { expect, inject, test } from "vitest";
import { createDatabase, startPostgres } from "./postgres.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

test("a database of one's own is empty, and gone after it was dropped", async () => {
  const database = await createDatabase();

  const tables = await ask(database.url, "select count(*)::int as n from pg_tables where schemaname = 'public'");
  await database.drop();

  expect(tables).toEqual([{ n: 0 }]);
  await expect(ask(database.url, "select 1")).rejects.toThrow(/does not exist/);
});

test("the server of the test run is as durable as one in production", async () => {
  const settings = await ask(
    inject("postgresUrl"),
    "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('full_page_writes') as pages",
  );

  expect(settings).toEqual([{ fsync: "on", commit: "on", pages: "on" }]);
});

test("what was committed is there after every process was killed and the server started again", async () => {
  const server = await startPostgres();
  try {
    const firstPid = server.pid;
    const client = new Client({ connectionString: server.url });
    client.on("error", () => {});
    await client.connect();
    await client.query("create table kept (n int)");
    await client.query("insert into kept values (7)");
    await client.query("begin; insert into kept values (8)");

    await server.kill9();
    expect(isAlive(firstPid)).toBe(false);
    await server.restart();

    expect(await ask(server.url, "select n from kept")).toEqual([{ n: 7 }]);
    expect(server.pid).not.toBe(firstPid);
  } finally {
    await server.stop();
  }
  expect(isAlive(server.pid)).toBe(false);
});

test("a folder that the caller chose keeps its data", async () => {
  await using directory = await temporaryDirectory();
  await chmod(directory.path, 0o755);
  const server = await startPostgres({ directory: `${directory.path}/data`, settings: { max_connections: 23 } });

  const settings = await ask(server.url, "select current_setting('max_connections') as n");
  await server.stop();

  expect(settings).toEqual([{ n: "23" }]);
  expect(existsSync(`${directory.path}/data/PG_VERSION`)).toBe(true);
});

test("without PostgreSQL on the machine, npm's binaries serve", async () => {
  const server = await startPostgres({ without: ["environment", "debian", "path"] });
  try {
    expect(server.source).toBe("npm");
    expect(await ask(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  } finally {
    await server.stop();
  }
});

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
