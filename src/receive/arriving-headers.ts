/** Every header that the receiver looks at. All others are skipped, unread. */
const readHeaders = [
  "host",
  "content-type",
  "content-length",
  "content-encoding",
  "transfer-encoding",
  "user-agent",
  "x-hub-signature-256",
  "x-github-event",
  "x-github-delivery",
  "x-github-hook-id",
  "x-github-hook-installation-target-id",
  "x-github-hook-installation-target-type",
  "x-github-enterprise-host",
  "x-github-enterprise-version",
  "x-github-encoded-secret",
  "x-gitlab-event",
  "x-gitlab-token",
  "x-gitlab-event-uuid",
  "x-gitlab-webhook-uuid",
  "x-gitlab-instance",
  "idempotency-key",
  "webhook-id",
  "webhook-timestamp",
  "webhook-signature",
  "circleci-event-type",
  "circleci-signature",
  "x-webhook-signature-256",
  "x-delivery-id",
] as const;

export type ReadHeader = (typeof readHeaders)[number];

/** What a request says of itself: each header that the receiver knows, by lower-case name, and whether one came twice. */
export type ArrivingHeaders = Record<ReadHeader, string | undefined> & {
  /** A header that proves who speaks came more than once; which of the two was meant cannot be known. */
  credentialRepeated: boolean;
  /** Another header that the receiver looks at came more than once. */
  repeated: ReadHeader | undefined;
};

/** More header lines than this are refused like headers that are too large: a forge sends about fifteen. It must stay below Node's own 2,000, above which Node drops lines silently. */
export const headerLinesMax = 200;

/**
 * Reads Node's flat list of names and values in one pass. `request.headers` would be shorter to write, but it joins or drops repeated headers,
 * and builds an object of all of them.
 */
export function readArrivingHeaders(rawHeaders: readonly string[]): ArrivingHeaders {
  const headers = noHeaders();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const spelled = rawHeaders[index] as string;
    const name = lowerCaseNames.get(spelled) ?? lowerCaseNames.get(spelled.toLowerCase());
    if (name === undefined) continue;
    if (headers[name] === undefined) headers[name] = rawHeaders[index + 1];
    else if (credentials.has(name)) headers.credentialRepeated = true;
    else headers.repeated = name;
  }
  return headers;
}

const credentials: ReadonlySet<ReadHeader> = new Set([
  "x-hub-signature-256",
  "x-gitlab-token",
  "webhook-signature",
  "circleci-signature",
  "x-webhook-signature-256",
]);

/** As the forges spell them, so that the usual request needs no lower-casing. */
const usualSpellings = [
  "Host",
  "Content-Type",
  "Content-Length",
  "User-Agent",
  "X-Hub-Signature-256",
  "X-GitHub-Event",
  "X-GitHub-Delivery",
  "X-GitHub-Hook-ID",
  "X-GitHub-Hook-Installation-Target-ID",
  "X-GitHub-Hook-Installation-Target-Type",
  "X-Gitlab-Event",
  "X-Gitlab-Token",
  "X-Gitlab-Event-UUID",
  "X-Gitlab-Webhook-UUID",
  "X-Gitlab-Instance",
  "Idempotency-Key",
];

const lowerCaseNames: ReadonlyMap<string, ReadHeader> = new Map([
  ...readHeaders.map((name): [string, ReadHeader] => [name, name]),
  ...usualSpellings.map((spelled): [string, ReadHeader] => [spelled, spelled.toLowerCase() as ReadHeader]),
]);

/** Written out, so that every request's headers have one shape for the engine. */
function noHeaders(): ArrivingHeaders {
  return {
    host: undefined,
    "content-type": undefined,
    "content-length": undefined,
    "content-encoding": undefined,
    "transfer-encoding": undefined,
    "user-agent": undefined,
    "x-hub-signature-256": undefined,
    "x-github-event": undefined,
    "x-github-delivery": undefined,
    "x-github-hook-id": undefined,
    "x-github-hook-installation-target-id": undefined,
    "x-github-hook-installation-target-type": undefined,
    "x-github-enterprise-host": undefined,
    "x-github-enterprise-version": undefined,
    "x-github-encoded-secret": undefined,
    "x-gitlab-event": undefined,
    "x-gitlab-token": undefined,
    "x-gitlab-event-uuid": undefined,
    "x-gitlab-webhook-uuid": undefined,
    "x-gitlab-instance": undefined,
    "idempotency-key": undefined,
    "webhook-id": undefined,
    "webhook-timestamp": undefined,
    "webhook-signature": undefined,
    "circleci-event-type": undefined,
    "circleci-signature": undefined,
    "x-webhook-signature-256": undefined,
    "x-delivery-id": undefined,
    credentialRepeated: false,
    repeated: undefined,
  };
}
