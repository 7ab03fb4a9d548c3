import { errorCodes } from "../../src/domain/error.ts";
import { code, page, table } from "./markdown.ts";

/** Every code of the closed list: what it means, and what its reader can do. */
export function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(([name, { status, retryable, meaning, remedy }]) => [
    code(name),
    String(status),
    retryable ? "yes" : "no",
    meaning,
    remedy,
  ]);
  return page("Error codes", "[src/domain/error.ts](../../src/domain/error.ts)", [
    'Over HTTP an error is `{"detail": {"error_code", "message", "retryable"}}` with the status below. On the command line it is one line on standard error with the code behind it, and exit code 1, or 2 for `VALIDATION_ERROR`. Codes that say why a delivery is `dead` are told with it by `pullwright why`; their status is what they would have over HTTP. [operate.md](../operate.md#dead-deliveries) says what to do about those.',
    table(["code", "HTTP", "try again", "meaning", "what to do"], rows),
  ]);
}
