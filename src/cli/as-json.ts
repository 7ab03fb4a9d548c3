/** As `--json` prints it. */
export function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
