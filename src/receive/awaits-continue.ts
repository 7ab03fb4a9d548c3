import type { IncomingMessage, ServerResponse } from "node:http";

/** Set on a request by our own listener when its sender waits for `100 Continue` before it sends the body. */
const awaitsContinue = Symbol("awaits 100 Continue");
type MaybeWaiting = IncomingMessage & { [awaitsContinue]?: true };

export function markAwaitingContinue(request: IncomingMessage): void {
  (request as MaybeWaiting)[awaitsContinue] = true;
}

/** Tells a waiting sender to go on. A listener that is not ours has let Node say so already. */
export function continueIfAwaited(request: IncomingMessage, response: ServerResponse): void {
  if ((request as MaybeWaiting)[awaitsContinue] === true) response.writeContinue();
}
