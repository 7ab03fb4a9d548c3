const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/**
 * How long ago an instant was, in the words of a column: `now`, `42 s ago`, `3 min ago`, `5 h ago`, `12 d ago`, then the date.
 * The reader's clock may be behind the server's, so the future reads as `now`.
 */
export function relativeTime(instant: string, now: Date): string {
  const then = new Date(instant);
  const ageMs = now.getTime() - then.getTime();
  if (Number.isNaN(ageMs)) return instant;
  if (ageMs < 5 * secondMs) return "now";
  if (ageMs < minuteMs) return `${Math.floor(ageMs / secondMs)} s ago`;
  if (ageMs < hourMs) return `${Math.floor(ageMs / minuteMs)} min ago`;
  if (ageMs < dayMs) return `${Math.floor(ageMs / hourMs)} h ago`;
  if (ageMs < 30 * dayMs) return `${Math.floor(ageMs / dayMs)} d ago`;
  return dateOf(then);
}

/** How long it is until an instant: `in 42 s`, `in 3 min 20 s`, `in 2 h`; `now` when it has come. Whole seconds that are still to go count. */
export function timeUntil(instant: string, now: Date): string {
  const restMs = new Date(instant).getTime() - now.getTime();
  if (Number.isNaN(restMs)) return instant;
  return restMs <= 0 ? "now" : `in ${lengthInWords(Math.ceil(restMs / secondMs) * secondMs)}`;
}

/** The exact instant for people: `2026-11-20 09:55:12.482 UTC`. */
export function exactTime(instant: string): string {
  const date = new Date(instant);
  return Number.isNaN(date.getTime()) ? instant : `${date.toISOString().slice(0, -1).replace("T", " ")} UTC`;
}

/** The time of day in UTC, `09:55:12`; of another day with its date, `19 Nov 09:55:12`, and of another year with that too. */
export function clockTime(instant: string, now: Date): string {
  const date = new Date(instant);
  if (Number.isNaN(date.getTime())) return instant;
  const [iso, today] = [date.toISOString(), now.toISOString()];
  const time = iso.slice(11, 19);
  if (iso.slice(0, 10) === today.slice(0, 10)) return time;
  return `${iso.slice(0, 4) === today.slice(0, 4) ? dateOf(date).slice(0, -5) : dateOf(date)} ${time}`;
}

/** How long something took: `48 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. Null when one end is missing or they are the wrong way round. */
export function duration(from: string | null, to: string | null): string | null {
  if (from === null || to === null) return null;
  const lengthMs = new Date(to).getTime() - new Date(from).getTime();
  if (Number.isNaN(lengthMs) || lengthMs < 0) return null;
  return lengthInWords(lengthMs);
}

/** `duration` for a sentence: `under 1 s`, and `some time` where it is not known. */
export function lengthBetween(from: string | null, to: string | null): string {
  const length = duration(from, to);
  return length === "0 s" ? "under 1 s" : (length ?? "some time");
}

/** A length of time in its two largest units. */
export function lengthInWords(lengthMs: number): string {
  if (lengthMs < minuteMs) return `${Math.floor(lengthMs / secondMs)} s`;
  if (lengthMs < hourMs) return joined(lengthMs, minuteMs, "min", secondMs, "s");
  if (lengthMs < dayMs) return joined(lengthMs, hourMs, "h", minuteMs, "min");
  return joined(lengthMs, dayMs, "d", hourMs, "h");
}

function joined(lengthMs: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const rest = Math.floor((lengthMs % largeMs) / smallMs);
  return `${Math.floor(lengthMs / largeMs)} ${large}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

/** `12 Mar 2026`, the same in every browser and language. */
function dateOf(date: Date): string {
  return date.toUTCString().slice(5, 16).replace(/^0/, "");
}
