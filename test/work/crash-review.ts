import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommandDetail } from "../../src/store/commands.ts";
import type { OrdealEnd } from "./crash-scene.ts";
import { wrong } from "./finding-agent.ts";
import { numbered, openPull, type OpenedPull, putReview } from "./review-scene.ts";
import type { Workshop } from "./workshop.ts";
import { leftOpen } from "./left-open.ts";

/** `second review`: there is one of an earlier head, and of what that found one thing is mended and one is new. */
export type ReviewContent = "review" | "second review";

export type PreparedReview = { pull: OpenedPull; id: number };

/** Opens a pull request and asks for its review. What `workOff` is given is to be done in peace. */
export async function prepareReview(
  content: ReviewContent,
  serial: number,
  shop: Workshop,
  workOff: (id: number) => Promise<unknown>,
): Promise<PreparedReview> {
  const lines = (at: Record<number, string>) => ({ "src/long.ts": numbered(60, { 5: `serial ${serial}`, ...at }) });
  const alpha = { 10: wrong("alpha") };
  const others = { 30: wrong("beta"), 50: wrong("gamma") };
  const pull = await openPull(shop, { serial, files: lines({ ...alpha, ...others }) });
  if (content === "review") return { pull, id: await putReview(shop, pull) };
  await workOff(await putReview(shop, pull));
  const files = lines({ ...others, 20: wrong("delta") });
  const sha = await shop.forge.review.push({ branch: pull.branch, message: `More ${serial}`, files });
  const now = { ...pull, sha };
  return { pull: now, id: await putReview(shop, now) };
}

/** What does not hold that must hold of a review, as sentences, counted at the forge. */
export async function brokenReviewPromises(
  shop: Workshop,
  { pull, content, command, end }: { pull: OpenedPull; content: ReviewContent; command: CommandDetail; end: OrdealEnd },
): Promise<string[]> {
  const { forge, store, dataDir } = shop;
  const broken: string[] = [];
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) broken.push(sentence);
  };
  const { number, sha, workflowId } = pull;
  must(command.state === "succeeded", `it ended ${command.state}: ${command.outcome_code}, ${command.outcome_because}`);

  const summaries = await forge.review.comments(number);
  must(summaries.length === 1, `there are ${summaries.length} summaries`);
  must(
    summaries.every(({ body }) => body.includes(sha)),
    "the summary is of another head",
  );

  const threads = await forge.review.threads(number);
  const there = threads.map(({ comments, isResolved }) => {
    const what = /\*\* (\w+) /.exec(comments[0]?.body ?? "")?.[1] ?? "nothing";
    return `${what}${isResolved ? " resolved" : ""}${comments.length === 1 ? "" : ` with ${comments.length} comments`}`;
  });
  const wanted = content === "review" ? "alpha,beta,gamma" : "alpha resolved,beta,delta,gamma";
  must(there.toSorted().join() === wanted, `there are threads about ${there.toSorted().join() || "nothing"}`);

  const checks = await forge.review.checks(sha);
  must(
    checks.length === 1 && !/pending|running|progress|success/.test(checks[0]?.state ?? ""),
    `beside the commit stands ${checks.map(({ state }) => state).join() || "nothing"}`,
  );
  must(/findings? of P0 or P1/.test(checks[0]?.title ?? ""), `the check says ${checks[0]?.title}`);

  const decidedAt = end.steps.findIndex((step) => step.startsWith("review.decided"));
  const askedAt = end.steps.flatMap((step, at) => (step.startsWith("agent.before") ? [at] : []));
  must(
    askedAt.every((at) => at < decidedAt),
    "the agent was asked although its answer was there",
  );
  must(askedAt.length <= end.deaths.length + 1, `the agent was asked ${askedAt.length} times`);
  const reviews = await store.reviews.count({ workflowId, verdict: "findings" });
  must(reviews === (content === "review" ? 1 : 2), `${reviews} reviews are remembered`);

  // That it began or waits is said once, heard or not: what stands beside the commit in the end is looked at above.
  broken.push(...(await leftOpen(shop, (key) => !key.includes(":command-"))));
  const path = join(dataDir, "exports", workflowId, "github_review", "review_result.json");
  const result = JSON.parse(await readFile(path, "utf8").catch(() => "{}")) as Record<string, unknown>;
  must(result["head_sha"] === sha && result["comment_url"] !== null, "the result file says something else");
  return broken;
}
