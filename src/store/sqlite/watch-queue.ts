import type { DatabaseSync } from "node:sqlite";

const lookMs = 100;

/**
 * Calls `onChange` when another connection, of this process or another one, has committed something. SQLite tells nobody by itself, but keeps a number
 * that is cheap to look at. What this connection writes does not count.
 */
export async function watchQueueOnSqlite(
  raw: DatabaseSync,
  onChange: () => void,
): Promise<{ close: () => Promise<void> }> {
  const statement = raw.prepare("pragma data_version");
  const version = (): unknown => statement.get()?.["data_version"];
  let last = version();
  const timer = setInterval(() => {
    const now = version();
    if (now === last) return;
    last = now;
    onChange();
  }, lookMs);
  return { close: async () => clearInterval(timer) };
}
