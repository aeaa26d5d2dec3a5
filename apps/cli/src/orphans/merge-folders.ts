import { EliasError } from '@elias/errors';

/** A place does not tell in the order that it has to. */
export class NotInOrderError extends EliasError {
  override readonly name = 'NotInOrderError';
  readonly code = 'ELIAS_NOT_IN_ORDER';
  readonly disposition = 'stop';
  constructor(place: string, before: string, after: string) {
    super(`${place} tells of ${after} after ${before}`);
  }
}

/** What each place has in one folder. */
export type FolderGroup<P extends Record<string, unknown>> = {
  readonly folder: string;
  readonly found: { readonly [K in keyof P]: P[K][] };
};

/**
 * Brings sorted places together, folder by folder: of each place no more than one folder is in memory.
 * @param places entries of each, sorted by their folders, compared by bytes
 * @throws NotInOrderError
 */
export async function* mergeFolders<P extends Record<string, unknown>>(places: {
  [K in keyof P]: AsyncIterable<readonly [folder: string, entry: P[K]]>;
}): AsyncGenerator<FolderGroup<P>, void, undefined> {
  const names = Object.keys(places) as (keyof P & string)[];
  const groups = names.map((name) => ({ name, groups: byFolder(name, places[name])[Symbol.asyncIterator]() }));
  const heads = await Promise.all(groups.map(async (place) => ({ ...place, head: await place.groups.next() })));
  for (;;) {
    const folders = heads.flatMap(({ head }) => (head.done === true ? [] : [head.value.folder]));
    if (folders.length === 0) return;
    const folder = folders.reduce((least, other) => (other < least ? other : least));
    const found = Object.fromEntries(names.map((name) => [name, [] as unknown[]]));
    for (const place of heads) {
      if (place.head.done === true || place.head.value.folder !== folder) continue;
      found[place.name] = place.head.value.entries;
      place.head = await place.groups.next();
    }
    yield { folder, found: found as FolderGroup<P>['found'] };
  }
}

async function* byFolder<T>(
  place: string,
  entries: AsyncIterable<readonly [folder: string, entry: T]>,
): AsyncGenerator<{ folder: string; entries: T[] }, void, undefined> {
  let group: { folder: string; entries: T[] } | undefined;
  for await (const [folder, entry] of entries) {
    if (group !== undefined && folder < group.folder) throw new NotInOrderError(place, group.folder, folder);
    if (group?.folder !== folder) {
      if (group !== undefined) yield group;
      group = { folder, entries: [] };
    }
    group.entries.push(entry);
  }
  if (group !== undefined) yield group;
}
