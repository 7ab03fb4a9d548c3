import type { Hmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { instantOf } from "../domain/clock.ts";
import type { Clock, Instant } from "../domain/clock.ts";
import type { AcceptDeliveries, AcceptOutcome, ArrivedDelivery, WebhookProvider } from "../domain/delivery.ts";
import type { ErrorCode } from "../domain/error.ts";
import type { Admitted, ProviderRules } from "./admission.ts";
import { refusal, refusals, sendAccepted, sendAnswer, sendDuplicate, sendIgnored, sendPong } from "./answers.ts";
import type { Refusal } from "./answers.ts";
import { headerLinesMax, readArrivingHeaders } from "./arriving-headers.ts";
import type { ArrivingHeaders } from "./arriving-headers.ts";
import { continueIfAwaited } from "./awaits-continue.ts";
import { createBodyBudget } from "./body-budget.ts";
import { createBodyReader, releaseBody } from "./body-reader.ts";
import { ciRules } from "./ci.ts";
import { contentTypeOf } from "./content-type.ts";
import { githubRules } from "./github.ts";
import { gitlabRules } from "./gitlab.ts";
import { headersToKeep } from "./headers-kept.ts";
import { answerHealth } from "./health.ts";
import type { HealthDeps } from "./health.ts";
import { createInbox } from "./inbox.ts";
import type { InboxLimits } from "./inbox.ts";
import { createAnswerAndClose } from "./lingering-close.ts";
import { looksLikeObject } from "./looks-like-object.ts";
import { createSecretKeys } from "./secret-keys.ts";
import { secretThatSigned, startHmacs } from "./signature-check.ts";
import type { FindSource, Source } from "./source.ts";
import { receiverRoute } from "./webhook-path.ts";

export type ReceiverDeps = HealthDeps & {
  sources: FindSource;
  accept: AcceptDeliveries;
  clock: Clock;
  /** False refuses the address. Absent while the allow-list is off. */
  allowList?: (address: string) => boolean;
  /** Absent while the rate limit is off. */
  rateLimit?: (address: string) => { allowed: boolean; retryAfterSeconds: number };
  /** Every request on a webhook path that was not stored, for counting and for the log. `source` is a configured source's name, or the provider's where none was found. */
  onRefused: (refused: { source: string; code: ErrorCode; address: string; at: Instant }) => void;
  /** Every delivery whose fate the store has said, `shed` excepted; called after the answer has been written. The body may be gone by then. */
  onStored?: (delivery: ArrivedDelivery, outcome: AcceptOutcome) => void;
  /** A sender put the secret itself into a header (GitHub did, in 2025): it should be rotated. Once per source. */
  onSecretExposed?: (source: string) => void;
  /** Something here failed that should not. The sender has been told 503. */
  onFailed?: (cause: unknown) => void;
  /** Bytes of bodies in memory at once, over all requests. 64 MiB unless said. */
  bodyBudgetBytes?: number;
  /** How long a request may wait, unread, for room in that budget. Five seconds unless said. */
  bodyWaitMsMax?: number;
  inboxLimits?: InboxLimits;
};

/**
 * Takes a request if its path is a webhook or health path, and says whether it did. One receiver serves any number of listeners; a listener with a
 * GitHub path of its own gives that path along.
 */
export type Receive = (request: IncomingMessage, response: ServerResponse, extraGithubPath?: string) => boolean;

const bodyBytesMax = 25 * 1024 * 1024;
const rulesOf: Record<WebhookProvider, ProviderRules> = { github: githubRules, gitlab: gitlabRules, ci: ciRules };

/** One webhook on its way in. */
type Arrival = {
  request: IncomingMessage;
  response: ServerResponse;
  source: Source;
  headers: ArrivingHeaders;
  contentType: ArrivedDelivery["contentType"];
  admitted: Admitted;
  /** Null until the first piece of the body has come. */
  hmacs: Hmac[] | null;
  /** Bytes of the body budget that are held until the delivery is stored. */
  charged: number;
  delivery: ArrivedDelivery | null;
};

/**
 * The accept path: method, address, source, headers, then the body under a running HMAC, then one place in the inbox, then the answer. Nothing is
 * parsed here. A repeated delivery is told so by the store, so that a sender may safely send anything again.
 */
export function createReceiver(deps: ReceiverDeps): Receive {
  const rulesDeps = { keys: createSecretKeys(), clock: deps.clock };
  const exposedSources = new Set<string>();
  const answerAndClose = createAnswerAndClose();
  const budget = createBodyBudget({
    bytesMax: deps.bodyBudgetBytes ?? 64 * 1024 * 1024,
    waitMsMax: deps.bodyWaitMsMax ?? 5_000,
  });
  const reader = createBodyReader<Arrival>({ budget, bodyBytesMax, onBegin, onPiece, onWhole, onFailed });
  const inbox = createInbox<Arrival>({ accept: deps.accept, settle, onFailed: reportFailure }, deps.inboxLimits);
  let lastMs = 0;
  let lastInstant = "";

  return function receive(request, response, extraGithubPath) {
    const route = receiverRoute(request.url ?? "", extraGithubPath);
    if (route === null) return false;
    if (route.kind === "health")
      answerHealth(route.of, request, response, deps).catch((cause: unknown) => fail(response, cause));
    else takeWebhook(request, response, route.provider, route.kind === "webhook" ? route.sourceName : null);
    return true;
  };

  /** `sourceName` is undefined for the provider's default source, and null where the path holds no possible name. */
  function takeWebhook(
    request: IncomingMessage,
    response: ServerResponse,
    provider: WebhookProvider,
    sourceName: string | undefined | null,
  ): void {
    try {
      const headers = readArrivingHeaders(request.rawHeaders);
      const notWelcome = refusalOfSender(request, headers);
      if (notWelcome !== null) return refuseUnread(request, response, headers, provider, notWelcome);
      const source = sourceName === null ? undefined : deps.sources(provider, sourceName);
      if (source === undefined)
        return refuseUnread(request, response, headers, sourceName ?? provider, refusals.sourceNotFound);
      admit(request, response, source, headers);
    } catch (cause) {
      fail(response, cause);
    }
  }

  function fail(response: ServerResponse, cause: unknown): void {
    reportFailure(cause);
    if (!response.headersSent) sendAnswer(response, refusals.storeFailed);
  }

  /** What can be said before anybody asks who is speaking. */
  function refusalOfSender(request: IncomingMessage, headers: ArrivingHeaders): Refusal | null {
    if (request.method !== "POST") return refusals.methodNotAllowed;
    if (request.rawHeaders.length > headerLinesMax * 2) return refusals.tooManyHeaders;
    if (headers.host === undefined && request.httpVersion !== "1.0") return refusals.malformedRequest;
    if (deps.allowList !== undefined && !deps.allowList(addressOf(request))) return refusals.addressNotAllowed;
    const rate = deps.rateLimit?.(addressOf(request));
    if (rate !== undefined && !rate.allowed)
      return refusal("RATE_LIMITED", "This address sends more than is allowed here; wait.", rate);
    return null;
  }

  function admit(request: IncomingMessage, response: ServerResponse, source: Source, headers: ArrivingHeaders): void {
    if (headers["x-github-encoded-secret"] !== undefined) warnOnce(source);
    const rules = rulesOf[source.provider];
    const admitted = rules.admit(headers, source.secrets(), rulesDeps);
    if (admitted.kind === "refused") return refuseUnread(request, response, headers, source.name, admitted);

    const contentType = contentTypeOf(headers["content-type"]);
    if (contentType === null || !rules.contentTypes.includes(contentType))
      return refuseUnread(request, response, headers, source.name, refusals.contentType);
    if (headers["content-encoding"] !== undefined)
      return refuseUnread(request, response, headers, source.name, refusals.contentEncoding);
    const transferCoding = headers["transfer-encoding"];
    if (transferCoding !== undefined && transferCoding.toLowerCase() !== "chunked")
      return refuseUnread(request, response, headers, source.name, refusals.contentEncoding);
    // Node's parser has refused any length that is not digits, and a length beside chunks.
    const declaredBytes = transferCoding !== undefined ? undefined : Number(headers["content-length"] ?? 0);
    if (declaredBytes !== undefined && declaredBytes > bodyBytesMax)
      return refuseUnread(request, response, headers, source.name, refusals.bodyTooLarge);
    if (inbox.isFull()) return refuseUnread(request, response, headers, source.name, refusals.busy);

    const arrival: Arrival = {
      request,
      response,
      source,
      headers,
      contentType,
      admitted,
      hmacs: null,
      charged: 0,
      delivery: null,
    };
    reader.read(request, arrival, declaredBytes);
  }

  function onBegin(arrival: Arrival): void {
    continueIfAwaited(arrival.request, arrival.response);
  }

  function onPiece(arrival: Arrival, piece: Uint8Array): void {
    const { proof } = arrival.admitted;
    if (typeof proof === "string") return;
    arrival.hmacs ??= startHmacs(proof);
    for (const hmac of arrival.hmacs) hmac.update(piece);
  }

  function onWhole(arrival: Arrival, body: Uint8Array<ArrayBuffer>, charged: number): void {
    arrival.charged = charged;
    try {
      const refused = store(arrival, body);
      if (refused === null) return;
      refuseRead(arrival, refused);
      releaseBody(body);
    } catch (cause) {
      reportFailure(cause);
      refuseRead(arrival, refusals.storeFailed);
    }
  }

  /** Puts a whole body that its sender has signed into the inbox; otherwise says why not. */
  function store(arrival: Arrival, body: Uint8Array<ArrayBuffer>): Refusal | null {
    const { admitted, headers, source, contentType } = arrival;
    const { proof } = admitted;
    const secretUsed = typeof proof === "string" ? proof : secretThatSigned(proof, arrival.hmacs ?? startHmacs(proof));
    if (secretUsed === null) return refusals.wrongSignature;
    if (contentType === "application/json" ? !looksLikeObject(body) : body.length === 0) return refusals.notAnObject;
    const deliveryId = admitted.deliveryId ?? rulesOf[source.provider].deliveryIdFromBody(headers, body);
    const delivery: ArrivedDelivery = {
      source: source.name,
      provider: source.provider,
      hookId: admitted.hookId,
      deliveryId,
      event: admitted.event,
      contentType,
      headers: headersToKeep(source.provider, headers),
      body,
      secretUsed,
      receivedAt: now(),
    };
    arrival.delivery = delivery;
    return inbox.put(arrival, delivery) ? null : refusals.busy;
  }

  function settle(arrival: Arrival, outcome: AcceptOutcome): void {
    budget.giveBack(arrival.charged);
    arrival.charged = 0;
    const { response, admitted } = arrival;
    const delivery = arrival.delivery as ArrivedDelivery;
    switch (outcome.kind) {
      case "shed":
        return refuseRead(arrival, refusal(outcome.code, outcome.because, outcome));
      case "conflict":
        refuseRead(arrival, refusals.deliveryIdConflict);
        break;
      case "accepted":
      case "duplicate":
        if (admitted.reply === "pong") sendPong(response);
        else if (outcome.kind === "duplicate") sendDuplicate(response, delivery.deliveryId);
        else if (admitted.reply === "ignored") sendIgnored(response, delivery.deliveryId, admitted.event);
        else sendAccepted(response, delivery.deliveryId);
    }
    deps.onStored?.(delivery, outcome);
  }

  function onFailed(arrival: Arrival, because: "too-large" | "too-slow" | "no-room" | "gone"): void {
    if (because === "gone") return;
    const refused =
      because === "too-large"
        ? refusals.bodyTooLarge
        : because === "too-slow"
          ? refusals.requestTimeout
          : refusals.busy;
    refuseUnread(arrival.request, arrival.response, arrival.headers, arrival.source.name, refused);
  }

  /** For a request whose body has been read: the connection may serve the next one. */
  function refuseRead(arrival: Arrival, refused: Refusal): void {
    budget.giveBack(arrival.charged);
    arrival.charged = 0;
    sendAnswer(arrival.response, refused);
    tellRefused(arrival.request, arrival.source.name, refused);
  }

  /** For a request whose body is not read, or not to its end: nothing more can be understood on its connection. */
  function refuseUnread(
    request: IncomingMessage,
    response: ServerResponse,
    headers: ArrivingHeaders,
    source: string,
    refused: Refusal,
  ): void {
    const hasBody = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
    answerAndClose(request, response, refused, hasBody);
    tellRefused(request, source, refused);
  }

  function tellRefused(request: IncomingMessage, source: string, refused: Refusal): void {
    try {
      deps.onRefused({ source, code: refused.code, address: addressOf(request), at: now() });
    } catch (cause) {
      // The sender has its answer, and this may be an event's listener, where a throw would end the process.
      reportFailure(cause);
    }
  }

  function warnOnce(source: Source): void {
    if (exposedSources.has(source.name)) return;
    exposedSources.add(source.name);
    deps.onSecretExposed?.(source.name);
  }

  function reportFailure(cause: unknown): void {
    deps.onFailed?.(cause);
  }

  /** The time as text, written out once per millisecond. */
  function now(): Instant {
    const date = deps.clock();
    const ms = date.getTime();
    if (ms === lastMs) return lastInstant;
    lastMs = ms;
    return (lastInstant = instantOf(date));
  }
}

/** The sender's address; an IPv4 address that came through an IPv6 socket in its own form. */
function addressOf(request: IncomingMessage): string {
  const address = request.socket.remoteAddress ?? "";
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice("::ffff:".length) : address;
}
