import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { type OperationName, operations } from "../operations/operations.ts";
import type { Caller } from "../operations/perform.ts";
import type { EventStream } from "./event-stream.ts";
import { type Route, routes } from "./routes.ts";

type Deps = {
  perform: (name: OperationName, input: unknown, caller: Caller) => Promise<unknown>;
  stream: EventStream;
};

const errorAnswer = z
  .object({ detail: z.object({ error_code: z.string(), message: z.string(), retryable: z.boolean() }) })
  .meta({ id: "Error" });

/** A route for each row of the table, with schemas out of the operations, so that the description cannot differ from what happens. */
export function addOperationRoutes(app: FastifyInstance, deps: Deps): void {
  for (const route of routes) addRoute(app, route, deps);
}

function addRoute(app: FastifyInstance, route: Route, deps: Deps): void {
  const { input, output, summary } = operations[route.operation] as unknown as {
    input: z.ZodObject;
    output: z.ZodObject;
    summary: string;
  };
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? "");
  const pathMask = Object.fromEntries(inPath.map((name) => [name, true])) as Record<string, never>;
  const rest = input.omit(pathMask).strict();
  const isList = "next_cursor" in output.shape;
  const status = route.successStatus ?? 200;

  app.route({
    method: route.method,
    url: route.path,
    schema: {
      tags: [route.tag],
      summary,
      operationId: route.operation,
      ...(inPath.length === 0 ? {} : { params: input.pick(pathMask) }),
      ...(route.method === "GET" ? { querystring: rest } : {}),
      ...(route.method === "POST" ? { headers: idempotencyHeader } : {}),
      ...(route.method === "POST" && Object.keys(rest.shape).length > 0 ? { body: rest } : {}),
      response: {
        [status]: isList ? output.omit({ total: true }) : output,
        401: errorAnswer,
        404: errorAnswer,
        ...(route.method === "POST" ? { 409: errorAnswer } : {}),
        422: errorAnswer,
      },
    },
    handler: async (request, reply) => {
      if (route.operation === "listEvents" && wantsStream(request)) return startStream(request, reply, deps.stream);
      const fields = {
        ...(request.query as object),
        ...(request.method === "POST" && request.body !== null ? (request.body as object) : {}),
        ...(request.params as object),
      };
      const answer = (await deps.perform(route.operation, fields, callerOf(request))) as { total?: number };
      if (!isList) return reply.code(status).send(answer);
      const { total, ...list } = answer;
      return reply.header("x-total-count", String(total)).send(list);
    },
  });
}

/** A proxy may send a request again whose answer was lost: with a key it is done once. */
const idempotencyHeader = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, "has 1 to 200 printable characters without spaces")
    .optional()
    .describe("The same key with the same request gets the same answer, for two days."),
});

function callerOf({ method, headers }: FastifyRequest): Caller {
  const key = headers["idempotency-key"];
  return { actor: "api", ...(method === "POST" && typeof key === "string" ? { idempotencyKey: key } : {}) };
}

function wantsStream(request: FastifyRequest): boolean {
  return request.headers.accept?.includes("text/event-stream") ?? false;
}

async function startStream(request: FastifyRequest, reply: FastifyReply, stream: EventStream): Promise<FastifyReply> {
  const last = request.headers["last-event-id"];
  const after = typeof last === "string" && /^\d{1,15}$/.test(last) ? Number(last) : undefined;
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  try {
    await stream.add(reply.raw, after);
  } catch (error) {
    // The answer is ours since the hijack, so nobody else would give one.
    if (!reply.raw.headersSent) reply.raw.writeHead(503, { "retry-after": "5", "content-length": "0" }).end();
    throw error;
  }
  return reply;
}
