/** Every order of a list: of six things 720. */
export function* everyOrder<Item>(items: Item[]): Generator<Item[]> {
  if (items.length <= 1) {
    yield items;
    return;
  }
  for (const [index, first] of items.entries()) {
    for (const rest of everyOrder(items.toSpliced(index, 1))) yield [first, ...rest];
  }
}
