import { describe, expect, test } from "vitest";
import { type CallKind, classify } from "./classify-answer.ts";
import { type ForgeAnswer, ForgeFetchFailure } from "./forge-fetch.ts";

const answered =
  (status: number, { headers = {}, words = "" }: { headers?: Record<string, string>; words?: string } = {}) =>
  (call: CallKind) => {
    const answer: ForgeAnswer = {
      status,
      headers: new Headers(headers),
      body: words,
      url: "https://f.example/",
      redirected: false,
    };
    return classify({ was: "answer", call, answer, words }, []).kind;
  };
const failed = (sent: boolean, reason: ForgeFetchFailure["reason"]) => (call: CallKind) =>
  classify({ was: "failure", call, failure: new ForgeFetchFailure(sent, reason, "") }, []).kind;

describe("every answer has one meaning", () => {
  test.each([
    ["no connection", failed(false, "unreachable"), "not-sent", "not-sent"],
    ["no connection in time", failed(false, "timeout"), "not-sent", "not-sent"],
    ["cut while it was asked", failed(true, "cut"), "transient", "unknown"],
    ["no answer in time", failed(true, "timeout"), "transient", "unknown"],
    ["nobody waits any more", failed(true, "cancelled"), "transient", "unknown"],
    ["an answer without end", failed(true, "too-large"), "liar", "unknown"],
    ["noise", failed(true, "unreadable"), "liar", "unknown"],
    ["200", answered(200), "ok", "ok"],
    ["201", answered(201), "ok", "ok"],
    ["301", answered(301), "refused", "refused"],
    ["307", answered(307), "refused", "refused"],
    ["304 to a question without a condition", answered(304), "liar", "unknown"],
    ["400", answered(400), "refused", "refused"],
    ["401", answered(401), "credential", "credential"],
    ["403", answered(403), "permission", "permission"],
    ["403 with retry-after", answered(403, { headers: { "retry-after": "5" } }), "rate", "rate"],
    ["403 with nothing left", answered(403, { headers: { "x-ratelimit-remaining": "0" } }), "rate", "rate"],
    [
      "403 with something left",
      answered(403, { headers: { "x-ratelimit-remaining": "7" } }),
      "permission",
      "permission",
    ],
    ["403 in GitHub's words", answered(403, { words: "You have exceeded a secondary rate limit" }), "rate", "rate"],
    [
      "403 in its older words",
      answered(403, { words: "You have triggered an abuse detection mechanism" }),
      "rate",
      "rate",
    ],
    ["422 that speaks of a rate limit", answered(422, { words: "rate limit" }), "refused", "refused"],
    ["404", answered(404), "not-found", "not-found"],
    ["405", answered(405), "refused", "refused"],
    ["408", answered(408), "transient", "unknown"],
    ["409", answered(409), "conflict", "conflict"],
    ["410", answered(410), "refused", "refused"],
    ["415", answered(415), "refused", "refused"],
    ["422", answered(422), "refused", "refused"],
    ["429", answered(429), "rate", "rate"],
    ["451", answered(451), "refused", "refused"],
    ["500", answered(500), "transient", "unknown"],
    ["502", answered(502), "transient", "unknown"],
    ["503", answered(503), "transient", "unknown"],
    ["504", answered(504), "transient", "unknown"],
    ["520 of what stands before it", answered(520), "transient", "unknown"],
    [
      "an answer of another shape",
      (call: CallKind) =>
        classify(
          {
            was: "wrong",
            call,
            because: "",
            answer: { status: 200, headers: new Headers(), body: "", url: "", redirected: false },
          },
          [],
        ).kind,
      "liar",
      "unknown",
    ],
  ])("%s", (_what, meaning, forReads, forWrites) => {
    expect([meaning("read"), meaning("write")]).toEqual([forReads, forWrites]);
  });

  test("what one forge says differently comes first", () => {
    const ownRows = [{ when: () => true, means: { kind: "conflict", code: "FORGE_CONFLICT" } as const }];
    const answer = { status: 422, headers: new Headers(), body: "", url: "", redirected: false };

    expect(classify({ was: "answer", call: "write", answer, words: "" }, ownRows).kind).toBe("conflict");
  });
});
