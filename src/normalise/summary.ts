import { cleanLine } from "./clean-text.ts";

const charactersMax = 300;

/** One sentence for people, without line breaks; what is too long ends in an ellipsis. */
export function summary(text: string): string {
  const line = cleanLine(text, charactersMax + 1);
  return line.length <= charactersMax ? line : `${cleanLine(line, charactersMax - 1)}…`;
}

/** ` by sue`, or nothing when the payload does not say who. */
export function by(actor: string | null): string {
  return actor === null ? "" : ` by ${actor}`;
}

/** The seven digits that people know a commit by. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}

export function count(many: number, one: string, several = `${one}s`): string {
  return `${many} ${many === 1 ? one : several}`;
}
