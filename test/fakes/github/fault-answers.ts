import { gzipSync } from "node:zlib";
import { type ApiAnswer, answer } from "./api-answer.ts";
import type { MetFault } from "./faults.ts";

/** What is said before anything is done; undefined where the call goes its way. */
export function answerInstead(fault: MetFault, now: Date): ApiAnswer | "cut" | undefined {
  switch (fault.kind) {
    case "drop-before":
      return "cut";
    case "5xx-before":
      return unwell(fault.status ?? 502);
    case "401":
      return answer(401, { message: "Bad credentials" });
    case "429":
      return answer(429, { message: "API rate limit exceeded" }, fault.headers ?? limitHeaders(now));
    case "403-secondary":
      return answer(403, { message: secondaryLimit }, fault.headers ?? {});
    case "redirect":
      return answer(fault.status ?? 302, null, { location: fault.to ?? "https://elsewhere.invalid/user" });
    case "html-200":
      return answer(200, "<!DOCTYPE html><html><head><title>Sign in</title></head><body>…</body></html>", {
        "content-type": "text/html; charset=utf-8",
      });
    case "gzip-bomb":
      return answer(200, bomb(fault.bytes ?? 64 * 1024 * 1024), {
        "content-type": "application/json; charset=utf-8",
        "content-encoding": "gzip",
      });
    case "graphql-error": {
      const error = {
        message: "Something went wrong while executing your query.",
        ...(fault.type === undefined ? {} : { type: fault.type }),
      };
      return answer(200, { data: null, errors: [error] }, fault.headers ?? {});
    }
    case "drop-after-commit":
    case "5xx-after":
    case "slow":
    case "stale-reads":
    case "wrong-id":
    case "empty-201":
      return undefined;
  }
}

/** What is said after it was done, instead of what should be. */
export function answerAfterwards(given: ApiAnswer, fault: MetFault | undefined): ApiAnswer {
  if (fault?.kind === "5xx-after") return unwell(fault.status ?? 502);
  if (fault?.kind === "empty-201") return answer(201, null, { "content-type": "application/json; charset=utf-8" });
  if (fault?.kind === "wrong-id") return { ...given, body: withOtherIds(given.body) };
  return given;
}

const secondaryLimit = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

/** GitHub's own server errors are JSON, those of what stands before it are a page. */
function unwell(status: number): ApiAnswer {
  if (status === 500) return answer(500, { message: "Server Error" });
  return answer(status, "<html><head><title>Unicorn!</title></head><body>…</body></html>", {
    "content-type": "text/html; charset=utf-8",
  });
}

function limitHeaders(now: Date): Record<string, string> {
  return {
    "retry-after": "30",
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-used": "5001",
    "x-ratelimit-reset": String(Math.ceil(now.getTime() / 1000) + 30),
    "x-ratelimit-resource": "core",
  };
}

/** Spaces, which JSON may begin with, and an object; gzip takes a chain of pieces for one. */
function bomb(bytes: number): Buffer {
  const piece = gzipSync(Buffer.alloc(1024 * 1024, " "));
  return Buffer.concat([...Array.from({ length: Math.ceil(bytes / (1024 * 1024)) }, () => piece), gzipSync("{}")]);
}

/** Somebody else's answer: every id and number in it is another. */
function withOtherIds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOtherIds);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      ["id", "number"].includes(name) && typeof field === "number" ? field + 900 : withOtherIds(field),
    ]),
  );
}
