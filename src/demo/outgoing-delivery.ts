import { createHmac } from "node:crypto";

/** Who sends it, which decides on path, headers and signature. */
export type Sender = "github" | "gitlab" | "circleci" | "generic-ci";

/** A webhook as its sender has it ready; it is signed when it leaves, because GitLab's signature holds the time. */
export type OutgoingDelivery = {
  sender: Sender;
  event: string;
  deliveryId: string;
  hookId: string;
  /** The exact bytes, which the signature covers. */
  body: string;
};

export type SenderSecrets = { github: string; gitlabSigningToken: string; ci: string; circleci: string };

/** Path and headers with which the real sender would post it. */
export function signed(
  delivery: Omit<OutgoingDelivery, "body"> & { body: string | Uint8Array },
  secrets: SenderSecrets,
  now: Date,
): { path: string; headers: Record<string, string> } {
  const { sender, event, deliveryId, hookId, body } = delivery;
  const json = { "content-type": "application/json" };
  switch (sender) {
    case "github":
      return {
        path: "/api/webhooks/github",
        headers: {
          ...json,
          "user-agent": "GitHub-Hookshot/demo",
          "x-github-event": event,
          "x-github-delivery": deliveryId,
          "x-github-hook-id": hookId,
          "x-github-hook-installation-target-type": "repository",
          "x-hub-signature-256": `sha256=${hmac(secrets.github, body).toString("hex")}`,
        },
      };
    case "gitlab": {
      const timestamp = String(Math.floor(now.getTime() / 1000));
      const key = Buffer.from(secrets.gitlabSigningToken.slice("whsec_".length), "base64");
      return {
        path: "/api/webhooks/gitlab",
        headers: {
          ...json,
          "user-agent": "GitLab/demo",
          "x-gitlab-event": event,
          "x-gitlab-webhook-uuid": hookId,
          "x-gitlab-event-uuid": deliveryId,
          "webhook-id": deliveryId,
          "webhook-timestamp": timestamp,
          "webhook-signature": `v1,${hmac(key, `${deliveryId}.${timestamp}.`, body).toString("base64")}`,
        },
      };
    }
    case "circleci":
      return {
        path: "/api/webhooks/ci",
        headers: {
          ...json,
          "user-agent": "CircleCI-Webhook/demo",
          "circleci-event-type": event,
          "circleci-signature": `v1=${hmac(secrets.circleci, body).toString("hex")}`,
        },
      };
    case "generic-ci":
      return {
        path: "/api/webhooks/ci",
        headers: {
          ...json,
          "user-agent": "Jenkins/demo",
          "x-delivery-id": deliveryId,
          "x-webhook-signature-256": `sha256=${hmac(secrets.ci, body).toString("hex")}`,
        },
      };
  }
}

function hmac(key: string | Buffer, ...parts: (string | Uint8Array)[]): Buffer {
  const digest = createHmac("sha256", key);
  for (const part of parts) digest.update(part);
  return digest.digest();
}
