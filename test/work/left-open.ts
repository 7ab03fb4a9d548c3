import type { Workshop } from "./workshop.ts";

/** What is not at its end in the store although all work is, as sentences; of the effects those that count. */
export async function leftOpen(
  { ask, database, store }: Workshop,
  counts: (effectKey: string) => boolean = () => true,
): Promise<string[]> {
  const open = (await database.rows("select key, state from effects where state <> 'done'"))
    .map(({ key, state }) => ({ key: String(key), state: String(state) }))
    .filter(({ key }) => counts(key));
  const { whole } = (await ask("verifyAudit", {})) as { whole: boolean };
  const leases = await store.commandLeases.list();
  return [
    ...(open.length === 0 ? [] : [`effects are open: ${open.map(({ key, state }) => `${key} ${state}`).join()}`]),
    ...(whole ? [] : ["the audit log's chain is broken"]),
    ...(leases.length === 0 ? [] : [`${leases.length} leases are held`]),
  ];
}
