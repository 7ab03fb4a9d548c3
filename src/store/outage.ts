import pg from "pg";

/**
 * Whether an error says that the store could not do its work now (full, locked, gone), rather than that what it was told cannot be stored. After an
 * outage the same is tried again; after the other never.
 */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof pg.DatabaseError) return isPostgresOutage(error.code ?? "");
  if ("errcode" in error && typeof error.errcode === "number") return sqliteOutages.has(error.errcode & 0xff);
  const { code } = error as NodeJS.ErrnoException;
  // A connection that breaks: system errors have a code and a call, the driver's own only their words.
  return (
    (code !== undefined && "syscall" in error) ||
    /^(?:connection terminated|timeout exceeded when trying to connect|client has encountered a connection error)/i.test(
      error.message,
    )
  );
}

/** SQLite's primary result codes: PERM, ABORT, BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB. */
const sqliteOutages = new Set([3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26]);

/** Classes of SQLSTATE: connection, transaction state, authorisation, rollback (deadlock), resources, operator intervention, system, internal. */
const outageClasses = new Set(["08", "25", "28", "40", "53", "57", "58", "XX"]);
const lockNotAvailable = "55P03";
/** A statement that ran into its timeout: a payload may have made it that slow. */
const queryCanceled = "57014";

function isPostgresOutage(code: string): boolean {
  return code === lockNotAvailable || (outageClasses.has(code.slice(0, 2)) && code !== queryCanceled);
}
