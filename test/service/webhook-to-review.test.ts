import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test } from "vitest";
import { createDatabase } from "../support/postgres.ts";
import { startTestService } from "../support/service.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type LocalForge, startLocalForge } from "../work/local-forge.ts";

/** A program that reads the question and answers it at once; what it finds stands where the file says FLAW. */
const reviewer = `#!/bin/sh
prompt=$(cat)
mark() { printf '%s' "$prompt" | sed -n "s/.*\\"$1\\": \\"\\([0-9a-f]*\\)\\".*/\\1/p" | head -n 1; }
line=$(grep -n FLAW src/client.ts | head -n 1 | cut -d: -f1)
if [ -n "$line" ]; then
  finding=$(printf '{"title":"A flaw","body":"It says so.","priority":1,"confidence_score":1,"code_location":{"absolute_file_path":"src/client.ts","line_range":{"start":%s,"end":%s}},"suggestion":null,"known_id":null}' "$line" "$line")
  verdict="patch is incorrect"
else
  verdict="patch is correct"
fi
printf '{"schema_version":1,"run_nonce":"%s","diff_sha256":"%s","findings":[%s],"overall_correctness":"%s","overall_explanation":"Read.","overall_confidence_score":1}' "$(mark run_nonce)" "$(mark diff_sha256)" "$finding" "$verdict"
`;

test.each([
  ["github", "sqlite"],
  ["gitlab", "postgres"],
] as const)(
  "a pull request that somebody opens at %s is reviewed by a service on %s",
  async (name, engine) => {
    await using folder = await temporaryDirectory();
    const program = join(folder.path, "reviewer");
    await writeFile(program, reviewer);
    await chmod(program, 0o755);
    await using forge = await startLocalForge(name);
    await using database = engine === "postgres" ? await aDatabase() : null;
    const upper = name.toUpperCase();
    await using service = await startTestService({
      ...(database === null ? {} : { databaseUrl: database.url }),
      environment: {
        PULLWRIGHT_CA_FILE: forge.caFile,
        [`PULLWRIGHT_${upper}_API_BASE_URL`]: forge.apiBaseUrl,
        [`PULLWRIGHT_${upper}_TOKEN`]: forge.token,
        PULLWRIGHT_REVIEW_AGENT: "command",
        PULLWRIGHT_REVIEW_COMMAND: program,
        PULLWRIGHT_SAFETY_AUTO_REVIEW_AFTER_PR: "true",
      },
    });
    const { review, repositories, slug } = forge;
    review.hook(
      `${service.receiverUrl}/api/webhooks/${name}`,
      name === "github" ? service.secrets.github : service.secrets.gitlabSigningToken,
    );
    const from = (await repositories.refs(slug)).get("refs/heads/main") ?? "";

    const first = await review.push({ branch: "topic", from, message: "One", files: { "src/client.ts": "// FLAW\n" } });
    const number = await review.openPull({ title: "Change the client", branch: "topic" });
    const flawed = await summaryThatSays(first, number, forge);
    const checks = await untilChecked(first, forge);

    expect(flawed).toContain("**Findings.** 1 finding of P0 or P1.");
    expect(await review.comments(number)).toHaveLength(1);
    expect(checks).toMatchObject([{ name: "pullwright review", title: "1 finding of P0 or P1, 1 in all" }]);
    expect(await review.threads(number)).toMatchObject([{ path: "src/client.ts", isResolved: false }]);
    const { data } = (await service.get("/api/v1/reviews")).json();
    expect(data).toMatchObject([{ verdict: "findings" }]);
  },
  180_000,
);

async function aDatabase(): Promise<{ url: string } & AsyncDisposable> {
  const database = await createDatabase();
  return { url: database.url, [Symbol.asyncDispose]: () => database.drop() };
}

/** There is nothing else to wait for but the forge's own page. */
async function summaryThatSays(sha: string, number: number, { review }: LocalForge): Promise<string> {
  for (let waitedMs = 0; waitedMs < 90_000; waitedMs += 100) {
    const summary = (await review.comments(number)).find(({ body }) => body.includes(sha));
    if (summary !== undefined) return summary.body;
    await wait(100);
  }
  throw new Error(`No summary for ${sha}`);
}

/** The check is what is said last. */
async function untilChecked(sha: string, { review }: LocalForge): ReturnType<LocalForge["review"]["checks"]> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 50) {
    const checks = await review.checks(sha);
    if (checks.some(({ title }) => title !== "Being reviewed")) return checks;
    await wait(50);
  }
  return review.checks(sha);
}
