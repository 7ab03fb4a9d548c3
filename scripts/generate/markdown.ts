/** A page: its title, the line that says what it is made from, and its parts with a blank line between. */
export function page(title: string, source: string, parts: string[]): string {
  const origin = `\`npm run generate\` makes this page from ${source}. Do not edit it here.`;
  return `${[`# ${title}`, origin, ...parts].join("\n\n")}\n`;
}

/** A table, its cells made safe: a bar or a line break in one would end it. */
export function table(heads: string[], rows: string[][]): string {
  const line = (cells: string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n");
}

export function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text
    .replaceAll("|", "\\|")
    .replaceAll(/\s*\n\s*/g, " ")
    .trim();
}
