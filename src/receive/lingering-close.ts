import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./answers.ts";

/** Answers a request whose body is not wanted, and closes its socket. */
export type AnswerAndClose = (
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  hasBody: boolean,
) => void;

/** How much of an unwanted body is thrown away as it comes, so that a short one ends without a reset. */
const discardedBytesMax = 64 * 1024;
/** Who still sends after the answer has this long to read it. */
const lingerMs = 1_000;
/** Above so many at once there is no lingering: those senders may see a reset in place of the answer. */
const lingeringMax = 256;

/**
 * A socket that is closed with unread bytes in it is reset, and the reset can overtake the answer on its way to the sender. So the answer goes
 * out whole, the sender has a moment to read it and hang up, and only then does the response end, which closes the socket.
 */
export function createAnswerAndClose(): AnswerAndClose {
  let lingering = 0;

  return function answerAndClose(request, response, answer, hasBody) {
    response.writeHead(answer.status, answer.closingHeaders);
    if (!hasBody || lingering >= lingeringMax) {
      response.end(answer.body);
      return;
    }
    response.write(answer.body);
    lingering += 1;
    let discardedBytes = 0;
    let over = false;
    const finish = (): void => {
      if (over) return;
      over = true;
      lingering -= 1;
      clearTimeout(timer);
      response.end();
    };
    const timer = setTimeout(finish, lingerMs);
    timer.unref();
    request.on("data", (piece: Buffer) => {
      discardedBytes += piece.length;
      if (discardedBytes > discardedBytesMax) request.pause();
    });
    request.on("close", finish);
    request.resume();
  };
}
