/**
 * Cuts a list into groups of at most so many bytes, in order; an item above the bound comes alone.
 * @param bytesOf size of one item, bytes
 */
export function groupByBytes<T>(items: readonly T[], bytesMax: number, bytesOf: (item: T) => number): T[][] {
  const groups: T[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    const last = groups.at(-1);
    if (last === undefined || bytes + size > bytesMax) {
      groups.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return groups;
}
