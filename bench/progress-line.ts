/** Where a long run is, for whoever looks: one line that is written anew on a terminal, and a line now and then in a log. */
export type ProgressLine = {
  show: (text: string) => void;
  /** Something that stays. */
  note: (text: string) => void;
  end: () => void;
};

const logEveryMs = 30_000;

export function createProgressLine(stream: NodeJS.WriteStream, steadyMs: () => number): ProgressLine {
  let loggedMs = -Infinity;
  const clear = (): string => (stream.isTTY ? "\r\u001B[K" : "");
  return {
    show: (text) => {
      if (stream.isTTY) stream.write(`${clear()}${text.slice(0, stream.columns - 1)}`);
      else if (steadyMs() - loggedMs >= logEveryMs) {
        loggedMs = steadyMs();
        stream.write(`${text}\n`);
      }
    },
    note: (text) => void stream.write(`${clear()}${text}\n`),
    end: () => void stream.write(clear()),
  };
}
