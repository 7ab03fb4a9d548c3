/** A stored moment for a table: `2026-01-02 03:04`, in UTC. */
export function shortTime(instant: string | null): string {
  return instant === null ? "—" : instant.slice(0, 16).replace("T", " ");
}

/** A stored moment for a sentence: `2026-01-02 03:04:05 UTC`. */
export function exactTime(instant: string): string {
  return `${instant.slice(0, 19).replace("T", " ")} UTC`;
}
