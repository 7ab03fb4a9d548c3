import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { commandStates } from "../../src/domain/command.ts";
import type { CommandDetail } from "../../src/store/commands.ts";
import type { ReviewContent } from "./crash-review.ts";
import type { Ordeal } from "./crash-scene.ts";
import type { LocalForge } from "./local-forge.ts";
import type { Workshop } from "./workshop.ts";
import { leftOpen } from "./left-open.ts";

type Ended = {
  workflowId: string;
  content: Exclude<Ordeal["content"], ReviewContent>;
  /** The last one, which opened the pull request. */
  command: CommandDetail;
  /** How many pushes the forge had seen before. */
  pushesBefore: number;
};

/** What does not hold that must hold, as sentences. The forge keeps the only truth: what is there is counted there. */
export async function brokenPromises(
  shop: Workshop,
  { workflowId, content, command, pushesBefore }: Ended,
): Promise<string[]> {
  const { forge, store, dataDir } = shop;
  const broken: string[] = [];
  const must = (holds: boolean, sentence: string): void => {
    if (!holds) broken.push(sentence);
  };
  must(command.state === "succeeded", `it ended ${command.state}: ${command.outcome_code}, ${command.outcome_because}`);

  const done = await store.commands.idsOfWorkflow(workflowId, ["succeeded"]);
  const asked = await store.commands.idsOfWorkflow(workflowId, [...commandStates]);
  must(done.length === (content === "first" ? 1 : 2), `of its ${asked.length} commands ${done.length} succeeded`);
  must(asked.length === done.length, `there are ${asked.length} commands`);

  const branch = `pullwright/${workflowId}`;
  const refs = await forge.repositories.refs(forge.slug);
  // Where a forge keeps the newest commit of every pull request it writes itself.
  const ofForge = /^refs\/(?:pull|merge-requests)\/\d+\/head$/;
  const strange = [...refs.keys()].filter(
    (ref) => !/^refs\/heads\/(main|pullwright\/WORK-\d+)$/.test(ref) && !ofForge.test(ref),
  );
  must(strange.length === 0, `there are refs that nobody asked for: ${strange.join(", ")}`);
  const tip = refs.get(`refs/heads/${branch}`);
  must(tip !== undefined, "there is no branch");
  const commits = tip === undefined ? [] : await commitsOf(forge, branch);
  must(commits.length === (content === "second" ? 2 : 1), `the branch has ${commits.length} commits of its own`);
  // The git of a worker that was killed may still push beside its heir's: both see the one move.
  const moves = forge
    .pushed()
    .slice(pushesBefore)
    .filter(({ ref }) => !ofForge.test(ref));
  const pushes = [...new Map(moves.map(({ ref, to }) => [`${ref} ${to}`, ref])).values()];
  must(pushes.join() === `refs/heads/${branch}`, `refs were moved: ${pushes.join(", ") || "none"}`);

  const pulls = (await forge.pulls()).filter((pull) => pull.branch === branch);
  must(pulls.length === 1, `there are ${pulls.length} pull requests`);
  must(
    pulls.every(({ state, sha }) => state === "open" && sha === tip),
    `the pull request is ${pulls[0]?.state} at ${pulls[0]?.sha}`,
  );

  broken.push(...(await leftOpen(shop)));

  const path = join(dataDir, "exports", workflowId, "github_pr", "github_pr_result.json");
  const result = JSON.parse(await readFile(path, "utf8").catch(() => "{}")) as Record<string, unknown>;
  must(
    result["commit_sha"] === tip && result["pr_number"] === pulls[0]?.number,
    "the result file says something else than the forge",
  );
  return broken;
}

async function commitsOf({ repositories, slug }: LocalForge, branch: string): Promise<string[]> {
  const listed = await repositories.git(slug, ["log", "--format=%H", `main..${branch}`]);
  return listed.toString().trim().split("\n");
}
