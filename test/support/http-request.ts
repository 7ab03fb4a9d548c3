import { type IncomingHttpHeaders, request } from "node:http";

export type HttpAnswer = {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; throws when it is none. */
  // What an answer holds is what the test is about to say; a type here would only be a claim.
  // oxlint-disable-next-line typescript/no-explicit-any
  json: () => any;
};

export type HttpQuestion = { method?: string; headers?: Record<string, string | string[]>; body?: string | Uint8Array };

/** One request on a connection of its own, with exactly these headers, `Host` too; nothing is followed, retried or kept open. */
export function httpRequest(
  url: string,
  { method = "GET", headers = {}, body }: HttpQuestion = {},
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const question = request(
      url,
      {
        method,
        agent: false,
        headers: { ...headers, ...(body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) }) },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, json: () => JSON.parse(text) });
        });
      },
    );
    question.on("error", reject);
    question.end(body);
  });
}
