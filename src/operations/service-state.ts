import type { Instant } from "../domain/clock.ts";
import type { WebhookProvider } from "../domain/delivery.ts";
import type { ErrorCode } from "../domain/error.ts";

/** What a running service knows of itself and the store does not: its sources and what it refused in the last hour. */
export type ServiceState = {
  version: string;
  startedAt: Instant;
  sources: {
    name: string;
    provider: WebhookProvider;
    path: string;
    configured: boolean;
    refused: { code: ErrorCode; count: number; lastAt: Instant }[];
  }[];
  /** What to configure next, and how; empty when nothing is missing. */
  setup: { what: string; how: string }[];
};
