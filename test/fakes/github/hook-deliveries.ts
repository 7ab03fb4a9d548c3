import { createHmac, randomUUID } from "node:crypto";
import type { FakeHook } from "./world.ts";

/** A webhook that was sent, and what its receiver said; `status` is null until then, and where there was no answer. */
export type HookDelivery = {
  hookId: number;
  url: string;
  event: string;
  /** `X-GitHub-Delivery`: the same when it is sent again. */
  id: string;
  body: string;
  headers: Record<string, string>;
  status: number | null;
};

export type HookDeliveries = {
  all: HookDelivery[];
  send: (hook: FakeHook, event: string, payload: object) => void;
  /** Sends one again, as GitHub's page does: same id, same body. */
  resend: (delivery: HookDelivery) => Promise<HookDelivery>;
  /** All that was sent has been answered, or never will be. */
  settled: () => Promise<void>;
};

/** Sends webhooks one after another, in the order of what happened. A receiver that cannot be reached holds nothing up. */
export function createHookDeliveries(): HookDeliveries {
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
      void queue(deliveryOf(hook, event, JSON.stringify(payload)));
    },
    resend: async (delivery) => {
      const again = { ...delivery, status: null };
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

function deliveryOf(hook: FakeHook, event: string, body: string): HookDelivery {
  const id = randomUUID();
  return {
    hookId: hook.id,
    url: hook.url,
    event,
    id,
    body,
    headers: {
      "content-type": "application/json",
      "user-agent": "GitHub-Hookshot/8de1206",
      "x-github-delivery": id,
      "x-github-event": event,
      "x-github-hook-id": String(hook.id),
      "x-github-hook-installation-target-id": String(hook.repositoryId),
      "x-github-hook-installation-target-type": "repository",
      "x-hub-signature-256": `sha256=${createHmac("sha256", hook.secret).update(body).digest("hex")}`,
    },
    status: null,
  };
}
