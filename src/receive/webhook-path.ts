import type { WebhookProvider } from "../domain/delivery.ts";

/** What a path means to the receiver. */
export type ReceiverRoute =
  | { kind: "webhook"; provider: WebhookProvider; sourceName: string | undefined }
  /** A webhook path whose last part cannot be a source's name. */
  | { kind: "unknown-source"; provider: WebhookProvider }
  | { kind: "health"; of: "service" | "readiness" | "github" };

/**
 * The meaning of a request's target, null when it is none of the receiver's paths. A query is left aside, and one trailing slash. One more path
 * for GitHub may be given, for a listener that has its own. Nothing is decoded: a name with a percent sign is no source's name.
 */
export function receiverRoute(target: string, extraGithubPath?: string): ReceiverRoute | null {
  const fixed = fixedRoutes.get(target);
  if (fixed !== undefined) return fixed;
  const path = pathOnly(target);
  if (extraGithubPath !== undefined && path === pathOnly(extraGithubPath)) return defaultGithub;
  const route = fixedRoutes.get(path);
  if (route !== undefined) return route;
  const named = namedPattern.exec(path);
  if (named === null) return null;
  const provider = named[1] as WebhookProvider;
  const sourceName = named[2] as string;
  return sourceNamePattern.test(sourceName)
    ? { kind: "webhook", provider, sourceName }
    : { kind: "unknown-source", provider };
}

const defaultGithub: ReceiverRoute = { kind: "webhook", provider: "github", sourceName: undefined };

const fixedRoutes: ReadonlyMap<string, ReceiverRoute> = new Map<string, ReceiverRoute>([
  ["/api/webhooks/github", defaultGithub],
  ["/webhooks/github", defaultGithub],
  ["/api/webhooks/gitlab", { kind: "webhook", provider: "gitlab", sourceName: undefined }],
  ["/api/webhooks/ci", { kind: "webhook", provider: "ci", sourceName: undefined }],
  ["/health", { kind: "health", of: "service" }],
  ["/ready", { kind: "health", of: "readiness" }],
  ["/webhooks/github/health", { kind: "health", of: "github" }],
]);

const namedPattern = /^\/api\/webhooks\/(github|gitlab|ci)\/(.+)$/;
const sourceNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function pathOnly(target: string): string {
  const query = target.indexOf("?");
  const path = query === -1 ? target : target.slice(0, query);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
