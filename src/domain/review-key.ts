import type { CommandSeries } from "./command.ts";
import type { ForgeName } from "./repository.ts";

/** A pull request under the forge's own numeric id of its repository: renames change nothing about it. */
export function pullRequestKey(forge: string, host: string, forgeRepositoryId: string, number: number): string {
  return `${forge}:${host}:${forgeRepositoryId}:${number}`;
}

/** The parts of a pull request's key. The host may have a port, and be an address with colons: forge, id and number have none. */
export function readPullRequestKey(key: string): {
  forge: ForgeName;
  host: string;
  forgeRepositoryId: string;
  number: number;
} {
  const [forge, ...rest] = key.split(":");
  const [number, forgeRepositoryId = ""] = [rest.pop(), rest.pop()];
  return {
    forge: forge === "gitlab" ? "gitlab" : "github",
    host: rest.join(":"),
    forgeRepositoryId,
    number: Number(number),
  };
}

/** One review per head commit of a pull request, whoever asks for it. */
export function reviewKey(forge: string, host: string, forgeRepositoryId: string, number: number, sha: string): string {
  return `review:${pullRequestKey(forge, host, forgeRepositoryId, number)}:${sha}`;
}

/** Pushes that follow each other faster become one review, of the last. */
const pushesApartMs = 30_000;

/** The reviews of one pull request, of which only that of the newest head is worth doing. */
export function seriesOfReview(key: string): CommandSeries {
  return { key: key.slice(0, key.lastIndexOf(":")), everyMs: pushesApartMs };
}
