import type { Asker } from "./asker.ts";

/** One call of the API, after its address was taken apart. */
export type ApiCall = {
  /** 1 is the first since the start; 0 for what people do on the pages. */
  number: number;
  method: string;
  /** Without the prefix and the query, encoded as it came. */
  path: string;
  query: URLSearchParams;
  text: string;
  body: unknown;
  asker: Asker;
  /** What was made by later calls is not seen; null when everything is. */
  seenUntil: number | null;
};
