import type { FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { ZodError } from "zod";
import { errorBody, type ErrorCode, errorCodes, PullwrightError } from "../domain/error.ts";
import type { Log } from "../log.ts";
import type { Redact } from "../redact/redact.ts";

/**
 * The one place where an error becomes an HTTP answer. What was not foreseen is logged with the request's id; the answer says only that. Messages quote
 * what was asked, and people paste secrets into the wrong field.
 */
export async function answerError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { log, redact }: { log: Log; redact: Redact },
): Promise<void> {
  if (hasZodFastifySchemaValidationErrors(error)) {
    await sendError(
      reply,
      "VALIDATION_ERROR",
      redact(
        error.validation
          .map(
            (issue) =>
              `${issue.instancePath.replace(/^\//, "").replaceAll("/", ".") || "request"}: ${issue.message ?? "is not valid"}`,
          )
          .join("; "),
      ),
    );
  } else if (error instanceof ZodError) {
    await sendError(
      reply,
      "VALIDATION_ERROR",
      redact(error.issues.map((issue) => `${issue.path.join(".") || "request"}: ${issue.message}`).join("; ")),
    );
  } else if (error instanceof PullwrightError && error.code !== "INTERNAL") {
    await sendError(reply, error.code, redact(error.message));
  } else if (isClientError(error)) {
    await sendError(
      reply,
      error.statusCode === 413 ? "BODY_TOO_LARGE" : error.statusCode === 415 ? "UNSUPPORTED_MEDIA_TYPE" : "BAD_REQUEST",
      redact(error.message),
    );
  } else {
    log.error(
      { err: error, request: request.id, path: request.url.split("?", 1)[0] },
      "A request failed that should not",
    );
    await sendError(reply, "INTERNAL", `Something failed that should not. The log has it under request ${request.id}.`);
  }
}

/** Answers with a code of the closed list and its status. */
export async function sendError(reply: FastifyReply, code: ErrorCode, message: string): Promise<void> {
  await reply
    .code(errorCodes[code].status)
    .type("application/json")
    .serializer((body: unknown) => JSON.stringify(body))
    .send(errorBody(code, message.slice(0, 1000)));
}

/** What Fastify itself finds wrong with a request: a body that is no JSON, too large, of another type. */
function isClientError(error: unknown): error is { statusCode: number; message: string } {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" && status >= 400 && status < 500;
}
