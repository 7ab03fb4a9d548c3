/** How much two titles say the same, 0 to 1: the words that they have in common among all words of both, whatever their order and endings. */
export function titleLikeness(one: string, other: string): number {
  const a = wordsOf(one);
  const b = wordsOf(other);
  if (a.size === 0 || b.size === 0) return one.trim().toLowerCase() === other.trim().toLowerCase() ? 1 : 0;
  let common = 0;
  for (const word of a) if (b.has(word)) common += 1;
  return common / (a.size + b.size - common);
}

/** A title as it is compared for being the very same. */
export function plainTitle(title: string): string {
  return [...wordsOf(title)].toSorted().join(" ");
}

function wordsOf(title: string): Set<string> {
  const words =
    title
      .slice(0, 400)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => !empty.has(word)).map(stemOf));
}

function stemOf(word: string): string {
  return word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, "") : word;
}

const empty = new Set(
  "a an and are as at be by can could do does for from has have if in is it its may might not of on or p0 p1 p2 p3 should so that the this to too when will with would".split(
    " ",
  ),
);
