import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makePostgres, makeSqlite } from "../conformance/database.ts";
import { runPullwright } from "../support/pullwright-process.ts";
import { scriptedAgent, type SaidFinding } from "../work/scripted-agent.ts";
import { openWorkshop, type Workshop } from "../work/workshop.ts";

const reviewsHere = { PULLWRIGHT_REVIEW_AGENT: "codex" };
const ten: SaidFinding = { title: "Ten is wrong", at: "src/long.ts:10" };
const twelve: SaidFinding = { title: "Twelve is odd", at: "src/long.ts:12", priority: 2 };

const lines = (change: Record<number, string>): string =>
  Array.from({ length: 30 }, (_, at) => `${change[at + 1] ?? `const line${at + 1} = ${at + 1};`}\n`).join("");

/** A pull request that changes three lines of one file, and its page's address. */
async function openPull(shop: Workshop): Promise<{ number: number; sha: string; url: string }> {
  const { review, repositories, slug, origin, name } = shop.forge;
  await repositories.commit(slug, [{ branch: "main", message: "More", files: { "src/long.ts": lines({}) } }]);
  const from = (await repositories.refs(slug)).get("refs/heads/main") ?? "";
  const files = { "src/long.ts": lines({ 10: "const changedTen = 11;", 12: "const changedTwelve = 13;" }) };
  const sha = await review.push({ branch: "topic", from, message: "Change", files });
  const number = await review.openPull({ title: "Change two lines", branch: "topic" });
  return { number, sha, url: `${origin}/${slug}/${name === "github" ? "pull" : "-/merge_requests"}/${number}` };
}

async function request(shop: Workshop, input: Record<string, unknown>): Promise<number> {
  return ((await shop.ask("requestReview", input)) as { id: number }).id;
}

async function refusal(asked: Promise<unknown>): Promise<string> {
  return asked.then(
    () => "none",
    (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
  );
}

describe.each([
  { forge: "github", database: "SQLite", make: makeSqlite },
  { forge: "gitlab", database: "PostgreSQL", make: makePostgres },
] as const)("a review that was asked for, at $forge on $database", ({ forge, make }) => {
  test("is found by its pull request's address, and told with its files, also when a later one came", async () => {
    await using shop = await openWorkshop(forge, make, reviewsHere);
    const { url, number, sha } = await openPull(shop);
    let said = [ten, twelve];
    await shop.work(
      {},
      undefined,
      undefined,
      undefined,
      scriptedAgent(() => said),
    );

    const command = await shop.ended(await request(shop, { pull_request: `${url}/files?w=1#top` }));
    const id = Number(command.result["review_id"]);
    said = [];
    shop.time.setAhead(shop.time.aheadMs() + 61_000);
    const next = await shop.ended(await request(shop, { pull_request: url }));

    expect(command).toMatchObject({ state: "succeeded", payload: { pr_number: number, asked: true } });
    expect(next.id).not.toBe(command.id);
    const review = await shop.ask("getReview", { id });
    expect(review).toMatchObject({
      head_sha: sha,
      verdict: "findings",
      findings: [
        { title: "Ten is wrong", state: "resolved", priority: 1 },
        { title: "Twelve is odd", state: "resolved", priority: 2 },
      ],
      cost_usd: 0.01,
      pull_request_id: expect.any(Number) as unknown,
      reviews_of_pull_request: [{ id: next.result["review_id"] }, { id }],
    });
    const diff = (await shop.ask("readReviewFile", { id, file: "diff" })) as { text: string };
    expect(diff.text).toContain("+++ b/src/long.ts\n@@ -7,9 +7,9 @@");
    expect(diff.text).toContain("\n-const line10 = 10;\n+const changedTen = 11;\n");
    const transcript = await shop.ask("readReviewFile", { id, file: "transcript" });
    expect(transcript).toMatchObject({ text: "The agent's own words.\n", cut: false });
    const [artifact] = [command.artifacts["review_diff"], next.artifacts["review_diff"]];
    expect(artifact).not.toBe(next.artifacts["review_diff"]);
    expect(await readFile(artifact ?? "", "utf8")).toBe(diff.text);
  });

  test("is one within a minute, whatever else is asked, and another one after it", async () => {
    await using shop = await openWorkshop(forge, make, reviewsHere);
    const { url, sha } = await openPull(shop);
    const { host, slug } = shop.forge;
    const minute = 60_000;
    shop.time.setAhead(minute - (Date.now() % minute));

    const first = await request(shop, { pull_request: url });
    const same = await request(shop, { pull_request: `${url}#note` });
    const dry = await request(shop, { pull_request: url, dry_run: true });
    const byCommit = await request(shop, { commit: sha.slice(0, 7).toUpperCase(), repository: `${host}/${slug}` });
    shop.time.setAhead(shop.time.aheadMs() + minute);
    const later = await request(shop, { pull_request: url });

    expect(same).toBe(first);
    expect(new Set([first, dry, byCommit, later]).size).toBe(4);
    expect((await shop.store.commands.get(byCommit))?.payload).toMatchObject({ commit_sha: sha.slice(0, 7) });
    const events = (await shop.ask("listEvents", { limit: 200 })) as { data: { kind: string; summary: string }[] };
    expect(events.data.filter(({ kind }) => kind === "review_requested")).toHaveLength(4);
  });

  test("by a commit of a pull request is a review of that, and of no pull request is skipped", async () => {
    await using shop = await openWorkshop(forge, make, reviewsHere);
    const { sha, number } = await openPull(shop);
    const repository = `${shop.forge.host}/${shop.forge.slug}`;
    await shop.work(
      {},
      undefined,
      undefined,
      undefined,
      scriptedAgent(() => []),
    );

    const found = await shop.ended(await request(shop, { commit: sha.slice(0, 9), repository }));
    const none = await shop.ended(await request(shop, { commit: "0123456789", repository }));

    expect(found).toMatchObject({ state: "succeeded", result: { pr_number: number, verdict: "pass" } });
    expect(none.state).toBe("skipped");
  });

  test("has findings that a person dismisses for good", async () => {
    await using shop = await openWorkshop(forge, make, reviewsHere);
    const { url, number } = await openPull(shop);
    await shop.work(
      {},
      undefined,
      undefined,
      undefined,
      scriptedAgent(() => [ten, twelve]),
    );
    const first = await shop.ended(await request(shop, { pull_request: url }));
    const { findings } = (await shop.ask("getReview", { id: first.result["review_id"] })) as {
      findings: { id: string; title: string }[];
    };

    await shop.ask("dismissFinding", { id: first.result["review_id"], finding: findings[0]?.id });
    shop.time.setAhead(shop.time.aheadMs() + 61_000);
    const second = await shop.ended(await request(shop, { pull_request: url }));

    expect(await shop.ask("getReview", { id: second.result["review_id"] })).toMatchObject({
      verdict: "pass",
      findings: [{ title: "Twelve is odd", state: "open" }],
      earlier_findings: [{ title: "Ten is wrong", state: "dismissed" }],
    });
    expect((await shop.forge.review.comments(number)).map(({ body }) => body).join()).not.toContain("Ten is wrong");
  });

  test("is refused with a sentence where it names nothing, two things, or no known place, and where nobody reviews", async () => {
    await using shop = await openWorkshop(forge, make, reviewsHere);
    await using idle = await openWorkshop(forge, make);

    expect(await refusal(request(shop, {}))).toContain("Name one thing to review");
    expect(await refusal(request(shop, { pull_request: "a/b#1", commit: "0123456" }))).toContain("Name one thing");
    expect(await refusal(request(shop, { pull_request: "a/b#1", repository: "a/b" }))).toContain(
      "`repository` goes with",
    );
    expect(await refusal(request(shop, { pull_request: "https://example.org/a/b/pull/1" }))).toMatch(
      /^REPOSITORY_URL_INVALID/,
    );
    expect(await refusal(request(shop, { commit: "123" }))).toContain("7 to 64 hex digits");
    expect(await refusal(request(idle, { pull_request: "a/b#1" }))).toMatch(
      /^WORKER_NOT_CONFIGURED: Nobody here reviews/,
    );
  });
});

describe("pullwright review", () => {
  const reviewer = `#!/bin/sh
prompt=$(cat)
mark() { printf '%s' "$prompt" | sed -n "s/.*\\"$1\\": \\"\\([0-9a-f]*\\)\\".*/\\1/p" | head -n 1; }
printf '{"schema_version":1,"run_nonce":"%s","diff_sha256":"%s","findings":[{"title":"Ten is wrong","body":"It was changed.","priority":1,"confidence_score":1,"code_location":{"absolute_file_path":"src/long.ts","line_range":{"start":10,"end":10}},"suggestion":null,"known_id":null}],"overall_correctness":"patch is incorrect","overall_explanation":"All of it.","overall_confidence_score":1}' "$(mark run_nonce)" "$(mark diff_sha256)"
`;

  test("reviews here and now, tells what it found, and posts nothing when it is not to", async () => {
    await using shop = await openWorkshop("github", makeSqlite);
    const { url, number, sha } = await openPull(shop);
    const program = join(shop.directory, "reviewer");
    await writeFile(program, reviewer);
    await chmod(program, 0o755);
    const environment = shop.environment({ PULLWRIGHT_REVIEW_AGENT: "command", PULLWRIGHT_REVIEW_COMMAND: program });
    const run = (...args: string[]) => runPullwright(["review", ...args], { directory: shop.checkout, environment });

    const dry = await run(`${url}/files`, "--dry-run");
    const before = await shop.forge.review.comments(number);
    const real = await run(url);
    const bySha = await run(sha.slice(0, 7), "--json");

    expect(dry.stdout).toContain("This would be posted; nothing was:\n\n## Pullwright automated review of #");
    expect([dry.code, before]).toEqual([0, []]);
    expect(real).toMatchObject({ code: 0, stderr: "" });
    expect(real.stdout).toMatch(/^FINDINGS {2}\S+#\d+ {2}Change two lines\n/);
    expect(real.stdout).toContain("P1  Ten is wrong  src/long.ts:10\n");
    expect(real.stdout).toMatch(/posted .*: https:\/\/\S+#issuecomment-\d+/);
    expect(await shop.forge.review.comments(number)).toHaveLength(1);
    expect(JSON.parse(bySha.stdout)).toMatchObject({ success: true, review: { verdict: "findings", round: 1 } });
  });

  test("is inconclusive to a script too, and says what is wrong with a request", async () => {
    await using shop = await openWorkshop("github", makeSqlite);
    const { url } = await openPull(shop);
    const program = join(shop.directory, "reviewer");
    await writeFile(program, "#!/bin/sh\ncat >/dev/null\necho 'Looks good to me'\n");
    await chmod(program, 0o755);
    const environment = shop.environment({ PULLWRIGHT_REVIEW_AGENT: "command", PULLWRIGHT_REVIEW_COMMAND: program });
    const run = (...args: string[]) => runPullwright(["review", ...args], { directory: shop.directory, environment });

    const words = await run(url);

    expect(words.stdout).toMatch(/^NO VERDICT /);
    expect(words.code).toBe(3);
    expect(await run("https://github.com/acme/web")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("This is not the address of a pull request") as unknown,
    });
    expect((await run("0123456")).stderr).toContain("Say --repo owner/repo");
  });
});
