import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Agent } from "../../src/agents/agent.ts";
import { makeSqlite } from "../conformance/database.ts";
import type { CommandDetail } from "../../src/store/commands.ts";
import { type SaidFinding, scriptedAgent } from "./scripted-agent.ts";
import { openWorkshop, type Workshop } from "./workshop.ts";

const numbered = (count: number, change: Record<number, string> = {}): string =>
  Array.from({ length: count }, (_, index) => `${change[index + 1] ?? `line ${index + 1}`}\n`).join("");

/** A pull request of Ann's that changes two lines of one file. */
async function openPull(shop: Workshop): Promise<{ number: number; sha: string }> {
  const { review, repositories, slug } = shop.forge;
  const main = (await repositories.refs(slug)).get("refs/heads/main") ?? "";
  await repositories.commit(slug, [{ branch: "main", message: "More", files: { "src/long.ts": numbered(60) } }]);
  void main;
  const tip = (await repositories.refs(slug)).get("refs/heads/main") ?? "";
  const sha = await review.push({
    branch: "topic",
    from: tip,
    message: "Change",
    files: { "src/long.ts": numbered(60, { 10: "changed ten", 40: "changed forty" }) },
  });
  return { number: await review.openPull({ title: "Change two lines", body: "As asked.", branch: "topic" }), sha };
}

async function reviewOf(shop: Workshop, payload: Record<string, unknown>): Promise<CommandDetail> {
  const { id } = (await shop.ask("queueCommand", {
    type: "review_pull_request",
    workflow_id: "REVIEW-1",
    repository: `${shop.forge.host}/${shop.forge.slug}`,
    payload: { repository: `${shop.forge.host}/${shop.forge.slug}`, ...payload },
  })) as { id: number };
  return shop.ended(id);
}

const reviewsHere = { PULLWRIGHT_REVIEW_AGENT: "codex" };

async function work(shop: Workshop, agent: Agent): Promise<void> {
  await shop.work({}, undefined, undefined, undefined, agent);
}

const findings: SaidFinding[] = [
  { title: "Ten is wrong", at: "src/long.ts:10", suggestion: "line ten" },
  { title: "Forty could be better", at: "src/long.ts:40", priority: 2 },
  { title: "Far from the change", at: "src/long.ts:25", priority: 2 },
];

describe.each(["github", "gitlab"] as const)("a pull request at %s", (name) => {
  test("gets one summary, comments at the lines that it changes, and a check", async () => {
    await using shop = await openWorkshop(name, makeSqlite, reviewsHere);
    const { review } = shop.forge;
    const { number, sha } = await openPull(shop);
    await work(
      shop,
      scriptedAgent(() => findings),
    );

    const command = await reviewOf(shop, { pr_number: number, commit_sha: sha });

    expect(command).toMatchObject({ state: "succeeded", result: { verdict: "findings", findings: 3 } });
    const threads = await review.threads(number);
    expect(threads.map(({ path, line }) => `${path}:${line}`)).toEqual(["src/long.ts:10", "src/long.ts:40"]);
    expect(threads[0]?.comments[0]?.body).toMatch(/\*\*P1\*\* Ten is wrong[\s\S]+```suggestion[\s\S]+line ten/);
    const [summary, ...others] = await review.comments(number);
    expect(others).toEqual([]);
    expect(summary?.body).toContain("**Findings.** 1 finding of P0 or P1.");
    expect(summary?.body).toContain("Far from the change");
    expect(await review.checks(sha)).toMatchObject([{ name: "pullwright review" }]);
    const folder = join(shop.dataDir, "exports", "REVIEW-1", "github_review");
    const result = JSON.parse(await readFile(join(folder, "review_result.json"), "utf8")) as object;
    expect(result).toMatchObject({ status: "success", verdict: "findings", pr_number: number, head_sha: sha });
    expect(await readFile(join(folder, "review_prompt.md"), "utf8")).toMatch(/^# GitHub PR Review Task\n/);
  });
});
