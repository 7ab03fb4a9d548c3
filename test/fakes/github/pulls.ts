import { mergeBaseOf } from "../../../src/demo/local-forge/git-change.ts";
import { ApiRefusal } from "./api-answer.ts";
import type { Asker } from "./asker.ts";
import { dress } from "./dress.ts";
import type { FakeRepository, World } from "./world.ts";

/** A pull request as GitHub shows it; these fields of it are looked at here. */
export type ShownPull = Record<string, unknown> & {
  number: number;
  state: string;
  url: string;
  html_url: string;
  head: { ref: string; sha: string; repo: { id: number } | null };
  base: { ref: string; sha: string; repo: { id: number } };
};

/** Throws what GitHub says where there is none. */
export async function pullRequestOf(
  repository: FakeRepository,
  number: number,
  asker: Asker,
  world: World,
): Promise<ShownPull> {
  const path = `/repos/${repository.slug}/pulls/${number}`;
  const { status, body } = await world.emulator.ask(as(asker), "GET", path);
  if (status !== 200) throw new ApiRefusal(404, "Not Found");
  return (await dress(body, asker, world)) as ShownPull;
}

/** Newest first; a hundred are enough for a test. */
export async function allPullRequests(repository: FakeRepository, asker: Asker, world: World): Promise<ShownPull[]> {
  const path = `/repos/${repository.slug}/pulls?state=all&sort=created&direction=desc&per_page=100`;
  const { body } = await world.emulator.ask(as(asker), "GET", path);
  return (await dress(body, asker, world)) as ShownPull[];
}

/** Where the change of a pull request begins; the base itself where there is no git to ask. */
export async function changeBaseOf(
  repository: FakeRepository,
  { base, head }: ShownPull,
  world: World,
): Promise<string> {
  const git = world.git();
  return git === null ? base.sha : ((await mergeBaseOf(git, repository.slug, base.sha, head.sha)) ?? base.sha);
}

/** An account as it stands beside something that it did. Throws what GitHub says where there is none. */
export async function accountOf(login: string, asker: Asker, world: World): Promise<Record<string, unknown>> {
  const known = world.accounts.get(login);
  if (known !== undefined) return known;
  const { status, body } = await world.emulator.ask(as(asker), "GET", `/users/${encodeURIComponent(login)}`);
  if (status !== 200) throw new ApiRefusal(404, "Not Found");
  const account = (await dress(body, asker, world)) as Record<string, unknown>;
  world.accounts.set(login, account);
  return account;
}

/** GitHub counts in seconds. */
export function secondsOf(now: Date): string {
  return `${now.toISOString().slice(0, 19)}Z`;
}

function as(asker: Asker): { login: string } | { token: string } {
  return asker.kind === "app" ? { token: asker.token } : { login: asker.login };
}
