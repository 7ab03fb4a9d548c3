import { type ClientRequest, type IncomingMessage, request } from "node:http";

export type StreamMessage = { id: number | null; event: string; data: unknown };

export type EventStreamClient = AsyncDisposable & {
  status: number;
  headers: IncomingMessage["headers"];
  /** All messages so far, in their order. */
  messages: StreamMessage[];
  /** Resolves with the first message, past or to come, that fits. Rejects when the stream ends without one. */
  until: (fits: (message: StreamMessage) => boolean) => Promise<StreamMessage>;
  /** Resolves when the server has ended or cut the stream. */
  ended: Promise<void>;
  close: () => void;
};

/** Listens to `/api/v1/events` as a browser's EventSource does. */
export function openEventStream(url: string, headers: Record<string, string>): Promise<EventStreamClient> {
  return new Promise((resolve, reject) => {
    const question: ClientRequest = request(
      `${url}/api/v1/events`,
      { agent: false, headers: { accept: "text/event-stream", ...headers } },
      (answer) => resolve(listen(question, answer)),
    );
    question.on("error", reject);
    question.end();
  });
}

function listen(question: ClientRequest, answer: IncomingMessage): EventStreamClient {
  const messages: StreamMessage[] = [];
  const waiting = new Set<() => void>();
  const end = Promise.withResolvers<void>();
  let rest = "";
  let isOver = false;

  const wake = (): void => {
    for (const look of waiting) look();
  };
  answer.setEncoding("utf8").on("data", (text: string) => {
    rest += text;
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const message = messageOf(block);
      if (message !== null) messages.push(message);
    }
    wake();
  });
  answer.on("error", () => {});
  question.on("error", () => {});
  answer.on("close", () => {
    isOver = true;
    end.resolve();
    wake();
  });

  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    messages,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = messages.find(fits);
          if (found === undefined && !isOver) return;
          waiting.delete(look);
          if (found === undefined)
            reject(new Error(`The stream ended after ${messages.length} messages without the one`));
          else resolve(found);
        };
        waiting.add(look);
        look();
      }),
    ended: end.promise,
    close: () => void question.destroy(),
    async [Symbol.asyncDispose]() {
      question.destroy();
      await end.promise;
    },
  };
}

function messageOf(block: string): StreamMessage | null {
  const fields = new Map(
    block
      .split("\n")
      .filter((line) => !line.startsWith(":"))
      .map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()] as const),
  );
  const data = fields.get("data");
  if (data === undefined) return null;
  const id = fields.get("id");
  return {
    id: id === undefined ? null : Number(id),
    event: fields.get("event") ?? "message",
    data: JSON.parse(data) as unknown,
  };
}
