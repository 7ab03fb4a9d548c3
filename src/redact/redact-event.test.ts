import { expect, test } from "vitest";
import type { NormalisedEvent } from "../domain/event.ts";
import { createRedact } from "./redact.ts";
import { redactEvent } from "./redact-event.ts";

test("a secret that was pasted into a title, a branch or a message is not stored, and all else is", () => {
  const secret = "correct-horse-battery";
  const event: NormalisedEvent = {
    kind: "github.push.branch",
    repository: {
      forge: "github",
      host: "github.com",
      forgeId: "1",
      slug: "acme/web",
      defaultBranch: "main",
      url: null,
    },
    subject: { kind: "branch", ref: `try-${secret}` },
    commitSha: "a".repeat(40),
    actor: "ann",
    actorId: null,
    actorIsBot: false,
    occurredAt: "2026-01-02T03:04:05.678Z",
    summary: `ann pushed 1 commit to try-${secret}`,
    discriminator: "0..a",
    facts: [
      {
        kind: "push",
        branch: `try-${secret}`,
        toDefaultBranch: false,
        beforeSha: null,
        afterSha: "a".repeat(40),
        pushedAt: "2026-01-02T03:04:05.678Z",
        commits: [
          {
            sha: "a".repeat(40),
            message: `Use ${secret}`,
            authorName: "Ann",
            authorEmail: "ann@example.org",
            committedAt: "2026-01-02T03:04:05.678Z",
            url: null,
            reverts: [{ by: "commit", sha: "b".repeat(40), evidence: "commit-message" }],
          },
        ],
        commitsCount: 1,
      },
    ],
  };

  const clean = redactEvent(event, createRedact([secret]));

  expect(JSON.stringify(clean)).not.toContain(secret);
  expect(JSON.parse(JSON.stringify(clean).replaceAll("[redacted]", secret))).toEqual(event);
});
