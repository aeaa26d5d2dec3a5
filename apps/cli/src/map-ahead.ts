/**
 * What `work` makes of each item, in order, a few of them under way at once: the next one begins when a result was taken.
 * @throws what the work throws, at its turn
 */
export async function* mapAhead<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void, undefined> {
  const under: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // waited for later, or never when one before it fails
    result.catch(() => undefined);
    under.push(result);
    if (under.length >= atOnce) yield await under.shift()!;
  }
  for (const result of under) yield await result;
}
