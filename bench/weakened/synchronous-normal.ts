/**
 * Preloaded with `--import`, it takes the sync out of every commit: SQLite answers before its log is on the disk. The order check must see that,
 * or it sees nothing. Production code has no such switch.
 */
import { DatabaseSync } from "node:sqlite";

const exec = Reflect.get(DatabaseSync.prototype, "exec");

DatabaseSync.prototype.exec = function (sql: string): void {
  exec.call(this, sql);
  if (/synchronous\s*=\s*full/i.test(sql)) exec.call(this, "pragma synchronous = normal");
};
