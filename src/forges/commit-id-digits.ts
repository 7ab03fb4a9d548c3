import { ForgeCallError } from "./forge-call-error.ts";

/** A commit's id, or its first seven or more digits, as the forges write them. Throws ForgeCallError for anything else: it could be the name of a branch. */
export function commitIdDigits(sha: string): string {
  const digits = sha.toLowerCase();
  if (/^[0-9a-f]{7,64}$/.test(digits)) return digits;
  throw new ForgeCallError(
    "refused",
    "FORGE_REFUSED",
    "A commit is named by its id, or by the first seven or more digits of it.",
  );
}
