import { archiveFolder, parseArchiveKey, prefixFolder, revokedMarkerKey } from '@elias/archive';
import { DATASETS, windowId } from '@elias/market-data';
import type { Dataset, Window } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';

/** Which windows are meant; null for all. */
export interface WindowFilter {
  readonly dataset: Dataset | null;
  readonly products: readonly string[] | null;
  /** of candles, seconds */
  readonly granularity: number | null;
  /** windows that have an instant of `[fromMs, toMs)`, milliseconds since the epoch */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** An archive, as far as its key tells. */
export interface ArchivedTelling {
  readonly key: string;
  readonly bytes: number;
  readonly collectedAtMs: number;
  /** key of the marker that withdraws it; null when there is none */
  readonly markerKey: string | null;
}

/** A window and everything that was sealed of it. */
export interface ArchivedWindow {
  readonly window: Window;
  readonly tellings: readonly ArchivedTelling[];
}

export type ListedBucket = Pick<ObjectStore, 'list'>;

export function isMeant(window: Window, { dataset, products, granularity, fromMs, toMs }: WindowFilter): boolean {
  return (
    (dataset === null || window.dataset === dataset) &&
    (products === null || products.includes(window.productId)) &&
    (granularity === null || (window.dataset === 'candles' && window.granularity === granularity)) &&
    (fromMs === null || window.toMs > fromMs) &&
    (toMs === null || window.fromMs < toMs)
  );
}

/** Folders that hold every window that is meant, as narrow as the filter allows. */
export function foldersOf(prefix: string, { dataset, products, granularity }: WindowFilter): string[] {
  const top = prefixFolder(prefix);
  const datasets = dataset !== null ? [dataset] : granularity === null ? DATASETS : (['candles'] as const);
  return datasets.flatMap((each) => {
    if (each === 'candles' && granularity === null) return [`${top}${each}/`];
    const folder = `${top}${each}/${each === 'candles' ? `granularity=${granularity}/` : ''}`;
    return products === null ? [folder] : products.map((product) => `${folder}product=${product}/`);
  });
}

const ALL: WindowFilter = { dataset: null, products: null, granularity: null, fromMs: null, toMs: null };

/** Everything that is sealed of one window, in the order of its keys. */
export async function tellingsOf(window: Window, bucket: ListedBucket, prefix: string): Promise<readonly ArchivedTelling[]> {
  const keys: { key: string; bytes: number }[] = [];
  for await (const object of bucket.list(`${archiveFolder(prefix, window)}/`)) keys.push(object);
  // an hour's folder has the other hours of the day too
  return windowsOf(keys, prefix, ALL).find((one) => windowId(one.window) === windowId(window))?.tellings ?? [];
}

/** Everything that is sealed of the windows that are meant, in the order of its keys: product by product, each in time order. Holds the keys of one day at a time. */
export async function* archivedWindows(
  bucket: ListedBucket,
  prefix: string,
  filter: WindowFilter,
): AsyncGenerator<ArchivedWindow, void, undefined> {
  for (const folder of foldersOf(prefix, filter)) {
    let day = '';
    let keys: { key: string; bytes: number }[] = [];
    for await (const { key, bytes } of bucket.list(folder)) {
      const of = key.slice(0, key.lastIndexOf('/'));
      if (of !== day) {
        yield* windowsOf(keys, prefix, filter);
        day = of;
        keys = [];
      }
      keys.push({ key, bytes });
    }
    yield* windowsOf(keys, prefix, filter);
  }
}

function windowsOf(listed: readonly { key: string; bytes: number }[], prefix: string, filter: WindowFilter): ArchivedWindow[] {
  const keys = new Set(listed.map(({ key }) => key));
  const windows = new Map<string, { window: Window; tellings: ArchivedTelling[] }>();
  for (const { key, bytes } of listed) {
    const parsed = parseArchiveKey(prefix, key);
    if (parsed === null || !isMeant(parsed.window, filter)) continue;
    const id = windowId(parsed.window);
    const known = windows.get(id) ?? { window: parsed.window, tellings: [] };
    const marker = revokedMarkerKey(key);
    known.tellings.push({ key, bytes, collectedAtMs: parsed.collectedAtMs, markerKey: keys.has(marker) ? marker : null });
    windows.set(id, known);
  }
  return [...windows.values()].sort((a, b) => a.window.fromMs - b.window.fromMs);
}
