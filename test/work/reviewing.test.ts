import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeSqlite } from "../conformance/database.ts";
import { openPull, reviewOf, reviewsHere } from "./review-scene.ts";
import { type SaidFinding, scriptedAgent } from "./scripted-agent.ts";
import { openWorkshop } from "./workshop.ts";

const findings: SaidFinding[] = [
  { title: "Ten is wrong", at: "src/long.ts:10", suggestion: "line ten" },
  { title: "Forty could be better", at: "src/long.ts:40", priority: 2 },
  { title: "Far from the change", at: "src/long.ts:25", priority: 2 },
];

describe.each(["github", "gitlab"] as const)("a pull request at %s", (name) => {
  test("gets one summary, comments at the lines that it changes, and a check", async () => {
    await using shop = await openWorkshop(name, makeSqlite, reviewsHere);
    const { review } = shop.forge;
    const pull = await openPull(shop);
    const { number, sha } = pull;

    const command = await reviewOf(
      shop,
      scriptedAgent(() => findings),
      pull,
    );

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
