import { DATASETS, windowId } from '@elias/market-data';
import { parseArchiveKey, prefixFolder, revokedMarkerKey } from './archive-key.js';

/** Folders, with a slash at their ends, below which archives lie, in the order in which S3 lists them. */
export function archiveRoots(prefix: string): string[] {
  return DATASETS.map((dataset) => `${prefixFolder(prefix)}${dataset}/`).sort();
}

/** Folder of an object that lies beside archives, up to its date and with a slash at its end: a window's objects have one. */
export function dateFolderOf(key: string): string {
  const date = key.indexOf('/dt=');
  const end = date < 0 ? -1 : key.indexOf('/', date + 1);
  return end > 0 ? key.slice(0, end + 1) : key.slice(0, key.lastIndexOf('/') + 1);
}

/** What lies in one folder of archives. */
export interface ListedArchives<T> {
  /** archives that are not withdrawn, by window id, in the order of their keys */
  readonly standing: ReadonlyMap<string, readonly T[]>;
  /** keys of those that are */
  readonly withdrawn: ReadonlySet<string>;
  /** what is neither an archive, nor the marker of one, nor a checksum list */
  readonly foreign: readonly T[];
}

/** Tells a folder's objects apart by their keys. */
export function listedArchives<T extends { readonly key: string }>(prefix: string, objects: readonly T[]): ListedArchives<T> {
  const keys = new Set(objects.map(({ key }) => key));
  const standing = new Map<string, T[]>();
  const withdrawn = new Set<string>();
  const markers = new Set<string>();
  const others: T[] = [];
  for (const object of objects) {
    const parsed = parseArchiveKey(prefix, object.key);
    if (parsed === null) {
      others.push(object);
      continue;
    }
    const [id, marker] = [windowId(parsed.window), revokedMarkerKey(object.key)];
    markers.add(marker);
    if (keys.has(marker)) withdrawn.add(object.key);
    else standing.set(id, [...(standing.get(id) ?? []), object]);
  }
  return { standing, withdrawn, foreign: others.filter(({ key }) => !key.endsWith('/SHA256SUMS') && !markers.has(key)) };
}
