import { ForgeCallError } from "./forge-call-error.ts";

/** One page of a list; `next` is the address of the one after it, as `nextPage` reads it. */
export type Page<Item> = { items: Item[]; next: string | null };

/**
 * Reads a list from its first page to its end, or until there are `limit` items. Throws ForgeCallError where a page leads back to an earlier one, or
 * where there is no end: what cannot be read whole is not taken for the whole.
 */
export async function readPages<Item>(
  what: string,
  readPage: (next: string | null) => Promise<Page<Item>>,
  limit = Infinity,
): Promise<Item[]> {
  const items: Item[] = [];
  const seen = new Set<string>();
  for (let next: string | null = null; ;) {
    const page: Page<Item> = await readPage(next);
    items.push(...page.items);
    next = page.next;
    if (next === null || items.length >= limit) return items.slice(0, limit);
    if (seen.has(next) || seen.size >= pagesMax)
      throw new ForgeCallError("liar", "FORGE_BAD_RESPONSE", `${what}: the list has no end.`);
    seen.add(next);
  }
}

/** 30,000 comments on one pull request. */
const pagesMax = 300;
