import { ApiRefusal, invalid } from "./api-answer.ts";
import type { FakeRepository, World } from "./world.ts";

type Words = Record<string, unknown>;

const bodyCharactersMax = 65_536;
const titleCharactersMax = 256;

/** Throws what GitHub says to a text that is too long or missing. */
export function checkWords(resource: "PullRequest" | "Issue" | "IssueComment", words: Words): void {
  const { title, body } = words;
  if (typeof title === "string" && title.length > titleCharactersMax)
    throw invalid(resource, {
      field: "title",
      code: "custom",
      message: "title is too long (maximum is 256 characters)",
    });
  if (typeof body === "string" && body.length > bodyCharactersMax)
    throw invalid(resource, {
      field: "body",
      code: "custom",
      message: "body is too long (maximum is 65536 characters)",
    });
  if (resource === "IssueComment" && (typeof body !== "string" || body.trim() === ""))
    throw invalid(resource, { field: "body", code: "missing_field" });
}

/** Throws what GitHub says to a pull request that cannot be; the emulator would take it. */
export async function checkNewPullRequest(
  repository: FakeRepository,
  words: Words,
  login: string,
  world: World,
): Promise<void> {
  const [owner = ""] = repository.slug.split("/");
  const named = textIn(words, "head").replace(`${owner}:`, "");
  const [forkOwner, forkBranch] = named.includes(":") ? named.split(":") : [];
  const fork = world.repositories.find(
    ({ forkOf, slug }) => forkOf === repository.id && slug.split("/")[0] === forkOwner,
  );
  if (forkOwner !== undefined && fork === undefined) throw invalid("PullRequest", { field: "head", code: "invalid" });
  const head = forkBranch ?? named;
  const base = textIn(words, "base");
  const baseSha = await world.branchTip(repository, base);
  if (baseSha === null) throw invalid("PullRequest", { field: "base", code: "invalid" });
  const headSha = await world.branchTip(fork ?? repository, head);
  if (headSha === null) throw invalid("PullRequest", { field: "head", code: "invalid" });
  if (headSha === baseSha)
    throw invalid("PullRequest", { code: "custom", message: `No commits between ${base} and ${head}` });
  const from = forkOwner ?? owner;
  const { body: open } = await world.emulator.ask(
    { login },
    "GET",
    `/repos/${repository.slug}/pulls?state=open&head=${encodeURIComponent(`${from}:${head}`)}&base=${encodeURIComponent(base)}`,
  );
  if (Array.isArray(open) && open.length > 0)
    throw invalid("PullRequest", { code: "custom", message: `A pull request already exists for ${from}:${head}.` });
}

/** Throws where nobody may speak any more. */
export function checkNotLocked(repository: FakeRepository, number: number): void {
  if (repository.lockedNumbers.includes(number))
    throw new ApiRefusal(403, "Unable to create comment because issue is locked.");
}

function textIn(words: Words, name: string): string {
  const text = words[name];
  return typeof text === "string" ? text : "";
}
