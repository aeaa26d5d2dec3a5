import type { Dataset, Window } from '@elias/market-data';
import type { ObjectStore } from '@elias/object-store';
import { archivedWindows } from './archived-windows.js';
import type { WindowFilter } from './archived-windows.js';
import { mapAhead } from '../map-ahead.js';
import { mergeByTime } from './merge-by-time.js';
import { chooseTelling } from './open-telling.js';
import type { ReplayCounts, ReplayItem } from './replay-item.js';

export interface ArchiveSource {
  readonly bucket: Pick<ObjectStore, 'list' | 'get' | 'bucket'>;
  readonly prefix: string;
  readonly filter: WindowFilter;
  /** the archives as they were current then; null for now */
  readonly asOfMs: number | null;
}

/** What lies in the bucket of what is meant, by its keys alone. */
export interface ArchivePlan {
  readonly windows: number;
  readonly archives: number;
  readonly revoked: number;
  readonly bytes: number;
  /** filters that have one product and width each: what follows itself in time */
  readonly series: readonly WindowFilter[];
}

/** Archives read at once. */
const READ_AT_ONCE = 8;

export async function planArchives({ bucket, prefix, filter, asOfMs }: ArchiveSource): Promise<ArchivePlan> {
  const series = new Map<string, WindowFilter>();
  const plan = { windows: 0, archives: 0, revoked: 0, bytes: 0 };
  for await (const { window, tellings } of archivedWindows(bucket, prefix, filter)) {
    const counted = tellings.filter(({ collectedAtMs }) => asOfMs === null || collectedAtMs <= asOfMs);
    if (counted.length === 0) continue;
    plan.windows += 1;
    plan.archives += counted.length;
    plan.revoked += counted.filter(({ markerKey }) => markerKey !== null).length;
    plan.bytes += counted.reduce((sum, { bytes }) => sum + bytes, 0);
    const one = seriesOf(window, filter);
    series.set(`${one.dataset}/${one.granularity}/${one.products?.join()}`, one);
  }
  return { ...plan, series: [...series.values()] };
}

/**
 * The current telling of each window, and what is withdrawn. A few archives are in memory at a time, whatever the range.
 * @param inTime whether products follow each other or are told in the order of time; needs the plan's series
 */
export function archiveItems(
  source: ArchiveSource,
  plan: ArchivePlan,
  inTime: boolean,
  counts: ReplayCounts,
): AsyncGenerator<ReplayItem, void, undefined> {
  if (!inTime) return seriesItems(source, READ_AT_ONCE, counts);
  return mergeByTime(plan.series.map((filter) => seriesItems({ ...source, filter }, 1, counts)));
}

async function* seriesItems(source: ArchiveSource, atOnce: number, counts: ReplayCounts): AsyncGenerator<ReplayItem, void, undefined> {
  const { bucket, prefix, filter, asOfMs } = source;
  const windows = archivedWindows(bucket, prefix, filter);
  const chosen = mapAhead(windows, atOnce, async (archived) => ({ archived, ...(await chooseTelling(archived, bucket, asOfMs)) }));
  for await (const { archived, best, revoked, corrupt } of chosen) {
    const atMs = archived.window.toMs;
    for (const { key, error } of corrupt) counts.refused.push({ what: key, reason: 'archive-corrupt', detail: error.message });
    // what is withdrawn comes first, so that it is never loaded in between
    if (asOfMs === null) yield* revoked.map((event): ReplayItem => ({ kind: 'revoked', atMs, event }));
    if (best === null) continue;
    counts.read += 1;
    counts.rows += best.manifest.rowCount;
    yield { kind: 'archive', atMs, telling: best };
  }
}

function seriesOf(window: Window, filter: WindowFilter): WindowFilter & { dataset: Dataset } {
  const granularity = window.dataset === 'candles' ? window.granularity : null;
  return { ...filter, dataset: window.dataset, granularity, products: [window.productId] };
}
