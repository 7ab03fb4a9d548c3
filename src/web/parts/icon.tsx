/** Sixteen by sixteen, drawn with strokes, so that they take the colour and weight of the words beside them. */
const drawings = {
  "pull-request":
    "M4 5.25a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Zm0 0v5.5m0 0a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Zm8 0a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Zm0 0V6.5a2 2 0 0 0-2-2H7.5m2-2.25L7.25 4.5 9.5 6.75",
  draft:
    "M4 5.25a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Zm0 0v5.5m0 0a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Zm8 0a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Zm0-3.5v.75m0-5V4.25",
  merged:
    "M4 5.25a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Zm0 0v5.5m0 0a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Zm0-5.5C4 7.5 6.5 9 10.25 9m0 0a1.75 1.75 0 1 0 3.5 0 1.75 1.75 0 0 0-3.5 0Z",
  closed:
    "M4 5.25a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Zm0 0v5.5m0 0a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Zm8 0a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Zm0 0V7.5M10.25 2l3.5 3.5m0-3.5-3.5 3.5",
  reverted: "M6 2.75 2.5 6.25 6 9.75m-3.5-3.5h7.25a3.75 3.75 0 0 1 0 7.5H6",
  restored: "M10 2.75l3.5 3.5-3.5 3.5m3.5-3.5H6.25a3.75 3.75 0 0 0 0 7.5H10",
  check: "m2.75 8.5 3.5 3.5 7-7.75",
  cross: "m4 4 8 8m0-8-8 8",
  same: "M3 6h10M3 10h10",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-9v3.25l2.25 1.5",
  running: "M8 2a6 6 0 1 0 6 6M8 5v3h3",
  skipped: "M3.5 4v8l5-4-5-4Zm5 0v8l5-4-5-4Z",
  cancelled: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.75 3.75l8.5 8.5",
  push: "M8 13.5V5.25M4.25 8.75 8 5l3.75 3.75M3 2.25h10",
  ci: "M2.5 3h4v4h-4V3Zm7 6h4v4h-4V9Zm-5-2v2a2 2 0 0 0 2 2h3",
  comment: "M2.5 3h11v8H8l-3 2.5V11H2.5V3Z",
  repository: "M3.5 2.5h9v11h-9v-11Zm0 8.5h9M6 5.25h4",
  inbox: "M2 9.5h3.25l1 2h3.5l1-2H14M2 9.5 4 3h8l2 6.5V13H2V9.5Z",
  warning: "M8 2.25 14.25 13.25H1.75L8 2.25Zm0 4.5v3m0 1.75v.01",
  unknown: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.1 6.4a1.9 1.9 0 1 1 2.75 1.7c-.55.3-.85.6-.85 1.15M8 11.1v.01",
  other: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-6.01V8",
  copy: "M5.5 5.5V2.75h7.75v7.75H10.5m-7.75-5h7.75v7.75H2.75V5.5Z",
  external: "M9.25 2.75h4v4m0-4L7.5 8.5M11.25 9.5v3.75h-8.5v-8.5H6.5",
  sun: "M8 10.75a2.75 2.75 0 1 0 0-5.5 2.75 2.75 0 0 0 0 5.5ZM8 1.5v1.25m0 10.5v1.25M1.5 8h1.25m10.5 0h1.25M3.4 3.4l.9.9m7.4 7.4.9.9m0-9.2-.9.9m-7.4 7.4-.9.9",
  moon: "M13.25 9.75A5.75 5.75 0 0 1 6.25 2.75a5.75 5.75 0 1 0 7 7Z",
  system: "M2 3h12v8H2V3Zm3.5 10.5h5M8 11v2.5",
  pause: "M5.5 3.5v9m5-9v9",
  play: "M5 3.25 12.5 8 5 12.75v-9.5Z",
  search: "M7 11.25a4.25 4.25 0 1 0 0-8.5 4.25 4.25 0 0 0 0 8.5Zm3.1-1.15 3.4 3.4",
  branch:
    "M4 5.25a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Zm0 0v5.5m0 0a1.75 1.75 0 1 0 0 3.5 1.75 1.75 0 0 0 0-3.5Zm8-4.5a1.75 1.75 0 1 0 0-3.5 1.75 1.75 0 0 0 0 3.5Zm0 0c0 2.25-2 3-4.5 3-1.5 0-3 .5-3.5 1.5",
  "arrow-right": "M2.75 8h10.5M9.5 4.25 13.25 8 9.5 11.75",
  "chevron-right": "m6 3.5 4.5 4.5L6 12.5",
  "sort-up": "M8 12.5v-9M4.5 7 8 3.5 11.5 7",
  "sort-down": "M8 3.5v9M4.5 9 8 12.5 11.5 9",
  work: "M2.75 3.5h3v3h-3v-3Zm0 6h3v3h-3v-3ZM8.5 5h5m-5 6h5",
  audit: "M4 2.25h8v11.5H4V2.25ZM6.25 5.5h3.5m-3.5 2.5h3.5m-3.5 2.5h2",
  replay: "M2.5 8a5.5 5.5 0 1 0 1.75-4M2.5 2v3.25h3.25",
} as const;

export type IconName = keyof typeof drawings;

/** A picture beside a word, never instead of one: hidden from who does not see it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={drawings[name]} />
    </svg>
  );
}
