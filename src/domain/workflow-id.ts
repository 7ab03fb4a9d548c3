import { createHash } from "node:crypto";

/** A piece of work's own name, as trackers give them: `SCRUM-123`. Not `CVE-2024-…` or `UTF-8`, which stand in titles too. */
const workItem =
  /(?<![A-Za-z0-9-])(?!(?:CVE|UTF|ISO|RFC|SHA|GHSA|CWE)-)([A-Z][A-Z0-9]{1,20}-[1-9]\d{0,9})(?![A-Za-z0-9]|-\d)/;

/** The first work item that these texts name (branch, title, body), or null. Linear in their length. */
export function workItemIn(texts: (string | null | undefined)[]): string | null {
  for (const text of texts) {
    const found = workItem.exec(text?.slice(0, 10_000) ?? "")?.[1];
    if (found !== undefined) return found;
  }
  return null;
}

/** The workflow of a pull request that names no work item. The forge's numeric id keeps two repositories' numbers apart, also after a rename. */
export function pullRequestWorkflowId(forge: string, forgeRepositoryId: string, number: number): string {
  return `${forge}-${forgeRepositoryId}-pr-${number}`;
}

const charactersMax = 100;

/**
 * An id as it can be a file's name and a part of a branch's: what is neither letter, digit, `.`, `_` nor `-` becomes `-`. Where that changed anything, a
 * hash of the whole keeps two ids apart that would look alike.
 */
export function safeWorkflowId(id: string): string {
  const clean = id
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replaceAll(/\.{2,}/g, ".")
    .replaceAll(/^[.-]+|[.-]+$/g, "")
    .slice(0, charactersMax);
  const isItself = clean === id && !/\.lock$/i.test(id) && !deviceName.test(id);
  if (isItself && clean !== "") return clean;
  const hash = createHash("sha256").update(id, "utf8").digest("hex").slice(0, 8);
  return `${clean.replace(/\.lock$/i, "").slice(0, charactersMax - 9) || "workflow"}-${hash}`;
}

/** Windows gives these to devices, whatever follows the dot. */
const deviceName = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** The id for the same work item in another repository. */
export function inOwnRepository(id: string, repositoryKey: string): string {
  const hash = createHash("sha256").update(repositoryKey, "utf8").digest("hex").slice(0, 8);
  return `${id.slice(0, charactersMax - 9)}-${hash}`;
}
