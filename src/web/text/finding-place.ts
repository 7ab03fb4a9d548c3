/** A finding's lines: `src/a.ts:3-5`. */
export function placeOf({ path, start_line: start, end_line: end }: Place): string {
  return `${path}:${start}${start === end ? "" : `-${end}`}`;
}

/** Where a finding stands in the diff, as the end of an address. */
export function findingAnchor(id: string): string {
  return `at-${id}`;
}

type Place = { path: string; start_line: number; end_line: number };
