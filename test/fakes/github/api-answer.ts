/** What is answered to a call. A text or bytes go out as they are, anything else as JSON; null is an empty body. */
export type ApiAnswer = { status: number; headers: Record<string, string>; body: unknown };

export function answer(status: number, body: unknown, headers: Record<string, string> = {}): ApiAnswer {
  return { status, headers, body };
}

/** A call that ends with a refusal, in GitHub's words. */
export class ApiRefusal extends Error {
  readonly answer: ApiAnswer;

  constructor(status: number, message: string, more: { errors?: unknown[]; headers?: Record<string, string> } = {}) {
    super(message);
    const { errors, headers } = more;
    const body = {
      message,
      ...(errors === undefined ? {} : { errors }),
      documentation_url: "https://docs.github.com/rest",
      status: String(status),
    };
    this.answer = answer(status, body, headers);
  }
}

/** 422, by the field at fault. */
export function invalid(resource: string, ...errors: { field?: string; code: string; message?: string }[]): ApiRefusal {
  return new ApiRefusal(422, "Validation Failed", { errors: errors.map((error) => ({ resource, ...error })) });
}
