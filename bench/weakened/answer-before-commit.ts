/**
 * Preloaded with `--import`, it lets deliveries be acknowledged a moment before they are committed. The kill campaign must find the ones that are lost
 * by it, or it finds nothing. Production code has no such switch.
 */
import { DatabaseSync } from "node:sqlite";

const commitDelayMs = 150;
const exec = Reflect.get(DatabaseSync.prototype, "exec");

DatabaseSync.prototype.exec = function (sql: string): void {
  if (/^\s*begin immediate\s*$/i.test(sql) && this.isTransaction) return;
  if (!/^\s*commit\s*$/i.test(sql)) return exec.call(this, sql);
  setTimeout(() => {
    if (this.isOpen && this.isTransaction) exec.call(this, "commit");
  }, commitDelayMs);
};
