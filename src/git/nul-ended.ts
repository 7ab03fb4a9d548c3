/** Words as git reads and writes them under `-z`: each ended by a NUL, so that any path can be one. */
export function nulEnded(words: Buffer[]): Buffer {
  return Buffer.concat(words.flatMap((word) => [word, nul]));
}

const nul = Buffer.from([0]);

/** The words again; what follows the last NUL is none. They share the list's memory. */
export function nulEndedWords(list: Buffer): Buffer[] {
  const words: Buffer[] = [];
  for (let at = 0; at < list.length;) {
    const end = list.indexOf(0, at);
    if (end < 0) break;
    words.push(list.subarray(at, end));
    at = end + 1;
  }
  return words;
}
