import { open } from "node:fs/promises";
import { createHeadAndTail } from "../child/head-and-tail.ts";
import type { Redact } from "../redact/redact.ts";
import { createRedactedStream } from "./redacted-stream.ts";

export type Transcript = {
  write: (stream: "stdout" | "stderr", bytes: Uint8Array) => void;
  /** All is on disk then. @throws what the disk said */
  close: () => Promise<void>;
};

const bytesMax = 8 * 1024 * 1024;

/** What an agent said, redacted, in a file that only we can read, its beginning and its end where it is too much. An older file of that name is replaced. */
export async function openTranscript(path: string, redact: Redact): Promise<Transcript> {
  const file = await open(path, "w", 0o600);
  await file.chmod(0o600);
  let written: Promise<void> = Promise.resolve();
  const kept = createHeadAndTail(bytesMax, (bytes) => {
    const copy = Buffer.from(bytes);
    written = written.then(() => file.writeFile(copy));
    written.catch(() => {});
  });
  const streams = { stdout: createRedactedStream(redact), stderr: createRedactedStream(redact) };
  let last: string | null = null;
  // Halves of a secret must not meet here that came in on two streams.
  const put = (stream: string, text: string): void => {
    if (text === "") return;
    const apart = last !== null && last !== stream ? "\n" : "";
    last = stream;
    void kept.write(Buffer.from(apart + text));
  };
  return {
    write: (stream, bytes) => put(stream, streams[stream].push(bytes)),
    close: async () => {
      put("stdout", streams.stdout.end());
      put("stderr", streams.stderr.end());
      try {
        await kept.end();
        await written;
      } finally {
        await file.close();
      }
    },
  };
}
