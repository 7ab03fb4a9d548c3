/** A whole commit id in lower case, SHA-1 or SHA-256; null for a branch, a shortened id, or anything else. */
export function commitSha(value: string): string | null {
  if (value.length !== 40 && value.length !== 64) return null;
  return /^[0-9a-f]+$/i.test(value) ? value.toLowerCase() : null;
}

/** The id of no commit: what a ref was before it was made, and is after it was deleted. */
export function isNoCommit(sha: string): boolean {
  return /^0+$/.test(sha);
}
