import { isWhiteSpace } from "./top-level-id.ts";

/** Whether the first and the last byte that are not JSON's white space are `{` and `}`. What lies between is learned after the answer. */
export function looksLikeObject(body: Uint8Array): boolean {
  let first = 0;
  let last = body.length - 1;
  while (first < last && isWhiteSpace(body[first])) first += 1;
  while (last > first && isWhiteSpace(body[last])) last -= 1;
  return body[first] === 0x7b && body[last] === 0x7d;
}
