import { Client } from "pg";
import { describe, expect, inject, test } from "vitest";
import { openStore } from "../../src/store/open-store.ts";
import { isOutage } from "../../src/store/outage.ts";
import { openPostgres } from "../../src/store/postgres/open.ts";
import { makePostgres, type TestDatabase } from "./database.ts";
import { arrived } from "./delivery.ts";
import { exerciseStore } from "./store.ts";

describe("the store on PostgreSQL", () => {
  exerciseStore(makePostgres);

  test("a database whose commits are answered before they are on the disk is refused", async () => {
    await using database = await makePostgres();
    const name = new URL(urlOf(database)).pathname.slice(1);
    await database.rows(`alter database ${name} set synchronous_commit = off`);

    await expect(database.open()).rejects.toMatchObject({
      code: "DATABASE_NOT_DURABLE",
      message: expect.stringContaining("synchronous_commit=off"),
    });

    await database.rows(`alter database ${name} reset synchronous_commit`);
    await database.open();
  });

  test("so is a role for which they are", async () => {
    await using database = await makePostgres();
    const url = new URL(urlOf(database));
    const role = `role_${url.pathname.slice(1)}`;
    await database.rows(`create role ${role} login superuser password 'loose'`);
    await database.rows(`alter role ${role} set synchronous_commit = off`);
    url.username = role;
    url.password = "loose";

    await expect(openStore({ engine: "postgres", url: url.href }, "write")).rejects.toMatchObject({
      code: "DATABASE_NOT_DURABLE",
    });

    await database.rows(`drop role ${role}`);
  });

  test("one that does not answer is said to be unavailable, without its password", async () => {
    const [wrong, absent] = [new URL(inject("postgresUrl")), new URL(inject("postgresUrl"))];
    wrong.password = "not-the-password";
    absent.password = "not-the-password";
    absent.port = "1";

    for (const url of [wrong, absent]) {
      const error = await openStore({ engine: "postgres", url: url.href }, "write").catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "STORE_UNAVAILABLE" });
      expect(String(error)).not.toContain("not-the-password");
    }
  });

  test("every session gives up in time and notices a dead client", async () => {
    await using database = await makePostgres();
    const { pool, close } = await openPostgres(urlOf(database), "write");

    const { rows } = await pool.query(
      "select name, setting from pg_settings where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'client_connection_check_interval', 'application_name', 'synchronous_commit')",
    );

    expect(
      Object.fromEntries((rows as { name: string; setting: string }[]).map(({ name, setting }) => [name, setting])),
    ).toEqual({
      statement_timeout: "30000",
      lock_timeout: "5000",
      idle_in_transaction_session_timeout: "10000",
      client_connection_check_interval: "1000",
      application_name: "pullwright",
      synchronous_commit: "on",
    });
    await close();
  });

  test("a connection that breaks is an outage, and the next call has a new one", async () => {
    await using database = await makePostgres();
    const store = await database.open();
    await store.accept([arrived()]);

    const killed = store.transaction(async (queries) => {
      await database.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()",
      );
      await queries.deliveries.count({});
    });

    const error = await killed.catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Error);
    expect(isOutage(error)).toBe(true);
    expect(await store.deliveries.count({})).toBe(1);
  });

  test("a lock that nobody gives back is an outage; what cannot be stored is none", async () => {
    await using database = await makePostgres();
    await database.open();
    const { pool, close } = await openPostgres(urlOf(database), "write");
    const holder = new Client({ connectionString: urlOf(database) });
    await holder.connect();
    await holder.query("begin; lock table deliveries in access exclusive mode");

    const client = await pool.connect();
    await client.query("set lock_timeout = '50ms'");
    const locked = await client.query("select 1 from deliveries").catch((error: unknown) => error);
    await holder.query("rollback");
    const slow = await client
      .query("set statement_timeout = '50ms'; select pg_sleep(5)")
      .catch((error: unknown) => error);
    const refused = await client.query("insert into deliveries (source) values ('x')").catch((error: unknown) => error);

    expect([isOutage(locked), isOutage(slow), isOutage(refused)]).toEqual([true, false, false]);
    client.release(true);
    await holder.end();
    await close();
  });
});

function urlOf(database: TestDatabase): string {
  if (database.location.engine !== "postgres") throw new Error("not PostgreSQL");
  return database.location.url;
}
