import type { ForgeName } from "./repository.ts";

/** `acme/web#7` on GitHub; GitLab calls its merge requests `acme/web!7`, and `#7` is an issue there. */
export function pullRequestName(forge: ForgeName, slug: string, number: number): string {
  return `${slug}${pullRequestSign(forge)}${number}`;
}

export function pullRequestSign(forge: string): "#" | "!" {
  return forge === "gitlab" ? "!" : "#";
}
