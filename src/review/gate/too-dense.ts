/** Markup that a parser pays for with the square of its number, in one paragraph or in one line. */
const marksOfParagraphMax = 400;

/** In blocks of code they cost nothing; but what looks like one from here may be none to the parser, so that they are not without a bound. */
const marksInCodeMax = 3000;

const nestingMax = 8;

/** Each line may be an entry of a list, which costs a hundred times as much as words do. */
const linesMax = 1500;

/**
 * Whether a text has more markup than people write. The Markdown parser that is used is quadratic in the marks of one paragraph and in the depth of
 * quotes and lists, and overflows the stack in the end (measured with 16,000 characters of `*a_`, `]`, `>` and `1. `); within these bounds its time
 * grows with the text's length. Linear.
 */
export function isTooDense(text: string): boolean {
  const lines = text.split("\n");
  if (lines.length > linesMax) return true;
  let marks = 0;
  let marksInCode = 0;
  let fence: string | null = null;
  for (const line of lines) {
    const mark = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1] ?? null;
    if (fence === null && line.trim() === "") marks = 0;
    else if (fence === null) marks += marksIn(line);
    else marksInCode += marksIn(line);
    const isOver = marks > marksOfParagraphMax * (line.includes("|") ? 2 : 1) || marksInCode > marksInCodeMax;
    if (isOver || nestingOf(line) > nestingMax) return true;
    if (mark !== null) fence = fence === null ? mark : mark.startsWith(fence) ? null : fence;
  }
  return false;
}

function marksIn(line: string): number {
  return line.match(/[*_~[\]<`|&!:@]/g)?.length ?? 0;
}

/** Quotes and lists that begin at the head of a line. */
function nestingOf(line: string): number {
  const head = /^(?:[\s>]|[*+-](?=\s)|\d{1,9}[.)](?=\s))*/.exec(line.slice(0, 400))?.[0] ?? "";
  return head.match(/[>*+-]|\d[.)]/g)?.length ?? 0;
}
