import { z } from "zod";

const sha = z.string().regex(/^[0-9a-f]{40,64}$/);

/** All that a review says at the forge, word for word; it is stored before any of it is sent. Every text has been through the gate. */
export const posting = z.object({
  /** Without our mark, which is put below it. */
  summary: z.string(),
  /** With the whole words of what has its comment at a line otherwise: for a forge that takes none there. */
  summaryAlone: z.string(),
  change: z.object({ headSha: sha, mergeBaseSha: sha, startSha: sha, isFork: z.boolean() }),
  inline: z.array(
    z.object({
      findingId: z.string(),
      path: z.string(),
      oldPath: z.string().nullable(),
      startLine: z.int(),
      endLine: z.int(),
      oldStartLine: z.int().nullable(),
      oldEndLine: z.int().nullable(),
      body: z.string(),
    }),
  ),
  /** Threads of findings that are gone. */
  resolve: z.array(z.object({ findingId: z.string(), threadId: z.string(), lastConfirmedSha: z.string() })),
  check: z.object({ state: z.enum(["success", "neutral", "failure"]), title: z.string(), summary: z.string() }),
});

export type Posting = z.output<typeof posting>;
