/** `$0.12`; what cost a part of a cent cost something. */
export function dollars(usd: number): string {
  return usd > 0 && usd < 0.01 ? "under $0.01" : `$${usd.toFixed(2)}`;
}
