/** The API's refusal in its own words, or `UNREACHABLE` when no answer came at all. */
export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly code: string;
  readonly retryable: boolean;
  constructor(
    refusal: { status: number; code: string; message: string; retryable: boolean },
    options?: { cause?: unknown },
  ) {
    super(refusal.message, options);
    this.name = "ApiError";
    this.status = refusal.status;
    this.code = refusal.code;
    this.retryable = refusal.retryable;
  }
}

/** Reads a resource. The session cookie goes along by itself; the page is served by the API's own origin. */
export async function readJson<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  const response = await readResponse(path, signal);
  return (await response.json()) as Answer;
}

/** Like `readJson`, for who needs the headers too. */
export async function readResponse(path: string, signal?: AbortSignal): Promise<Response> {
  return answered(path, { headers: { accept: "application/json" }, ...(signal === undefined ? {} : { signal }) });
}

/**
 * Asks for a change. The idempotency key makes a repeat by the browser or a proxy harmless; the extra header cannot be set by a form on
 * another site.
 */
export async function sendJson(method: "POST" | "DELETE", path: string, body: unknown = {}): Promise<Response> {
  return answered(path, {
    method,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "x-pullwright-request": "1",
      "idempotency-key": newIdempotencyKey(),
    },
    body: JSON.stringify(body),
  });
}

/** `?a=1&b=2` of the filters that are set, in a stable order; empty when none is. */
export function queryString(filters: Record<string, string | number | null | undefined>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(filters))
    if (value !== null && value !== undefined && value !== "") parameters.set(name, String(value));
  return parameters.size === 0 ? "" : `?${parameters}`;
}

async function answered(path: string, request: RequestInit): Promise<Response> {
  const response = await fetch(path, { credentials: "same-origin", ...request }).catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw new ApiError(
      { status: 0, code: "UNREACHABLE", message: "Pullwright does not answer. Is it still running?", retryable: true },
      { cause },
    );
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function refusalOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as {
    detail?: { error_code?: string; message?: string; retryable?: boolean };
  } | null;
  return new ApiError({
    status: response.status,
    code: body?.detail?.error_code ?? `HTTP_${response.status}`,
    message: body?.detail?.message ?? `The answer was ${response.status} ${response.statusText}`.trim(),
    retryable: body?.detail?.retryable ?? response.status >= 500,
  });
}

/** `crypto.randomUUID` exists only on https and loopback; a dashboard on a plain http address of the local network needs a key too. */
function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
