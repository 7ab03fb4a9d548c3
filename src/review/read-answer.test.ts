import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerJsonSchema } from "./answer-schema.ts";
import { readAnswer } from "./read-answer.ts";

const question = {
  nonce: "n".repeat(32),
  diffSha256: "d".repeat(64),
  files: [
    { path: "src/a.ts", oldPath: null },
    { path: "b.ts", oldPath: "old/b.ts" },
  ],
};

const finding = {
  title: "[P1] Guard against null",
  body: "It throws when the list is empty.",
  confidence_score: 0.9,
  priority: 1,
  code_location: { absolute_file_path: "/src/src/a.ts", line_range: { start: 3, end: 4 } },
  suggestion: null,
  known_id: "f_0123456789",
};

const answer = {
  schema_version: 1,
  run_nonce: question.nonce,
  diff_sha256: question.diffSha256,
  findings: [finding],
  overall_correctness: "patch is incorrect",
  overall_explanation: "One thing.",
  overall_confidence_score: 0.8,
};

const read = (value: unknown) => readAnswer(typeof value === "string" ? value : JSON.stringify(value), question);
const withFinding = (change: object) => ({ ...answer, findings: [{ ...finding, ...change }] });

describe("an answer is read", () => {
  test("as it was asked for", () => {
    expect(read(answer)).toEqual({
      kind: "answer",
      answer: {
        findings: [
          {
            title: "Guard against null",
            body: finding.body,
            priority: 1,
            confidence: 0.9,
            path: "src/a.ts",
            isInChange: true,
            startLine: 3,
            endLine: 4,
            suggestion: null,
            knownId: "f_0123456789",
          },
        ],
        findingsLeftOut: 0,
        correctness: "incorrect",
        explanation: "One thing.",
      },
    });
  });

  test.each([
    ["in a block of code", `\`\`\`json\n${JSON.stringify(answer, null, 2)}\n\`\`\``],
    ["with words around it", `Here is my review:\n${JSON.stringify(answer)}\nI hope { this } helps.`],
    ["with code in words before it", `I read \`function () { return 1 }\`. ${JSON.stringify(answer)}`],
  ])("C11-05: %s", (_name, text) => {
    expect(read(text).kind).toBe("answer");
  });

  test("whatever name the agent has for the file", () => {
    for (const [asWritten, path, isInChange] of [
      ["src/a.ts", "src/a.ts", true],
      ["/src/src/a.ts", "src/a.ts", true],
      ["a/src/a.ts", "src/a.ts", true],
      ["./b.ts", "b.ts", true],
      ["b/b.ts", "b.ts", true],
      ["/src/old/b.ts", "b.ts", true],
      ["/etc/passwd", "/etc/passwd", false],
    ] as const) {
      const location = { ...finding.code_location, absolute_file_path: asWritten };
      expect(read(withFinding({ code_location: location }))).toMatchObject({
        answer: { findings: [{ path, isInChange }] },
      });
    }
  });

  test("with sizes bounded and a range in order", () => {
    const wild = withFinding({
      title: "x".repeat(5000),
      body: "y".repeat(50_000),
      confidence_score: 17,
      suggestion: "z".repeat(5000),
      known_id: "anything",
      code_location: { absolute_file_path: "b.ts", line_range: { start: 9, end: -3 } },
    });

    const result = read({
      ...wild,
      findings: [wild.findings[0], ...Array.from({ length: 499 }, () => finding)],
      more: "is left alone",
    });

    expect(result).toMatchObject({ kind: "answer", answer: { findingsLeftOut: 300 } });
    if (result.kind !== "answer") return;
    expect(result.answer.findings[0]).toMatchObject({
      confidence: 1,
      suggestion: null,
      knownId: null,
      startLine: 1,
      endLine: 9,
    });
    expect(result.answer.findings[0]?.title).toHaveLength(200);
  });
});

describe("an answer that is none is not taken for one", () => {
  test.each([
    ["C11-01: nothing", "", "empty"],
    ["C11-01: white space", " \n\t", "empty"],
    ["C11-01: an empty block of code", "```json\n```", "empty"],
    ["words", "LGTM, approved!", "words"],
    ["C11-05: two answers", `${JSON.stringify(answer)}\n${JSON.stringify({ ...answer, findings: [] })}`, "invalid"],
    ["half an answer", JSON.stringify(answer).slice(0, 200), "invalid"],
    ["an array", JSON.stringify([answer, answer]), "invalid"],
    ["too much", `${JSON.stringify(answer)}${" ".repeat(2_000_000)}`, "invalid"],
    ["another nonce", JSON.stringify({ ...answer, run_nonce: "m".repeat(32) }), "invalid"],
    ["another diff", JSON.stringify({ ...answer, diff_sha256: "e".repeat(64) }), "invalid"],
    ["no nonce", JSON.stringify({ ...answer, run_nonce: undefined }), "invalid"],
    ["another word for the verdict", JSON.stringify({ ...answer, overall_correctness: "LGTM" }), "invalid"],
    ["a priority that is none", JSON.stringify(withFinding({ priority: 4 })), "invalid"],
    ["no priority at all", JSON.stringify(withFinding({ priority: null, title: "x" })), "invalid"],
    ["no place", JSON.stringify(withFinding({ code_location: null })), "invalid"],
  ])("%s", (_name, text, kind) => {
    expect(read(text).kind).toBe(kind);
  });

  test("no change of one character makes it the answer to another question", () => {
    const text = JSON.stringify(answer);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: text.length - 1 }),
        fc.string({ minLength: 0, maxLength: 2 }),
        (at, put) => {
          const result = readAnswer(text.slice(0, at) + put + text.slice(at + 1), question);

          const isOurs = text.slice(0, at) + put + text.slice(at + 1);
          expect(
            result.kind !== "answer" || (isOurs.includes(question.nonce) && isOurs.includes(question.diffSha256)),
          ).toBe(true);
        },
      ),
    );
  });

  test("a megabyte of braces is done before the test runs out of time", () => {
    for (const part of ["{", "{}", '{"', "}", '{"a":', "[", '{"a":{}} '])
      expect(read(part.repeat(1_000_000 / part.length)).kind).not.toBe("answer");
  });
});

test("the schema that is sent keeps to what strict mode allows", () => {
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const object = node as Record<string, unknown>;
    const isObject = object["type"] === "object";
    expect(object["additionalProperties"]).toBe(isObject ? false : undefined);
    expect(object["required"]).toEqual(isObject ? Object.keys(object["properties"] as object) : undefined);
    for (const key of ["minimum", "maximum", "maxLength", "maxItems", "$schema", "default"])
      expect(object).not.toHaveProperty([key]);
    Object.values(object).forEach(walk);
  };

  const schema = answerJsonSchema();

  walk(schema);
  expect(Object.keys(schema["properties"] as object)).toEqual(Object.keys(answer));
});
