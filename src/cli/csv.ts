/** Rows as CSV (RFC 4180), heads from the first row's keys. A cell that a spreadsheet would take for a formula gets a quote in front. */
export function printCsv(rows: Record<string, unknown>[]): string {
  const heads = Object.keys(rows[0] ?? {});
  if (heads.length === 0) return "";
  return [heads, ...rows.map((row) => heads.map((head) => row[head]))]
    .map((cells) => `${cells.map(cell).join(",")}\r\n`)
    .join("");
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
