const whole = new Intl.NumberFormat("en-US");

/** `1,204`. */
export function count(number: number): string {
  return whole.format(number);
}

/** A total of the API, which counts no further than 10,000. */
export function countedTotal(total: number): string {
  return total >= 10_000 ? "10,000 or more" : count(total);
}

/** `1 run`, `1,204 runs`. */
export function counted(number: number, one: string, many: string = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** `96%`; `—` of nothing. Whole per cent, but never 100% while something is missing and never 0% while something is there. */
export function share(part: number, of: number): string {
  if (of === 0) return "—";
  const percent = Math.round((part / of) * 100);
  if (percent === 100 && part < of) return "99%";
  if (percent === 0 && part > 0) return "1%";
  return `${percent}%`;
}

/** `812 B`, `4.2 kB`, `25 MB` (powers of 1,000). */
export function byteSize(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${oneDecimal(bytes / 1_000)} kB`;
  return `${oneDecimal(bytes / 1_000_000)} MB`;
}

function oneDecimal(number: number): string {
  return number < 10 ? number.toFixed(1) : String(Math.round(number));
}
