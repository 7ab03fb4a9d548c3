/** Markup that a parser pays for with the square of its number, in one paragraph or in one line. */
const marksOfParagraphMax = 400;
const nestingMax = 8;

/** Each line may be an entry of a list, which costs a hundred times as much as words do. */
const linesMax = 1500;

/**
 * Whether a text has more markup than people write. The Markdown parser that is used is quadratic in the marks of one paragraph and in the depth of
 * quotes and lists, and overflows the stack in the end (measured with 16,000 characters of `*a_`, `]`, `>` and `1. `); within these bounds its time
 * grows with the text's length. Linear.
 */
export function isTooDense(text: string): boolean {
  let marks = 0;
  const lines = text.split("\n");
  if (lines.length > linesMax) return true;
  for (const line of lines) {
    if (line.trim() === "") {
      marks = 0;
      continue;
    }
    marks += countOf(line, /[*_~[\]<`|&!:@]/g);
    if (marks > marksOfParagraphMax * (line.includes("|") ? 2 : 1) || nestingOf(line) > nestingMax) return true;
  }
  return false;
}

function countOf(line: string, sign: RegExp): number {
  return line.match(sign)?.length ?? 0;
}

/** Quotes and lists that begin at the head of a line, and the spaces that could continue them. */
function nestingOf(line: string): number {
  const head = /^(?:[\s>*+-]|\d{1,9}[.)](?=\s))*/.exec(line.slice(0, 400))?.[0] ?? "";
  const signs = countOf(head, /[>*+-]|\d[.)]/g);
  return /^(?:\s*[*-]){3,}\s*$/.test(line.slice(0, 400)) ? 1 : signs;
}
