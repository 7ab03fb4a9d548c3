/** Asks once for what does not change, also for those who ask at the same time. What failed is asked again the next time. */
export async function keepUnlessItFails<Value>(
  kept: Map<string, Promise<Value>>,
  key: string,
  ask: () => Promise<Value>,
): Promise<Value> {
  const known = kept.get(key);
  if (known !== undefined) return await known;
  const asked = ask();
  kept.set(key, asked);
  try {
    return await asked;
  } catch (error) {
    if (kept.get(key) === asked) kept.delete(key);
    throw error;
  }
}
