import type { Agent } from "../../src/agents/agent.ts";
import type { CommandDetail } from "../../src/store/commands.ts";
import type { Workshop } from "./workshop.ts";

/** A pull request that is there to be reviewed. */
export type OpenedPull = { number: number; sha: string; branch: string; workflowId: string };

/** Reviews happen here; the agent is a test's. */
export const reviewsHere = { PULLWRIGHT_REVIEW_AGENT: "codex" };

export function numbered(count: number, change: Record<number, string> = {}): string {
  return Array.from({ length: count }, (_, index) => `${change[index + 1] ?? `line ${index + 1}`}\n`).join("");
}

/** Opens a pull request of Ann's, that changes two lines of one file unless told. Its number names its branch and its workflow. */
export async function openPull(
  { forge }: Workshop,
  { serial = 1, title = "Change two lines", body = "As asked.", ...change }: NewPull = {},
): Promise<OpenedPull> {
  const { review, repositories, slug } = forge;
  const tip = async (): Promise<string> => (await repositories.refs(slug)).get("refs/heads/main") ?? "";
  if (!(await repositories.git(slug, ["ls-tree", "-r", "--name-only", await tip()])).includes("src/long.ts"))
    await repositories.commit(slug, [{ branch: "main", message: "More", files: { "src/long.ts": numbered(60) } }]);
  const branch = `topic-${serial}`;
  const files = change.files ?? { "src/long.ts": numbered(60, { 10: "changed ten", 40: "changed forty" }) };
  const sha = await review.push({ branch, from: await tip(), message: `Change ${serial}`, files });
  return { number: await review.openPull({ title, body, branch }), sha, branch, workflowId: `REVIEW-${serial}` };
}

export type NewPull = { serial?: number; title?: string; body?: string; files?: Record<string, string> };

/** Asks for a review and waits for nothing. */
export async function putReview(shop: Workshop, pull: OpenedPull, more: Record<string, unknown> = {}): Promise<number> {
  const repository = `${shop.forge.host}/${shop.forge.slug}`;
  const { id } = (await shop.ask("queueCommand", {
    type: "review_pull_request",
    workflow_id: pull.workflowId,
    repository,
    payload: { repository, pr_number: pull.number, commit_sha: pull.sha, ...more },
  })) as { id: number };
  return id;
}

/** Has workers with this agent review it, until that has ended. */
export async function reviewOf(
  shop: Workshop,
  agent: Agent,
  pull: OpenedPull,
  { env = {}, ...more }: { env?: Record<string, string>; asked?: boolean; dry_run?: boolean } = {},
): Promise<CommandDetail> {
  const workers = await shop.work({ env }, undefined, undefined, undefined, agent);
  try {
    return await shop.ended(await putReview(shop, pull, more));
  } finally {
    await workers.stop();
  }
}
