import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from "kysely";

/** How many prepared statements one connection keeps; the store has fewer distinct queries than this. */
const statementsKeptMax = 256;

/**
 * Kysely over node:sqlite. Differs from Kysely's own dialect in what several processes on one file need: every transaction takes the write lock at
 * its start (one that upgrades later fails at once, whatever busy_timeout says), and migrations run inside one transaction. And a transaction
 * that SQLite itself has rolled back, as it does on a full disk, is not rolled back again, which would hide why.
 */
export function nodeSqliteDialect(database: DatabaseSync, deps: { afterCommit: () => void }): Dialect {
  const adapted = adapt(database);
  const dialect = new SqliteDialect({ database: adapted });
  return {
    createAdapter: () => new TransactionalDdlAdapter(),
    createDriver: () => new ImmediateDriver(database, adapted, deps.afterCommit),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;
  readonly #afterCommit: () => void;

  constructor(database: DatabaseSync, adapted: SqliteDatabase, afterCommit: () => void) {
    super({ database: adapted });
    this.#database = database;
    this.#afterCommit = afterCommit;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin immediate"));
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#afterCommit();
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.isTransaction) await connection.executeQuery(CompiledQuery.raw("rollback"));
  }
}

/** Kysely asks for better-sqlite3's four members; a statement "reads" when it has result columns, which is also true of `returning`. */
function adapt(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, ReturnType<SqliteDatabase["prepare"]>>();
  return {
    close: () => database.close(),
    prepare: (text) => {
      let statement = kept.get(text);
      if (statement === undefined) {
        if (kept.size >= statementsKeptMax) kept.clear();
        statement = adaptStatement(database.prepare(text));
        kept.set(text, statement);
      }
      return statement;
    },
  };
}

function adaptStatement(statement: StatementSync): ReturnType<SqliteDatabase["prepare"]> {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...bindable(parameters)),
    run: (parameters) => statement.run(...bindable(parameters)),
    iterate: (parameters) => statement.iterate(...bindable(parameters)) as IterableIterator<unknown>,
  };
}

/** node:sqlite takes an object in first place for named parameters and then binds NULL in silence: only plain values may pass. */
function bindable(parameters: ReadonlyArray<unknown>): SQLInputValue[] {
  return parameters.map((value) => {
    if (typeof value === "boolean") return value ? 1 : 0;
    if (
      value === null ||
      typeof value === "number" ||
      typeof value === "string" ||
      typeof value === "bigint" ||
      value instanceof Uint8Array
    )
      return value;
    throw new TypeError(`A ${typeof value} cannot be stored; pass text, a number, bytes or null`);
  });
}
