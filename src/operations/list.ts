import { z } from "zod";
import type { Page, PageRequest } from "../store/page.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { wholeNumber } from "./whole-number.ts";

/** What every list takes. */
export const listInput = {
  limit: wholeNumber(1, 200).default(50).describe("How many rows, 1 to 200; 50 unless said."),
  cursor: z.string().max(1000).optional().describe("`next_cursor` of the page before."),
};

/** What every list answers. `total` goes into the X-Total-Count header over HTTP; exact up to 10,000. */
export function listOutput<Row extends z.ZodType>(row: Row) {
  return z.object({
    data: z.array(row),
    next_cursor: z.string().nullable(),
    has_more: z.boolean(),
    total: z.number().int(),
  });
}

/** Reads one page and says where the next starts. A cursor holds only for the same list and filters. */
export async function readList<Row>(
  list: string,
  filters: Record<string, unknown>,
  input: { limit: number; cursor?: string | undefined },
  read: { page: (request: PageRequest) => Promise<Page<Row>>; count: () => Promise<number> },
): Promise<{ data: Row[]; next_cursor: string | null; has_more: boolean; total: number }> {
  const after = input.cursor === undefined ? null : decodeCursor(list, filters, input.cursor);
  const [page, total] = [await read.page({ limit: input.limit, after }), await read.count()];
  return {
    data: page.rows,
    next_cursor: page.next === null ? null : encodeCursor(list, filters, page.next),
    has_more: page.next !== null,
    total,
  };
}
