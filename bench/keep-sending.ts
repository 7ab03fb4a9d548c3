import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { type OutgoingDelivery, type SenderSecrets, signed } from "../src/demo/outgoing-delivery.ts";

/** What senders know at the end: what was acknowledged, and what they never got an answer for. */
export type Sent = {
  acknowledged: Set<string>;
  attempts: number;
  lost: number;
  shed: number;
  unexpected: Map<number, number>;
};

export type Senders = { sent: Sent; stop: () => Promise<void> };

const retryMs = 10;
const answerMsMax = 15_000;

/**
 * So many senders, each with its own kept-open connection and one delivery under way, like forges that never rest. A delivery without an answer, or
 * with a 503, is sent again under the same id until it is acknowledged; only a 2xx counts as that.
 */
export function keepSending(
  { connections, pauseMs }: { connections: number; pauseMs: number },
  receiverUrl: () => string,
  secrets: SenderSecrets,
  next: () => OutgoingDelivery,
  onAcknowledged: (count: number) => void = () => {},
): Senders {
  const sent: Sent = { acknowledged: new Set(), attempts: 0, lost: 0, shed: 0, unexpected: new Map() };
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const stopping = new AbortController();
  const senders = Array.from({ length: connections }, async () => {
    while (!stopping.signal.aborted) {
      await sendUntilAcknowledged(next());
      if (pauseMs > 0) await wait(pauseMs);
    }
  });
  return {
    sent,
    stop: async () => {
      stopping.abort();
      await Promise.all(senders);
      agent.destroy();
    },
  };

  async function sendUntilAcknowledged(delivery: OutgoingDelivery): Promise<void> {
    while (!stopping.signal.aborted) {
      sent.attempts += 1;
      const status = await post(delivery);
      if (status !== null && status >= 200 && status < 300) {
        sent.acknowledged.add(delivery.deliveryId);
        onAcknowledged(sent.acknowledged.size);
        return;
      }
      if (status === null) sent.lost += 1;
      else if (status === 503) sent.shed += 1;
      else sent.unexpected.set(status, (sent.unexpected.get(status) ?? 0) + 1);
      await wait(retryMs);
    }
  }

  /** The status, once the whole answer has been read; null when there was none. */
  function post(delivery: OutgoingDelivery): Promise<number | null> {
    return new Promise((resolve) => {
      const { path, headers } = signed(delivery, secrets, new Date());
      const question = request(
        `${receiverUrl()}${path}`,
        {
          method: "POST",
          agent,
          headers: { ...headers, "content-length": String(Buffer.byteLength(delivery.body)) },
          timeout: answerMsMax,
        },
        (answer) => {
          answer.resume();
          answer.on("end", () => resolve(answer.statusCode ?? null));
          answer.on("error", () => resolve(null));
          answer.on("close", () => resolve(null));
        },
      );
      question.on("timeout", () => question.destroy());
      question.on("error", () => resolve(null));
      question.end(delivery.body);
    });
  }
}
