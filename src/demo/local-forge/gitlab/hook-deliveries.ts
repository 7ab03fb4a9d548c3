import { createHmac, randomUUID } from "node:crypto";
import type { FakeHook } from "./gitlab-state.ts";
import type { HookEvent } from "./world.ts";

/** A webhook that was sent, and what its receiver said; `status` is null until then, and where there was no answer. */
export type HookDelivery = {
  hookId: number;
  url: string;
  event: HookEvent;
  /** `webhook-id` and `Idempotency-Key`: the same when it is sent again. */
  id: string;
  body: string;
  headers: Record<string, string>;
  status: number | null;
};

export type HookDeliveries = {
  all: HookDelivery[];
  send: (hook: FakeHook, event: HookEvent, payload: object) => void;
  /** Sends one again, as GitLab's page does: same id and body, signed anew. */
  resend: (delivery: HookDelivery, hook: FakeHook) => Promise<HookDelivery>;
  /** All that was sent has been answered, or never will be. */
  settled: () => Promise<void>;
};

/** Sends webhooks one after another, in the order of what happened. A receiver that cannot be reached holds nothing up. */
export function createHookDeliveries(deps: { clock: () => Date; webUrl: () => string }): HookDeliveries {
  const all: HookDelivery[] = [];
  let last: Promise<void> = Promise.resolve();

  const queue = (delivery: HookDelivery): Promise<void> => {
    all.push(delivery);
    last = last.then(() => deliver(delivery));
    return last;
  };
  return {
    all,
    send: (hook, event, payload) => {
      void queue(deliveryOf(hook, event, randomUUID(), JSON.stringify(payload), deps));
    },
    resend: async (delivery, hook) => {
      const again = deliveryOf(hook, delivery.event, delivery.id, delivery.body, deps);
      await queue(again);
      return again;
    },
    settled: () => last,
  };
}

async function deliver(delivery: HookDelivery): Promise<void> {
  try {
    const response = await fetch(delivery.url, { method: "POST", headers: delivery.headers, body: delivery.body });
    delivery.status = response.status;
    await response.body?.cancel();
  } catch {
    delivery.status = null;
  }
}

function deliveryOf(
  hook: FakeHook,
  event: HookEvent,
  id: string,
  body: string,
  deps: { clock: () => Date; webUrl: () => string },
): HookDelivery {
  const timestamp = String(Math.floor(deps.clock().getTime() / 1000));
  const headers = {
    "content-type": "application/json",
    "user-agent": "GitLab/19.1.0",
    "x-gitlab-event": event,
    "x-gitlab-instance": deps.webUrl(),
    "x-gitlab-webhook-uuid": hook.uuid,
    "x-gitlab-event-uuid": randomUUID(),
    "idempotency-key": id,
    ...(hook.plainToken === null ? {} : { "x-gitlab-token": hook.plainToken }),
    ...(hook.signingToken === null
      ? {}
      : {
          "webhook-id": id,
          "webhook-timestamp": timestamp,
          "webhook-signature": signature(hook.signingToken, id, timestamp, body),
        }),
  };
  return { hookId: hook.id, url: hook.url, event, id, body, headers, status: null };
}

/** The Standard Webhooks form (https://www.standardwebhooks.com): a `whsec_` token is the key in base64. */
function signature(signingToken: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(signingToken.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}
