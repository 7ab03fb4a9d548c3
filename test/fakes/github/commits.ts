import { commitCalled, commitsBetween, mergeBaseOf } from "../../../src/demo/local-forge/git-change.ts";
import { type ApiAnswer, answer, ApiRefusal } from "./api-answer.ts";
import type { ApiCall } from "./api-call.ts";
import { allPullRequests, changeBaseOf, secondsOf } from "./pulls.ts";
import type { FakeRepository, World } from "./world.ts";

type JsonObject = Record<string, unknown>;

/** `GET /repos/…/compare/<base>...<head>` */
export async function compare(
  _call: ApiCall,
  repository: FakeRepository,
  basehead: string,
  world: World,
): Promise<ApiAnswer> {
  const [base = "", head = ""] = decodeURIComponent(basehead).split("...");
  const git = world.git();
  const mergeBase = git === null ? base : await mergeBaseOf(git, repository.slug, base, head);
  if (mergeBase === null) throw new ApiRefusal(404, `No common ancestor between ${base} and ${head}.`);
  const count = async (from: string, to: string): Promise<number> =>
    git === null ? 1 : (await commitsBetween(git, repository.slug, from, to)).length;
  const [aheadBy, behindBy] = [await count(mergeBase, head), await count(mergeBase, base)];
  const page = `${world.webUrl}/${repository.slug}/compare/${base}...${head}`;
  return answer(200, {
    url: `${apiUrl(repository, world)}/compare/${base}...${head}`,
    html_url: page,
    permalink_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    base_commit: shownCommit(base, repository, world),
    merge_base_commit: shownCommit(mergeBase, repository, world),
    status: behindBy > 0 ? "diverged" : aheadBy > 0 ? "ahead" : "identical",
    ahead_by: aheadBy,
    behind_by: behindBy,
    total_commits: aheadBy,
    // The second page, of which one is asked, has neither commits nor files.
    commits: [],
  });
}

/** `GET /repos/…/commits/<ref>`: by an id, its first digits, or the name of a branch. */
export async function showCommit(
  _call: ApiCall,
  repository: FakeRepository,
  ref: string,
  world: World,
): Promise<ApiAnswer> {
  const name = decodeURIComponent(ref);
  const sha = await find(repository, name, world);
  if (sha === null) throw new ApiRefusal(422, `No commit found for SHA: ${name}`);
  return answer(200, shownCommit(sha, repository, world));
}

/** `GET /repos/…/commits/<sha>/pulls` */
export async function listPullsOfCommit(
  call: ApiCall,
  repository: FakeRepository,
  sha: string,
  world: World,
): Promise<ApiAnswer> {
  const git = world.git();
  if ((await find(repository, sha, world)) === null) throw new ApiRefusal(422, `No commit found for SHA: ${sha}`);
  const found = [];
  for (const pull of await allPullRequests(repository, call.asker, world)) {
    const isMerge = repository.mergeCommits[pull.number] === sha;
    // Merged and open ones: those that were given up are not told.
    if (pull.state !== "open" && pull["merged_at"] === null) continue;
    const base = await changeBaseOf(repository, pull, world);
    const own = git === null ? [pull.head.sha] : await commitsBetween(git, repository.slug, base, pull.head.sha);
    if (isMerge || own.includes(sha)) found.push(pull);
  }
  return answer(200, found);
}

async function find(repository: FakeRepository, name: string, world: World): Promise<string | null> {
  const git = world.git();
  if (git !== null) return await commitCalled(git, repository.slug, name);
  const known = new Set([...Object.values(repository.branches), ...Object.values(repository.headShas)]);
  const found = [...known].filter((sha) => sha.startsWith(name));
  return found.length === 1 ? (found[0] ?? null) : null;
}

function shownCommit(sha: string, repository: FakeRepository, world: World): JsonObject {
  const url = apiUrl(repository, world);
  const person = { name: "Somebody", email: "somebody@example.com", date: secondsOf(world.now()) };
  return {
    sha,
    node_id: `C_kwDO${sha}`,
    url: `${url}/commits/${sha}`,
    html_url: `${world.webUrl}/${repository.slug}/commit/${sha}`,
    comments_url: `${url}/commits/${sha}/comments`,
    commit: {
      url: `${url}/git/commits/${sha}`,
      author: person,
      committer: person,
      message: "Something",
      comment_count: 0,
      tree: { sha, url: `${url}/git/trees/${sha}` },
    },
    author: null,
    committer: null,
    parents: [],
  };
}

function apiUrl(repository: FakeRepository, { webUrl, prefix }: World): string {
  return `${webUrl}${prefix}/repos/${repository.slug}`;
}
