import { z } from "zod";
import type { ForgeAnswer, ForgeFetch } from "../forge-fetch.ts";

/** Of `GithubCall`: what REST cannot do goes here, with `query` and `variables` as parameters. */
export const graphqlRoute = "POST /graphql";

/** What `graphqlRoute` is added to: at an Enterprise server the two APIs stand side by side, and not one in the other. */
export function graphqlBaseUrl(apiBaseUrl: string): string {
  return apiBaseUrl.replace(/\/api\/v3\/?$/, "/api");
}

/**
 * Over GraphQL GitHub says no with status 200, and its reason inside. Such an answer gets the status here that the same reason has over REST, before
 * anybody looks at it: so one policy judges both, and a limit that was reached holds back every later request.
 */
export function withGraphqlStatuses(fetch: ForgeFetch): ForgeFetch {
  return async (request) => {
    const answer = await fetch(request);
    const isGraphql = request.method === "POST" && new URL(request.url).pathname.endsWith("/graphql");
    return isGraphql && answer.status === 200 ? { ...answer, status: statusOf(answer) } : answer;
  };
}

function statusOf({ body }: ForgeAnswer): number {
  const errors = errorsIn(body);
  if (errors === null) return 200;
  const statuses = errors.map(statusOfError);
  return statuses.includes(429) ? 429 : (statuses[0] ?? 502);
}

/** Null when there are none. What cannot be read is somebody else's to judge. */
function errorsIn(body: string): GraphqlError[] | null {
  try {
    const { errors } = answerWithErrors.parse(JSON.parse(body));
    return errors === undefined || errors.length === 0 ? null : errors;
  } catch {
    return null;
  }
}

function statusOfError({ type, message, extensions }: GraphqlError): number {
  if (type?.startsWith("RATE_LIMIT") || /secondary rate limit|submitted too quickly/i.test(message)) return 429;
  const known = statuses[type ?? ""];
  if (known !== undefined) return known;
  // A document that does not fit the server's schema has no type, but a code: an older Enterprise server lacks a field. Nothing was done.
  // Everything else ("Something went wrong while executing your query") may have happened before, during or after it was done.
  return type === undefined && extensions?.code !== undefined ? 422 : 502;
}

const statuses: Partial<Record<string, number>> = {
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  INSUFFICIENT_SCOPES: 403,
  UNPROCESSABLE: 422,
  MAX_NODE_LIMIT_EXCEEDED: 422,
};

type GraphqlError = z.output<typeof graphqlError>;

const graphqlError = z.object({
  type: z.string().optional(),
  message: z.string().catch(""),
  extensions: z.object({ code: z.string().optional() }).optional().catch(undefined),
});

const answerWithErrors = z.object({ errors: z.array(graphqlError).optional() });
