import { z } from "zod";

/** The version of the envelope that we ask for. */
export const answerSchemaVersion = 1;

/**
 * The answer that we ask for: the review schema of Codex, which others know too, in an envelope that says which question was answered. Every field is
 * required and no other is allowed, as OpenAI's strict mode wants it. Sizes are bounded by the reader, because strict mode has no words for them.
 */
const wireAnswer = z.strictObject({
  schema_version: z.literal(answerSchemaVersion),
  run_nonce: z.string().describe("The nonce of the task, as it stands there."),
  diff_sha256: z.string().describe("The diff hash of the task, as it stands there."),
  findings: z.array(
    z.strictObject({
      title: z.string().describe("One line, at most 80 characters, imperative."),
      body: z.string().describe("Markdown: what goes wrong, when, and why. One paragraph."),
      confidence_score: z.number().describe("0 to 1."),
      priority: z.literal([0, 1, 2, 3]).describe("0 critical, 1 high, 2 medium, 3 low."),
      code_location: z.strictObject({
        absolute_file_path: z.string(),
        line_range: z.strictObject({ start: z.int(), end: z.int() }).describe("Lines of the file after the change."),
      }),
      suggestion: z
        .string()
        .nullable()
        .describe("Complete replacement of exactly these lines, at most five; null if none."),
      known_id: z.string().nullable().describe("The id of the known finding that this one is; null for a new one."),
    }),
  ),
  overall_correctness: z.literal(["patch is correct", "patch is incorrect"]),
  overall_explanation: z.string().describe("Markdown: one to three sentences."),
  overall_confidence_score: z.number().describe("0 to 1."),
});

/** As JSON schema, for agents that can be held to one. */
export function answerJsonSchema(): Record<string, unknown> {
  return onlyStrictWords(z.toJSONSchema(wireAnswer, { target: "draft-7" })) as Record<string, unknown>;
}

/** Strict mode refuses a schema with bounds of numbers in it, and needs no name of its dialect. */
function onlyStrictWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(onlyStrictWords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== "$schema" && !(boundWords.has(key) && typeof inner === "number"))
      .map(([key, inner]) => [key, onlyStrictWords(inner)]),
  );
}

const boundWords = new Set(["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"]);

/**
 * What is read: as asked for, but a field that says nothing of the verdict may be missing, and what is unknown is left alone. Whoever cannot be held to a
 * schema forgets `known_id`; nobody forgets by chance which question he answers.
 */
export const readableAnswer = z.object({
  schema_version: z.literal(answerSchemaVersion).optional(),
  run_nonce: z.string(),
  diff_sha256: z.string(),
  findings: z.array(
    z.object({
      title: z.string(),
      body: z.string(),
      confidence_score: z.number().nullish(),
      priority: z.literal([0, 1, 2, 3]).nullish(),
      code_location: z.object({
        absolute_file_path: z.string(),
        line_range: z.object({ start: z.int(), end: z.int() }),
      }),
      suggestion: z.string().nullish(),
      known_id: z.string().nullish(),
    }),
  ),
  overall_correctness: z.literal(["patch is correct", "patch is incorrect"]),
  overall_explanation: z.string(),
  overall_confidence_score: z.number().nullish(),
});

export type ReadableAnswer = z.infer<typeof readableAnswer>;
