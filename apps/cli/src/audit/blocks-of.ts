/** @param size above 0 */
export function* blocksOf<T>(items: Iterable<T>, size: number): Generator<T[], void, undefined> {
  let block: T[] = [];
  for (const item of items) {
    block.push(item);
    if (block.length < size) continue;
    yield block;
    block = [];
  }
  if (block.length > 0) yield block;
}
