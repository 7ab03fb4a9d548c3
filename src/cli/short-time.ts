/** A stored moment for a table: `2026-01-02 03:04`, in UTC. */
export function shortTime(instant: string | null): string {
  return instant === null ? "—" : instant.slice(0, 16).replace("T", " ");
}
