/** What the API says: JSON unless the body is text already. */
export type ApiAnswer = { status: number; headers: Record<string, string>; body: unknown };

export function answer(status: number, body: unknown, headers: Record<string, string> = {}): ApiAnswer {
  return { status, headers, body };
}

/** Thrown by whoever finds out that the request cannot be done; the server answers with it. */
export class ApiRefusal extends Error {
  readonly answer: ApiAnswer;
  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(`${status} ${JSON.stringify(body)}`);
    this.answer = answer(status, body, headers);
  }
}

/** `404 Project Not Found`; without a name as Rails says it of a row: `404 Not found`. */
export function notFound(what?: string): ApiRefusal {
  return new ApiRefusal(404, { message: what === undefined ? "404 Not found" : `404 ${what} Not Found` });
}

export function forbidden(): ApiRefusal {
  return new ApiRefusal(403, { message: "403 Forbidden" });
}

/** A parameter is missing or has a value that it cannot have: GitLab then says `error`, not `message`. */
export function badParameter(error: string): ApiRefusal {
  return new ApiRefusal(400, { error });
}

/** What a model refuses: `{"message":{"title":["is too long (maximum is 255 characters)"]}}`. */
export function invalid(field: string, problem: string): ApiRefusal {
  return new ApiRefusal(400, { message: { [field]: [problem] } });
}
