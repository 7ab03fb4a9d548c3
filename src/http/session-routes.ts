import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { PullwrightError } from "../domain/error.ts";
import { clearedCookie, type SignIn } from "./sign-in.ts";

type Deps = { signIn: SignIn; clock: () => Date; secure: boolean };

/** Signing a browser in, by the link that `start` prints or by the token itself, and out. */
export function addSessionRoutes(app: FastifyInstance, { signIn, clock, secure }: Deps): void {
  app.get("/sign-in", { schema: { hide: true } }, async (request, reply) => {
    const { code } = request.query as { code?: unknown };
    if (typeof code !== "string" || !signIn.spendCode(code)) return reply.redirect("/?sign-in=expired", 303);
    // A page, not a redirect: after a redirect that another site began, a browser would hold the strict cookie back.
    return reply
      .header("set-cookie", signIn.newCookie(clock(), secure))
      .header("cache-control", "no-store")
      .type("text/html; charset=utf-8")
      .serializer((text: unknown) => String(text))
      .send(
        '<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=/"><title>Pullwright</title><p><a href="/">Signed in. Go on to Pullwright.</a></p></html>',
      );
  });

  app.post(
    "/api/v1/session",
    {
      schema: {
        tags: ["service"],
        operationId: "signIn",
        security: [],
        summary: "Signs a browser in with the API token.",
        body: z.strictObject({ token: z.string().max(500) }),
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const { token } = request.body as { token: string };
      if (!signIn.acceptsToken(token.trim()))
        throw new PullwrightError(
          "UNAUTHORIZED",
          "That is not the token. It is in the file api-token in the data directory.",
        );
      return reply.header("set-cookie", signIn.newCookie(clock(), secure)).code(204).send(null);
    },
  );

  app.delete(
    "/api/v1/session",
    {
      schema: {
        tags: ["service"],
        operationId: "signOut",
        security: [],
        summary: "Signs the browser out.",
        response: { 204: z.null() },
      },
    },
    async (_request, reply) => reply.header("set-cookie", clearedCookie).code(204).send(null),
  );
}
