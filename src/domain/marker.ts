import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/**
 * A hidden mark in a text that we post, by which we know it again: `k` stands for the effect's key, `m` proves with a local secret that we wrote it. Others
 * can copy a mark, not make one: who reads texts back also asks who wrote them.
 */
export function markerOf(key: string, secret: string): string {
  const short = shortOf(key);
  return `<!-- pullwright:v1 k=${short} m=${proofOf(short, secret)} -->`;
}

/** Whether a text bears the mark of this key, made with our secret. Linear in the text's length. */
export function isMarkedBy(text: string, key: string, secret: string): boolean {
  const short = shortOf(key);
  return marksIn(text).some(({ k, m }) => k === short && isEqual(m, proofOf(short, secret)));
}

/** Whether a text bears any mark of ours, whatever it was made for. */
export function isMarked(text: string, secret: string): boolean {
  return marksIn(text).some(({ k, m }) => isEqual(m, proofOf(k, secret)));
}

function marksIn(text: string): { k: string; m: string }[] {
  return [...text.matchAll(/<!-- pullwright:v1 k=([0-9a-f]{16}) m=([0-9a-f]{12}) -->/g)].map(([, k = "", m = ""]) => ({
    k,
    m,
  }));
}

function shortOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}

function proofOf(short: string, secret: string): string {
  return createHmac("sha256", secret).update(`pullwright:v1 ${short}`).digest("hex").slice(0, 12);
}

function isEqual(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
