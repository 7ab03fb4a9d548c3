import type { EffectRow } from "../store/effects.ts";
import type { StoreQueries } from "../store/store.ts";

/**
 * What a command had sent when it was cancelled, and whose answer did not come: each such effect is unknown from here on, and what is returned says so, for
 * people; it is empty where nothing is open. In the transaction that ends the command, so that nobody writes it down otherwise later. Safe to call again.
 */
export async function leaveOpen(commandId: number, { effects }: Pick<StoreQueries, "effects">): Promise<string> {
  const { rows } = await effects.list({ commandId }, { limit: effectsMax, after: null });
  const open = rows.filter(isOpen);
  for (const { key } of open.filter(({ state }) => state === "intended"))
    await effects.update(key, { state: "unknown", because: "Its command was cancelled before the answer came." });
  if (open.length === 0) return "";
  const kinds = [...new Set(open.map(({ kind }) => kind))].toSorted().join(" and ");
  return ` It is not known whether ${kinds} was done by then; whoever tries again looks for it first.`;
}

/** More a command never does. */
const effectsMax = 100;

function isOpen({ state, sends, code }: EffectRow): boolean {
  return code !== "OUTCOME_UNKNOWN" && (state === "unknown" || (state === "intended" && sends > 0));
}
