/** As `Promise.all`, and nothing is left running: when one fails, the others have ended before anybody hears of it. */
export async function allEnded<T extends readonly unknown[] | []>(
  running: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(running);
  return Promise.all(running);
}
